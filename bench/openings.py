"""Thousands of requests, opened straight in the store, where how they came is not measured."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

from pydantic import JsonValue

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import CardDrawn
from app.domain.digest import digest
from app.domain.request import Body, PolicyRef, Request
from app.domain.transition import Transition
from app.identifiers import new_nonce, new_operation, new_request_id
from app.store.bells import Bells
from app.store.connection import connect
from app.store.requests import RedisRequests
from policies.evaluate import Facts, LoadedPolicy, evaluate
from policies.plan import Evaluation

from .deployment import CLIENT, Deployment
from .load.world import Card, Site

_AT_ONCE = 200
"""Commits in one round trip."""

_PAYLOAD: dict[str, JsonValue] = {"amount": 120, "customer": "Acme", "tier": "standard"}
_SIGNALS: dict[str, JsonValue] = {"confidence": 0.1}


def open_all(
    product: Deployment, number: int, *, opened_ms: int | None = None, shown: bool = False
) -> list[Card]:
    """So many requests, the policies of a deployment in turn, opened now or at another instant.

    With `shown` each has a card of its own already, which are given back; else the worker begins to
    post them. A thousand take about a second.
    """
    url = product.server.url
    with connect(url) as client, connect(url, text=False) as of_bells:
        store = RedisRequests(client, Bells(of_bells))
        now = store.now() if opened_ms is None else opened_ms
        begun = islice(_begun(product, now), number)
        return _committed(store, map(_shown, begun) if shown else begun)


def _committed(store: RedisRequests, opened: Iterator[Transition]) -> list[Card]:
    cards: list[Card] = []
    while some := list(islice(opened, _AT_ONCE)):
        if not all(store.commit_many([(one, new_operation()) for one in some])):
            raise AssertionError("nobody else opens these")
        cards += [card for one in some for card in _cards(one.request)]
    return cards


def _begun(product: Deployment, opened_ms: int) -> Iterator[Transition]:
    judged = [(one, evaluate(one, Facts(_PAYLOAD, _SIGNALS))) for one in product.loaded()]
    for policy, evaluation in cycle(judged):
        yield lifecycle.begin(_body(product.site, policy, evaluation, opened_ms))


def _body(site: Site, policy: LoadedPolicy, evaluation: Evaluation, opened_ms: int) -> Body:
    """As the service makes it of what comes in."""
    request_id, nonce = new_request_id(opened_ms), new_nonce()
    return Body(
        id=request_id,
        root_id=request_id,
        revision=1,
        client=CLIENT,
        title="Refund",
        payload=_PAYLOAD,
        signals=_SIGNALS,
        callback_url=site.callback_url,
        policy=PolicyRef(name=policy.policy.policy, hash=policy.hash),
        evaluation=evaluation,
        nonce=nonce,
        digest=digest(request_id, nonce, policy.hash, _PAYLOAD),
        links={"request": f"http://127.0.0.1:{site.web_port}/v1/requests/{request_id}"},
        opened_ms=opened_ms,
        retention_s=90 * 86_400,
    )


def _shown(begun: Transition) -> Transition:
    """The opening and the posting of its card as one change, which the store takes as well."""
    request, opened_ms = begun.request, begun.request.body.opened_ms
    (channel,) = request.state.cards.targets or ()
    ts = f"{opened_ms // 1000}.{int(request.body.nonce[:5], 16):07}"
    place = Place(channel=channel, ts=ts)
    card = CardDrawn(target=channel, place=place, face=request.state.cards.face)
    drawn = lifecycle.apply(request, card, opened_ms)
    if drawn is None:
        raise AssertionError("a card that is drawn is recorded")
    return Transition(None, drawn.after, (*begun.events, *drawn.events))


def _cards(request: Request) -> list[Card]:
    places = [copy.place for copy in request.state.cards.copies]
    return [Card(place.channel, place.ts, request.id, request.digest) for place in places]
