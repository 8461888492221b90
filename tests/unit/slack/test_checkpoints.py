"""A checkpoint in Slack can be checked by hand: the message has its whole line."""

from __future__ import annotations

from app.audit.keys import SealingKey
from app.audit.record import Checkpoint, checkpoint_line
from app.slack.blocks.checkpoints import announced
from app.slack.blocks.text import fits
from tests.builders import NOW

MADE = Checkpoint(10**15 - 1, f"{NOW}-12345", "a" * 64, NOW, "b" * 64)
KEY = SealingKey.new()
LINE = checkpoint_line(MADE, KEY.public.id, KEY.sign(MADE.signed))


def test_the_message_has_the_line_as_it_stands_in_the_file():
    message = announced(LINE, 0)
    words, box = message.blocks
    assert box["elements"][0]["elements"][0]["text"] == LINE
    assert words["text"]["text"] == message.text
    assert "999,999,999,999,999 entries" in message.text
    assert "posted one by one" not in message.text
    assert fits(message.blocks)


def test_it_says_how_many_it_stands_for():
    assert "The 1,440 before it were not posted one by one" in announced(LINE, 1_440).text
