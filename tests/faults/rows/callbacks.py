"""Receivers that are away, or worse, and addresses that lead inside."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from ipaddress import IPv4Address, ip_address
from typing import Any

from standardwebhooks import Webhook

from app.callbacks.guard import Guard
from app.callbacks.send import CallbackSender
from app.callbacks.sign import secret_for
from app.demo.stack import CLIENT
from app.domain.errors import CallbackUrlRefused
from app.outgoing.lookup import LookupFailed
from tests.faults.account import settled
from tests.faults.lanes import PEOPLE, ask_in_lane, lanes
from tests.faults.table import Outcome, row
from tests.integration.callbacks.test_send import dripping, endless, says, silent, status
from tests.integration.receivers import Receiver, Step
from tests.world import APPROVE, World, at_once, eventually, pressed

ANA = PEOPLE[0]


@row(
    "the receiver of callbacks down for six hours (its hours brought forward)",
    "each callback arrives afterwards, under its one id",
    full=1_000,
    small=6,
)
def away(requests: int) -> Outcome:
    """Six tries fail: at once, after 1 s, 5 s, 5 min, 30 min and 2 h; the next is 5 h later."""
    with lanes() as world:
        world.receiver.answer = lambda _: 503
        asked = at_once([partial(ask_in_lane, world, n) for n in range(requests)], 8)
        at_once([partial(pressed, world, ANA, one, APPROVE) for one in asked], 8)
        for tries in range(1, 7):
            eventually(partial(_tried, world, asked, tries), 300, f"try {tries}")
            if tries > 2:
                at_once([partial(_hasten, world, one) for one in asked], 8)
        failed = len(world.receiver.received)
        world.receiver.received.clear()
        world.heal()
        at_once([partial(_hasten, world, one) for one in asked], 8)
        account = settled(world, asked)
    return Outcome(
        f"{requests:,} callbacks, {failed:,} tries in vain",
        lost=len(account.lost) + world.receiver.unverified,
        doubled=len(account.doubled),
        seen=f"{account.repeats} callbacks came again under their id",
    )


def _tried(world: World, asked: Sequence[dict[str, Any]], tries: int) -> bool:
    """Whether each was tried so often, and that is on record."""
    if len(world.receiver.received) < len(asked) * tries:
        return False
    return all(len(world.get(one["id"])["callback"]["attempts"]) >= tries for one in asked)


def _hasten(world: World, request: dict[str, Any]) -> None:
    world.its_hour_has_come(request["id"], "callback.due_ms", lane="callback")


_HANGING_S = 20
_REDIRECTED = "Location: http://127.0.0.1:9/elsewhere"
_ONE_GIGABYTE = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"

MISBEHAVING: dict[str, Step] = {
    "410": status(410),
    "302": status(302, _REDIRECTED),
    "429": status(429, "Retry-After: 2"),
    "hangs": silent,
    "a byte a second": dripping(b"HTTP/1.1 200 OK\r\nX-", b"a"),
    "1 GB": endless(_ONE_GIGABYTE, b"x" * 65_536),
    "no HTTP": says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
}
"""What a receiver does at the first try; at the next it is well."""


@row(
    "the receiver answers 410, 302, 429, no HTTP, hangs, a byte a second, 1 GB",
    "nobody else waits; each callback arrives once its receiver is well, under its one id",
    full=10,
    small=1,
)
def misbehaving(receivers: int) -> Outcome:
    """So many receivers of each kind. What was ended by 410 is sent again when it is asked for."""
    kinds = [kind for kind in MISBEHAVING for _ in range(receivers)]
    with lanes() as world, ExitStack() as stopping:
        there = [Receiver(MISBEHAVING[kind], status(204)) for kind in kinds]
        for one in there:
            stopping.callback(one.stop)
        asked = [ask_in_lane(world, n, callback_url=one.url) for n, one in enumerate(there)]
        for request in asked:
            assert pressed(world, ANA, request, APPROVE)["ok"]
        began = time.monotonic()
        other = ask_in_lane(world, 0)
        assert pressed(world, ANA, other, APPROVE)["ok"]
        account = settled(world, [other])
        took = time.monotonic() - began
        for kind, request in zip(kinds, asked, strict=True):
            if kind == "410":
                _sent_again(world, request)
        arrived = partial(_arrived, world, asked)
        with suppress(AssertionError):
            eventually(lambda: all(arrived()), _HANGING_S * 3 + 60, "each callback")
        lost = sum(not one for one in arrived())
        ids = [len({_id_of(head) for head in one.heads}) for one in there]
    return Outcome(
        f"{len(kinds)} receivers, {receivers} of each kind",
        lost=lost + len(account.lost),
        doubled=sum(count > 1 for count in ids),
        seen=f"a callback beside them took {took:.1f} s",
    )


def _sent_again(world: World, request: dict[str, Any]) -> None:
    eventually(
        lambda: world.get(request["id"])["callback"]["outcome"] == "given_up", 60, "the giving up"
    )
    world.web.post(f"/v1/requests/{request['id']}/redeliver").raise_for_status()


def _arrived(world: World, asked: Sequence[dict[str, Any]]) -> list[bool]:
    return [world.get(one["id"])["callback"]["outcome"] == "delivered" for one in asked]


def _id_of(head: str) -> str:
    lines = head.lower().split("\r\n")
    return next(line for line in lines if line.startswith("webhook-id:"))


@row(
    "callback secrets rotated under traffic",
    "each callback verifies, with whichever secret the receiver has",
    full=10,
    small=1,
)
def rotated(rotations: int) -> Outcome:
    """Each time: a new secret, then the receiver takes it, then the old one is ended."""
    with lanes() as world:
        master, asked = world.stack.notebook.secret.encode(), list[dict[str, Any]]()

        def traffic() -> None:
            batch = at_once([partial(ask_in_lane, world, n) for n in range(20)], 4)
            at_once([partial(pressed, world, ANA, one, APPROVE) for one in batch], 4)
            asked.extend(batch)

        for generation in range(2, rotations + 2):
            traffic()
            world.operator("clients", "secret", CLIENT)
            traffic()
            settled(world, asked)  # what is on its way is verified with the old one
            world.receiver.webhook = Webhook(secret_for(master, CLIENT, generation))
            traffic()
            world.operator("clients", "secret", CLIENT, "--finish")
        traffic()
        account = settled(world, asked)
    return Outcome(
        f"{rotations} rotations, {len(asked)} callbacks",
        lost=len(account.lost) + world.receiver.unverified,
        doubled=len(account.doubled),
    )


PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.1",
    "192.168.0.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
INSIDE = (
    "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[fec0::1]",
    "[2001:db8::1]", "localhost", "localhost.", "LOCALHOST", "foo.localhost",
)  # fmt: skip


@row(
    "private, rebinding and encoded addresses",
    "refused when asked, and not connected to when sent",
    full=1_000,
    small=20,
)
def addresses(rebindings: int) -> Outcome:
    """Every way of writing every private address, and names whose address changes between looks."""
    guard, let_in = Guard(resolver=_system), 0
    urls = [f"https://{host}{rest}" for host in _hosts() for rest in ("/", ":8443/hook?a=b")]
    for url in urls:
        with suppress(CallbackUrlRefused):
            guard.admit(url)
            let_in += _reaches(url, guard)
    there = Receiver(status(204))
    for n in range(rebindings):
        answers = [["8.8.8.8"], ["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]]
        changing = _Changing(answers[0], answers[n % 3 + 1])
        _reaches(f"https://rebinding.test:{there.port}/", Guard(resolver=changing))
    let_in += there.connections
    there.stop()
    return Outcome(
        f"{len(urls):,} addresses, {rebindings:,} names that change their address",
        let_in=let_in,
    )


class _Changing:
    """A resolver that has another answer from the second question on."""

    def __init__(self, first: list[str], later: list[str]) -> None:
        self._answers = iter([first])
        self._later = later

    def __call__(self, host: str, port: int) -> list[str]:
        return next(self._answers, self._later)


def _system(host: str, port: int) -> list[str]:
    """What a machine without a network says: names of its own, and addresses however written."""

    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _reaches(url: str, guard: Guard) -> bool:
    """Whether a send to it, after it was looked at once, gets as far as an answer."""
    with suppress(CallbackUrlRefused, LookupFailed):
        guard.admit(url)
    sender = CallbackSender(guard, 2.0)
    answer = sender.send(url, "msg_1", b"{}", [secret_for(bytes(32), "x", 1)], int(time.time()))
    sender.close()
    return answer.status is not None


def _hosts() -> Iterator[str]:
    yield from INSIDE
    for text in PRIVATE:
        yield from _written(IPv4Address(text))


def _written(address: IPv4Address) -> Iterator[str]:
    """The ways in which C libraries, browsers and IPv6 write one IPv4 address."""
    number, parts = int(address), str(address).split(".")
    yield str(address)
    yield f"{address}."
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield ".".join(hex(int(part)) for part in parts)
    yield ".".join(f"0{int(part):o}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in str(address))
    yield "%31" + str(address)[1:] if str(address)[0] == "1" else f"%{ord(str(address)[0]):x}"
    yield f"user@{address}"
    yield f"example.com@{address}"
    yield f"{address}%00.example.com"
    for prefix in ("::ffff:", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:"):
        yield f"[{prefix}{address}]"
    yield f"[{ip_address(0x2002 << 112 | number << 80)}]"
    yield f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::]"
