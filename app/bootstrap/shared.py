"""What more than one process is made of: Slack, callbacks, the secret, what people look at."""

from __future__ import annotations

from ..callbacks.guard import Guard
from ..callbacks.outgoing import OutgoingCallbacks
from ..callbacks.send import CallbackSender
from ..domain.errors import SettingsRefused
from ..looking import Looking
from ..settings import Settings
from ..slack.api import SlackApi
from ..slack.directory import SlackDirectory
from .store import Store, secret_of

_SLACK_CALL_S = 18.0
"""The end of any call to Slack, well within the lease of 60 s under which a card is posted."""


def slack_api(settings: Settings, store: Store) -> SlackApi:
    token = settings.slack_bot_token.get_secret_value()
    return SlackApi(token, settings.slack_api_url, _SLACK_CALL_S, store.pace)


def callbacks_of(settings: Settings) -> OutgoingCallbacks:
    try:
        guard = Guard(settings.callback_allow)
    except ValueError as error:
        raise SettingsRefused(f"COUNTERSIGN_CALLBACK_ALLOW: {error}") from error
    return OutgoingCallbacks(guard, CallbackSender(guard), secret_of(settings))


def looking_of(settings: Settings, store: Store, directory: SlackDirectory) -> Looking:
    """What people look at, in web and worker alike."""
    return Looking(store.requests, store.queues, directory, store.gate, settings.admins)
