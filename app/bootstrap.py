"""The one place where everything is wired: settings in, the parts of each process out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

from fastapi import FastAPI
from pydantic import JsonValue
from redis.exceptions import RedisError
from slack_bolt import App

from policies.loader import Policies, PolicyErrors, load_folder, load_playbooks

from .auditor import Auditor
from .break_glass import BreakGlass
from .by_hand import ByHand
from .callbacks.guard import Guard
from .callbacks.outgoing import OutgoingCallbacks
from .callbacks.send import CallbackSender
from .claims import BatchWork, Timers, drain, singly
from .domain.due import Lane
from .domain.errors import PoliciesRefused, ServerUnfit, SettingsRefused
from .domain.message import iso
from .editing import Editing
from .home_lane import HomeLane
from .http.application import build as build_http
from .http.routes.slack import SlackDoor
from .lanes import CallbackLane, TimeLane
from .looking import Looking
from .pausing import Pausing
from .people_lane import PeopleLane
from .ports import Figures, Gate
from .reloading import Asked, Reloading
from .reviewing import Reviewing
from .service import Service
from .settings import Settings, StoreSettings
from .slack.admins import SlackAdmins
from .slack.api import SlackApi
from .slack.bolt import build_app
from .slack.directory import SlackDirectory
from .slack.gateway import SlackCards
from .slack.home_tabs import SlackHomeTabs
from .slack.listeners.desk import Desk
from .slack.receiver import SlackReceiver
from .slack.replies import Replies
from .slack.socket import SlackSocket
from .slack_lane import SlackLane
from .staffing import Staffing
from .store import fitness
from .store.absences import RedisAbsences
from .store.alarms import RedisAlarms
from .store.bells import Bells
from .store.clients import RedisClients
from .store.connection import connect
from .store.decisions import RedisDecisions
from .store.gate import RedisAdmission, RedisGate
from .store.homes import RedisHomes
from .store.inspection import RedisInspection
from .store.lanes import RedisLanes
from .store.pace import RedisCache, RedisPace
from .store.policies import RedisOrders, RedisPolicies
from .store.queues import RedisQueues
from .store.requests import RedisRequests

_BATCH = {Lane.TIME: 100, Lane.SLACK: 1, Lane.CALLBACK: 1, Lane.PEOPLE: 1, Lane.HOME: 1}
"""Requests claimed at a time: one where a single one can take 20 s."""

_SLACK_CALL_S = 18.0
"""The end of any call to Slack, well within the lease of 60 s under which a card is posted."""


@dataclass(frozen=True)
class Store:
    """Redis, checked and divided into what the parts need of it."""

    requests: RedisRequests
    queues: RedisQueues
    lanes: RedisLanes
    clients: RedisClients
    absences: RedisAbsences
    homes: RedisHomes
    pace: RedisPace
    cache: RedisCache
    decisions: RedisDecisions
    policies: RedisPolicies
    orders: RedisOrders
    gate: RedisGate
    admission: RedisAdmission
    inspection: RedisInspection
    alarms: RedisAlarms
    health: fitness.RedisHealth


def build_store(settings: Settings) -> Store:
    """Raises `ServerUnfit` for a server that would lose approvals, unless that is allowed."""
    client = connect(settings.redis_url)
    try:
        client.ping()
    except RedisError as error:
        raise ServerUnfit(
            f"Redis can't be reached as REDIS_URL says: {error}",
            "Check REDIS_URL, and that the server runs.",
        ) from error
    if not settings.allow_unsafe_redis:
        fitness.check(client)
    bells = Bells(connect(settings.redis_url, text=False))
    requests = RedisRequests(client, bells)
    return Store(
        requests=requests,
        queues=RedisQueues(client, requests),
        lanes=RedisLanes(client, bells),
        clients=RedisClients(client, _secret(settings)),
        absences=RedisAbsences(client, bells),
        homes=RedisHomes(client, bells),
        pace=RedisPace(client),
        cache=RedisCache(client),
        decisions=RedisDecisions(client),
        policies=RedisPolicies(client),
        orders=RedisOrders(client),
        gate=RedisGate(client, bells),
        admission=RedisAdmission(client),
        inspection=RedisInspection(client),
        alarms=RedisAlarms(client),
        health=fitness.RedisHealth(client, settings.allow_unsafe_redis),
    )


def build_clients(settings: StoreSettings) -> RedisClients:
    """What `countersign clients` needs."""
    return RedisClients(connect(settings.redis_url), _secret(settings))


def build_orders(settings: StoreSettings) -> RedisOrders:
    """What `countersign policy reload` needs."""
    return RedisOrders(connect(settings.redis_url))


def build_reviewing(settings: Settings) -> Reviewing:
    """What `countersign away` needs."""
    store = build_store(settings)
    directory = SlackDirectory(_slack(settings, store), store.cache)
    return Reviewing(store.requests, directory, store.absences)


def _looking(settings: Settings, store: Store, directory: SlackDirectory) -> Looking:
    """What people look at, in web and worker alike."""
    return Looking(store.requests, store.queues, directory, store.gate, settings.admins)


def build_absences(settings: StoreSettings) -> RedisAbsences:
    """What `countersign away list` needs."""
    bells = Bells(connect(settings.redis_url, text=False))
    return RedisAbsences(connect(settings.redis_url), bells)


def build_gate(settings: StoreSettings) -> RedisGate:
    """What `countersign pause`, `resume` and `status` need."""
    bells = Bells(connect(settings.redis_url, text=False))
    return RedisGate(connect(settings.redis_url), bells)


def build_break_glass(settings: StoreSettings) -> BreakGlass:
    """What `countersign decide` needs."""
    client = connect(settings.redis_url)
    return BreakGlass(RedisRequests(client, Bells(connect(settings.redis_url, text=False))))


def build_clock(settings: Settings) -> tuple[RedisLanes, Auditor]:
    """What the clock rings, and what it audits with."""
    store, channel = build_store(settings), settings.admin_channel
    admins = None if channel is None else SlackAdmins(_slack(settings, store), channel)
    return store.lanes, Auditor(store.inspection, store.alarms, admins)


def build_drain(settings: Settings) -> Callable[[Lane], None]:
    """What a worker does with a lane: what is due in it, for one turn."""
    store = build_store(settings)
    api = _slack(settings, store)
    cards = SlackCards(api, store.pace, store.cache)
    directory = SlackDirectory(api, store.cache)
    staffing = Staffing(store.requests, directory, store.absences)
    slack = SlackLane(store.requests, store.lanes, cards, directory, staffing)
    callback = CallbackLane(store.requests, store.lanes, _callbacks(settings), store.clients)
    people = PeopleLane(store.requests, store.lanes, store.absences, staffing, cards)
    home = HomeLane(
        lanes=store.lanes,
        homes=store.homes,
        tabs=SlackHomeTabs(api, store.pace),
        looking=_looking(settings, store, directory),
        absences=store.absences,
        inspection=store.inspection,
    )
    work: dict[Lane, BatchWork] = {
        Lane.TIME: TimeLane(store.requests, store.lanes),
        Lane.SLACK: singly(store.lanes, slack),
        Lane.CALLBACK: singly(store.lanes, callback),
        Lane.PEOPLE: singly(store.lanes, people),
        Lane.HOME: singly(store.lanes, home),
    }
    timers = Timers()

    def drain_one(lane: Lane) -> None:
        if lane is not Lane.TIME:
            drain(store.lanes, lane, work[lane], _BATCH[lane], timers.give_way)
            return
        with timers.first():
            drain(store.lanes, lane, work[lane], _BATCH[lane])

    return drain_one


def build_web(settings: Settings, asked: Asked | None = None) -> FastAPI:
    """The web application, with Slack's way in: over HTTP, or over Socket Mode where it is set.

    What is put into `asked` has the policies loaded anew.
    """
    store = build_store(settings)
    slack = _slack(settings, store)
    reloading = _reloading(settings, store, SimpleQueue() if asked is None else asked)
    directory = SlackDirectory(slack, store.cache)
    service = Service(
        store=store.requests,
        judge=reloading.judge,
        callbacks=_callbacks(settings),
        admission=store.admission,
        public_url=settings.public_url.rstrip("/"),
        retention_s=settings.retention_s,
    )
    replies = Replies()
    reviewing = Reviewing(store.requests, directory, store.absences)
    looking, pausing = _looking(settings, store, directory), Pausing(store.gate)
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
    door, socket = _ways_in(settings, bolt, store.requests.now)
    beside = _beside(slack, replies, socket, reloading)
    health = _Health(store.health, store.gate, store.inspection, reloading)
    return build_http(service, store.clients, store.decisions, health, door, beside)


@dataclass(frozen=True)
class _Health:
    """What `/readyz` and `/metrics` tell: of the store, of a pause, of this process's policies."""

    store: fitness.RedisHealth
    gate: Gate
    inspection: RedisInspection
    reloading: Reloading

    def report(self) -> dict[str, JsonValue]:
        beside = {"paused": _paused(self.gate), "policies": self.reloading.report()}
        return {**self.store.report(), **beside}

    def figures(self) -> Figures:
        return self.inspection.figures()


def _paused(gate: Gate) -> JsonValue:
    pause = gate.state().pause
    if pause is None:
        return None
    return {"by": pause.by, "since": iso(pause.at_ms), "reason": pause.reason}


def _ways_in(
    settings: Settings, bolt: App, clock: Callable[[], int]
) -> tuple[SlackDoor | None, SlackSocket | None]:
    """Slack's way in: the settings have an app token for Socket Mode, else a signing secret.

    How old a signature is, is told by the store's clock, since this machine's may be off.
    """
    if settings.slack_app_token is not None:
        return None, SlackSocket(bolt, settings.slack_app_token.get_secret_value())
    if settings.slack_signing_secret is None:
        raise SettingsRefused("SLACK_SIGNING_SECRET is not set")
    secret = settings.slack_signing_secret.get_secret_value()
    return SlackReceiver(bolt, secret, clock).handle, None


@contextmanager
def _beside(
    slack: SlackApi, replies: Replies, socket: SlackSocket | None, reloading: Reloading
) -> Iterator[None]:
    """What lives and ends with the web application."""
    # The first click should not have to wait for Slack to say who we are.
    threading.Thread(target=slack.warm, daemon=True).start()
    if socket is not None:
        socket.start()
    try:
        with reloading.running():
            yield
    finally:
        if socket is not None:
            socket.stop()
        replies.close()


def _slack(settings: Settings, store: Store) -> SlackApi:
    token = settings.slack_bot_token.get_secret_value()
    return SlackApi(token, settings.slack_api_url, _SLACK_CALL_S, store.pace)


def _reloading(settings: Settings, store: Store, asked: Asked) -> Reloading:
    def load() -> Policies:
        return load_folder(settings.policy_dir) if settings.policy_dir else load_playbooks()

    try:
        return Reloading(load, store.policies, store.orders, asked)
    except PolicyErrors as error:
        raise PoliciesRefused(f"The policies can't be used:\n{error}") from error


def _callbacks(settings: Settings) -> OutgoingCallbacks:
    try:
        guard = Guard(settings.callback_allow)
    except ValueError as error:
        raise SettingsRefused(f"COUNTERSIGN_CALLBACK_ALLOW: {error}") from error
    return OutgoingCallbacks(guard, CallbackSender(guard), _secret(settings))


def _secret(settings: StoreSettings) -> bytes:
    return settings.secret.get_secret_value().encode()
