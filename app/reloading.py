"""The policies of this process: loaded when it starts, and anew when somebody asks for it.

A folder that fails to load never replaces the policies that work, and what comes into force is on
record before it decides anything.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from policies.loader import Policies, PolicyErrors

from .domain.errors import CountersignError, StoreUnavailable
from .domain.message import iso
from .domain.reload import Change, Order, Report, changed, digest, in_words
from .faults import described
from .identifiers import new_operation
from .judge import PolicyJudge

_log = logging.getLogger("countersign.policies")

Asked: TypeAlias = "SimpleQueue[Order | None]"
"""Orders to be followed one after the other; a signal handler can put one in. None ends it."""

_PROBLEMS = 200
"""Problems that an answer lists; more of them would not be read."""

_ENDS_IN_S = 5.0


class Record(Protocol):
    """Where it is kept which policies are in force. Each call raises `StoreUnavailable`."""

    def record(self, hashes: Mapping[str, str], by: str, host: str) -> int:
        """These are in force, by `by`; gives the store's clock (ms)."""

    def refuse(self, problems: int, by: str, host: str) -> None:
        """A folder with so many problems did not come into force."""


class Orders(Protocol):
    """Where orders come from and answers go."""

    def last(self) -> Order | None:
        """The newest order. Raises `StoreUnavailable`."""

    def listen(self, heard: Callable[[Order], None], stop: Event) -> None:
        """Call `heard` with each order, at least once, until `stop` is set."""

    def answer(self, order_id: str, report: Report) -> None:
        """What this process did. Raises `StoreUnavailable`."""


class Reloading:
    """Holds the judge, and gives it new policies.

    Raises `PolicyErrors` when there are none to begin with, and `StoreUnavailable`.
    """

    def __init__(
        self, load: Callable[[], Policies], record: Record, orders: Orders, asked: Asked
    ) -> None:
        self._load, self._record, self._orders, self._asked = load, record, orders, asked
        self._host, self._process = socket.gethostname(), new_operation()
        self._heard = orders.last()  # before the folder is read, which then has what it asks for
        self.judge = PolicyJudge(load())
        self._since_ms = record.record(_hashes(self.judge.policies), "startup", self._host)

    def report(self) -> dict[str, JsonValue]:
        """What an operator wants to see of the policies."""
        hashes = _hashes(self.judge.policies)
        return {"loaded": len(hashes), "since": iso(self._since_ms), "digest": digest(hashes)}

    def reload(self, by: str) -> Report:
        """Load the folder anew. What is wrong with it is reported, and the old stays in force."""
        try:
            policies = self._load()
        except PolicyErrors as error:
            return self._refused(by, [str(problem) for problem in error.problems])
        before, after = _hashes(self.judge.policies), _hashes(policies)
        try:
            now_ms = self._record.record(after, by, self._host)
        except StoreUnavailable as error:
            return self._refused(by, [f"it could not be put on record: {error.message}"])
        self.judge.policies = policies
        if after != before:
            self._since_ms = now_ms
        made = changed(before, after)
        _log.info("policies reloaded by %s: %s", by, in_words(made))
        return self._report_of(change=made)

    def _refused(self, by: str, problems: list[str]) -> Report:
        _log.error(
            "policies not reloaded by %s, those that were loaded stay in force:\n%s",
            by,
            "\n".join(problems),
        )
        try:
            self._record.refuse(len(problems), by, self._host)
        except StoreUnavailable as error:
            _log.warning("that is not on record: %s", error.message)
        return self._report_of(problems)

    def _report_of(self, problems: Sequence[str] = (), change: Change | None = None) -> Report:
        shown = list(problems[:_PROBLEMS])
        if len(problems) > len(shown):
            shown.append(f"and {len(problems) - len(shown)} more")
        return Report(
            process=self._process,
            host=self._host,
            pid=os.getpid(),
            digest=digest(_hashes(self.judge.policies)),
            change=change,
            problems=tuple(shown),
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Follows orders in threads of its own until left."""
        stop = Event()
        threads = [
            Thread(target=self._listen, args=(stop,), name="reload-orders", daemon=True),
            Thread(target=self._follow, name="reload", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            self._asked.put(None)
            for thread in threads:
                thread.join(_ENDS_IN_S)

    def _listen(self, stop: Event) -> None:
        def heard(order: Order) -> None:
            if order != self._heard:
                self._heard = order
                self._asked.put(order)

        self._orders.listen(heard, stop)

    def _follow(self) -> None:
        while (order := self._asked.get()) is not None:
            report = self._done(order)
            if order.id is None:
                continue
            try:
                self._orders.answer(order.id, report)
            except CountersignError as error:
                _log.warning("nobody hears what the reload came to: %s", error.message)

    def _done(self, order: Order) -> Report:
        try:
            return self.reload(order.by)
        except Exception as error:
            # Whatever it was, the next order has to find somebody who follows it.
            _log.error("policies not reloaded by %s: %s", order.by, described(error))
            return self._report_of(["an unexpected error; the log of this process has it"])


def _hashes(policies: Policies) -> dict[str, str]:
    return {name: loaded.hash for name, loaded in policies.items()}
