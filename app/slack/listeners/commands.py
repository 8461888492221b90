"""The slash command: what is typed is answered at once, for whoever typed it alone."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext

from app.domain.lists import QueuePage
from app.domain.viewing import Viewer
from app.slack import commands, ids
from app.slack.asking import Asking
from app.slack.blocks import command as answers
from app.slack.blocks import notices, queue
from app.slack.blocks.text import Message
from app.slack.payloads import Command, Press

from .asking import first_form
from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for the command, and for the buttons that turn the pages of a list."""

    @app.command(ids.COMMAND)
    def answer(ack: Ack, context: BoltContext) -> None:
        typed: Command = context["interaction"]
        if typed.command != desk.command:
            ack(privately(answers.another(typed.command, desk.command)))
            return
        wish = commands.wish(typed.text)
        if wish is not None:
            desk.trusted(typed, "ask")
            desk.open(typed.trigger_id, first_form(desk, Asking(policy=wish.policy or "")))
            ack()
            return
        leave = commands.leave(typed.text)
        if leave is not None:
            ack(privately(_leave(desk, typed, leave)))
            return
        viewer = desk.viewer(typed)
        wanted = commands.parse(typed.text, desk.looking.today(viewer.zone))
        ack(privately(_answer(desk, viewer, wanted)))

    @app.action(ids.LIST)
    def turn(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        to = press.turned
        message = queue.queue(_page(desk, desk.viewer(press), to), to)
        ack()
        desk.replies.tell(press.response_url, message, in_place=True)


def privately(message: Message) -> dict[str, Any]:
    """The body of an answer that only whoever asked sees."""
    return {"response_type": "ephemeral", "text": message.text, "blocks": message.blocks}


def _answer(desk: Desk, viewer: Viewer, wanted: commands.Wanted) -> Message:
    match wanted:
        case commands.Mine():
            return _list(desk, viewer, ids.Turn("waiting"))
        case commands.All(policy):
            return _of_policy(desk, viewer, policy)
        case commands.Show(request_id):
            return queue.one(desk.looking.one(viewer, request_id))
        case commands.Numbers():
            return answers.numbers(desk.looking.stats(viewer))
        case commands.Help():
            return answers.usage(desk.command, admin=viewer.admin)
        case commands.Ask() | commands.Away():
            raise TypeError("answered before anybody's lists are looked at")
        case commands.Unclear():
            return answers.unclear(wanted, desk.command)
        case _:
            return _do(desk, viewer, wanted)


def _leave(desk: Desk, typed: Command, leave: commands.Leave) -> Message:
    """Somebody is away. Both are looked up at once: Slack waits for the answer."""
    person, instead = desk.reviewing.leaving(desk.person(typed), leave.delegate)
    wanted = leave.on(desk.looking.today(person.zone))
    if isinstance(wanted, commands.Unclear):
        return answers.unclear(wanted, desk.command)
    gone = desk.reviewing.away(person, instead, wanted.first, wanted.last, by=person.id)
    return notices.gone(gone.absence, gone.left)


def _do(
    desk: Desk, viewer: Viewer, wanted: commands.Back | commands.Pause | commands.Resume
) -> Message:
    """What changes something."""
    match wanted:
        case commands.Back():
            return notices.back(desk.reviewing.back(viewer.id, by=viewer.id))
        case commands.Pause(reason):
            return answers.paused(desk.pausing.pause(viewer, reason))
        case commands.Resume():
            return answers.resumed(desk.pausing.resume(viewer))


def _of_policy(desk: Desk, viewer: Viewer, policy: str | None) -> Message:
    """All that waits. Raises `PolicyNotFound` where nothing does under a name that is no policy, or
    none that this person may know of."""
    turn = ids.Turn("seen", policy)
    page = _page(desk, viewer, turn)
    if policy is not None and not page.requests and page.cursor is None:
        desk.by_hand.known(policy, everything=viewer.admin)
    return queue.queue(page, turn)


def _list(desk: Desk, viewer: Viewer, turn: ids.Turn) -> Message:
    return queue.queue(_page(desk, viewer, turn), turn)


def _page(desk: Desk, viewer: Viewer, turn: ids.Turn) -> QueuePage:
    if turn.kind == "waiting":
        return desk.looking.waiting(viewer, turn.cursor)
    return desk.looking.seen(viewer, turn.policy, turn.cursor)
