"""The Bolt app: the listeners, and the one place where what goes wrong becomes an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from app.domain.errors import (
    AbsenceDaysRefused,
    CommentRequired,
    CountersignError,
    InputsRefused,
)
from app.faults import described
from app.ports import SlackAgain, SlackNever

from . import form_ids, ids, typed
from .blocks import details as pages
from .blocks import notices
from .errors import SlackUnavailable
from .listeners import asking, commands, decide, details, edit, form, home, moves, show
from .listeners.commands import privately
from .listeners.desk import Desk
from .payloads import Command, Event, MessageShortcut, Payload, Press, Shortcut
from .submission import Submission

_log = logging.getLogger("countersign.slack")


def build_app(desk: Desk) -> App:
    """A Bolt app for verified requests (`receiver.py`, `socket.py`).

    Bolt itself calls nothing and waits for nothing: a listener has committed before it acks.
    """
    app = App(
        name="countersign-slack",  # a logger's name for Bolt, which silences it with its own
        logger=_quiet_logger(),
        client=WebClient(base_url=desk.api.web.base_url, retry_handlers=[]),
        authorize=_nobody,
        process_before_response=True,
        listener_executor=desk.replies.executor,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )
    app.error(_answering(desk))
    # Bolt looks for a listener in the order in which they came: what is pressed most comes first.
    for listener in (decide, asking, commands, details, edit, form, home, moves, show):
        listener.register(app, desk)
    return app


def bolt_request(payload: Payload | Command) -> BoltRequest:
    """A checked payload for Bolt, and for our listeners as `context["interaction"]`.

    Bolt parses what comes over HTTP; what comes parsed is for it Socket Mode.
    """
    body = payload.model_dump(mode="json", exclude_none=True)
    return BoltRequest(body=body, mode="socket_mode", context={"interaction": payload})


def _answering(desk: Desk) -> Callable[[Exception, BoltContext], BoltResponse]:
    """A refusal is told to the one who pressed, and acknowledged; anything else is our fault."""

    def answer(error: Exception, context: BoltContext) -> BoltResponse:
        refusal = _refusal(error)
        if refusal is None:
            return _unexpected(error)
        interaction = context.get("interaction")
        if isinstance(interaction, Submission):
            errors = _beside(interaction, refusal)
            return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})
        if isinstance(interaction, Command):
            return BoltResponse(status=200, body=privately(notices.unanswered(refusal)))
        if isinstance(interaction, Press):
            _tell(desk, interaction, refusal)
        if isinstance(interaction, MessageShortcut):
            desk.replies.tell(interaction.response_url, notices.refused(refusal))
        if isinstance(interaction, Shortcut):
            desk.replies.write(desk.api, interaction.user.id, notices.refused(refusal))
        # What is only an event comes again.
        return BoltResponse(status=503 if isinstance(interaction, Event) else 200)

    return answer


def _tell(desk: Desk, press: Press, refusal: CountersignError) -> None:
    """Beside the card, in the modal or on the Home that they pressed in: nobody is left without a
    word."""
    with suppress(ids.CardUnreadable):
        if press.modal is not None and (opened := press.details) is not None:
            desk.replies.show(desk.api, press.modal, pages.refused(refusal, opened))
            return
    desk.tell(press, press.response_url, notices.refused(refusal))


def _beside(sent: Submission, refusal: CountersignError) -> dict[str, str]:
    """What is wrong with a form, by the inputs that it is about."""
    block = form_ids.asking_block(sent.view.callback_id)
    if isinstance(refusal, InputsRefused):
        return typed.beside(refusal, sent.view.state, block)
    if isinstance(refusal, AbsenceDaysRefused):
        block = ids.UNTIL_BLOCK
    elif ids.CONFIRM_BLOCK in sent.view.state.values and not isinstance(refusal, CommentRequired):
        block = ids.CONFIRM_BLOCK
    return {block: notices.refusal(refusal)}


def _refusal(error: Exception) -> CountersignError | None:
    if isinstance(error, SlackAgain | SlackNever):
        return SlackUnavailable("Slack did not do its part just now.", "Try again.")
    return error if isinstance(error, CountersignError) else None


def _unexpected(error: Exception) -> BoltResponse:
    """The message of an error can quote what somebody wrote, so only its place is logged."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=404)
    _log.error("a click failed: %s", described(error))
    return BoltResponse(status=500)


def _nobody() -> AuthorizeResult:
    """Our listeners bring their own client, so Bolt needs none, and no auth.test before an ack."""
    return AuthorizeResult(enterprise_id=None, team_id=None)


def _quiet_logger() -> logging.Logger:
    """Bolt hands its level to all of its loggers; below ERROR they write whole bodies."""
    logger = logging.getLogger("countersign.slack.bolt")
    logger.setLevel(logging.ERROR)
    return logger
