"""The web application, with the way in for Slack."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from fastapi import FastAPI
from slack_bolt import App

from policies.loader import Policies, PolicyErrors, load_folder, load_playbooks

from ..administration import Administration
from ..by_hand import ByHand
from ..domain.errors import PoliciesRefused, SettingsRefused
from ..editing import Editing
from ..health import DeploymentHealth
from ..http.application import build as build_http
from ..http.routes.slack import SlackDoor
from ..opening import Opening
from ..pausing import Pausing
from ..reloading import Asked, Reloading
from ..reviewing import Reviewing
from ..service import Service
from ..settings import Settings
from ..slack.api import SlackApi
from ..slack.bolt import build_app
from ..slack.directory import SlackDirectory
from ..slack.listeners.desk import Desk
from ..slack.receiver import SlackReceiver
from ..slack.replies import Replies
from ..slack.socket import SlackSocket
from ..slack.token import SlackTokens
from .shared import callbacks_of, looking_of, slack_api
from .store import Store, build_store


def build_web(settings: Settings, asked: Asked | None = None) -> FastAPI:
    """The web application, with Slack's way in: over HTTP, or over Socket Mode where it is set.

    What is put into `asked` has the policies loaded anew.
    """
    store = build_store(settings)
    slack = slack_api(settings, store)
    reloading = _reloading(settings, store, SimpleQueue() if asked is None else asked)
    directory = SlackDirectory(slack, store.near)
    opening = Opening(
        store=store.requests,
        judge=reloading.judge,
        callbacks=callbacks_of(settings),
        admission=store.admission,
        public_url=settings.public_url.rstrip("/"),
        retention_s=settings.retention_s,
    )
    service = Service(store.requests, reloading.judge, opening)
    replies = Replies()
    reviewing = Reviewing(store.requests, directory, store.absences)
    looking, pausing = looking_of(settings, store, directory), Pausing(store.gate)
    desk = Desk(
        reviewing=reviewing,
        looking=looking,
        pausing=pausing,
        by_hand=ByHand(service, reloading.judge, directory),
        editing=Editing(reviewing, reloading.judge),
        homes=store.homes,
        api=slack,
        team=directory.team,
        replies=replies,
        command=settings.command,
    )
    bolt = build_app(desk)
    door, socket = _ways_in(settings, bolt, store)
    tokens = SlackTokens(slack, store.cache, store.pace, store.requests.now)
    beside = _beside(slack, tokens, replies, socket, reloading)
    health = DeploymentHealth(
        store=store.health,
        pulse=store.pulse,
        tokens=tokens,
        gate=store.gate,
        inspection=store.inspection,
        policies=reloading.report,
    )
    administration = Administration(store.gate, health, store.requests)
    return build_http(service, administration, store.clients, store.decisions, health, door, beside)


def _ways_in(
    settings: Settings, bolt: App, store: Store
) -> tuple[SlackDoor | None, SlackSocket | None]:
    """Slack's way in: the settings have an app token for Socket Mode, else a signing secret.

    How old a signature is, is told by the store's clock, since this machine's may be off.
    """
    if settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        return None, SlackSocket(bolt, app_token, store.arrivals)
    if settings.slack_signing_secret is None:
        raise SettingsRefused("SLACK_SIGNING_SECRET is not set")
    secret = settings.slack_signing_secret.get_secret_value()
    return SlackReceiver(bolt, secret, store.arrivals).handle, None


@contextmanager
def _beside(
    slack: SlackApi,
    tokens: SlackTokens,
    replies: Replies,
    socket: SlackSocket | None,
    reloading: Reloading,
) -> Iterator[None]:
    """What lives and ends with the web application."""
    # The first click should not have to wait for Slack to say who we are, nor the first probe.
    threading.Thread(target=slack.warm, daemon=True).start()
    tokens.known()
    if socket is not None:
        socket.start()
    try:
        with reloading.running():
            yield
    finally:
        if socket is not None:
            socket.stop()
        replies.close()


def _reloading(settings: Settings, store: Store, asked: Asked) -> Reloading:
    def load() -> Policies:
        return load_folder(settings.policy_dir) if settings.policy_dir else load_playbooks()

    try:
        return Reloading(load, store.policies, store.orders, asked)
    except PolicyErrors as error:
        raise PoliciesRefused(f"The policies can't be used:\n{error}") from error
