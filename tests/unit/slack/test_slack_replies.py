"""Answers to clickers are best effort: they wait for a thread, and too many are dropped."""

from __future__ import annotations

import threading

from app.slack.blocks.text import Message
from app.slack.replies import Replies


def test_more_than_can_wait_is_dropped_and_said_so(monkeypatch, caplog):
    go, sent = threading.Event(), []

    class Network:
        def __init__(self, proxy):
            pass

        def post(self, origin, target, *_):
            sent.append(target)
            go.wait(10)
            raise OSError("gone")

    monkeypatch.setattr("app.slack.replies.SlackNetwork", Network)
    replies = Replies()
    for number in range(205):
        replies.tell(f"https://hooks.slack.test/{number}", Message("x", []))
    go.set()
    replies.close()
    assert len(sent) == 200
    assert caplog.text.count("was dropped") == 5
    assert caplog.text.count("got lost: OSError") == 200


def test_nobody_to_answer_is_no_error():
    replies = Replies()
    replies.tell(None, Message("x", []))
    replies.close()
