"""Which policies are in force is on record once, and orders to reload reach everybody."""

from __future__ import annotations

import threading
import time
from queue import Queue
from typing import Any

import redis

from app.domain.events import PolicyEvent
from app.domain.reload import Change, Order, Report
from app.store.policies import RedisOrders, RedisPolicies
from tests.contract.conftest import ON_REDIS

pytestmark = ON_REDIS


ORDER = Order(by="operator ana", id="1")


def trail(client: redis.Redis) -> list[PolicyEvent]:
    entries: Any = client.xrange("cs:events")
    return [PolicyEvent.model_validate_json(fields["event"]) for _, fields in entries]


def report(process: str, host: str = "web-1", pid: int = 1) -> Report:
    made = Change(added=("refund",), changed=(), removed=(), unchanged=1)
    return Report(process=process, host=host, pid=pid, digest="sha256:1", change=made)


def test_the_first_set_is_on_record_with_the_hash_of_each_policy(client: redis.Redis):
    at_ms = RedisPolicies(client).record({"refund": "r1", "payout": "p1"}, "startup", "web-1")
    [event] = trail(client)
    assert event.type == "policy.loaded"
    assert event.actor == "startup"
    assert event.at_ms == at_ms
    assert event.detail == {"host": "web-1", "added": {"refund": "r1", "payout": "p1"}}
    assert client.hgetall("cs:policies") == {"refund": "r1", "payout": "p1"}


def test_a_change_is_on_record_by_name_and_hash(client: redis.Redis):
    policies = RedisPolicies(client)
    policies.record({"refund": "r1", "payout": "p1", "kept": "k1"}, "startup", "web-1")
    policies.record({"refund": "r2", "bonus": "b1", "kept": "k1"}, "operator ana", "web-2")
    assert trail(client)[1].actor == "operator ana"
    assert trail(client)[1].detail == {
        "host": "web-2",
        "added": {"bonus": "b1"},
        "changed": {"refund": "r2"},
        "removed": {"payout": "p1"},
    }
    assert client.hgetall("cs:policies") == {"refund": "r2", "bonus": "b1", "kept": "k1"}


def test_the_same_set_is_on_record_once_however_many_processes_load_it(client: redis.Redis):
    policies = RedisPolicies(client)
    threads = [
        threading.Thread(target=policies.record, args=({"refund": "r1"}, "startup", f"web-{n}"))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(trail(client)) == 1


def test_a_set_that_comes_back_is_a_change_again(client: redis.Redis):
    policies = RedisPolicies(client)
    for hashes in ({"refund": "r1"}, {"refund": "r2"}, {"refund": "r1"}):
        policies.record(hashes, "SIGHUP", "web-1")
    assert len(trail(client)) == 3


def test_a_refused_folder_is_on_record_without_a_word_of_it(client: redis.Redis):
    policies = RedisPolicies(client)
    policies.record({"refund": "r1"}, "startup", "web-1")
    policies.refuse(3, "operator ana", "web-1")
    event = trail(client)[1]
    assert (event.type, event.actor) == ("policy.refused", "operator ana")
    assert event.detail == {"host": "web-1", "problems": 3}
    assert event.at_ms > 0
    assert client.hgetall("cs:policies") == {"refund": "r1"}


class Listener:
    """A process that hears orders, in a thread of its own."""

    def __init__(self, client: redis.Redis) -> None:
        self.heard: Queue[Order] = Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=RedisOrders(client).listen, args=(self.heard.put, self._stop)
        )

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def announced(orders: RedisOrders, order: Order, listeners: int) -> None:
    """Announce until so many hear it: they connect in their own time."""
    for _ in range(400):
        if orders.announce(order) == listeners:
            return
        time.sleep(0.05)
    raise AssertionError(f"there never were {listeners} listeners")


def test_an_order_reaches_everybody_who_listens_and_their_number_is_known(client: redis.Redis):
    orders = RedisOrders(client)
    with Listener(client) as one, Listener(client) as other:
        announced(orders, ORDER, 2)
        assert one.heard.get(timeout=20) == ORDER
        assert other.heard.get(timeout=20) == ORDER


def test_with_nobody_there_nobody_hears_it(client: redis.Redis):
    assert RedisOrders(client).announce(ORDER) == 0


def test_who_connects_later_hears_the_last_order_then(client: redis.Redis):
    orders = RedisOrders(client)
    assert orders.last() is None
    orders.announce(Order(by="operator ana", id="0"))
    orders.announce(ORDER)
    assert orders.last() == ORDER
    with Listener(client) as late:
        assert late.heard.get(timeout=20) == ORDER
    assert late.heard.empty()


def test_an_order_of_another_version_is_left_alone(client: redis.Redis):
    orders = RedisOrders(client)
    with Listener(client) as one:
        announced(orders, ORDER, 1)
        client.publish("cs:reload", '{"by": "a later version", "only": ["refund"]}')
        client.publish("cs:reload", "no order at all")
        announced(orders, Order(by="operator ben", id="2"), 1)
        heard = one.heard.get(timeout=20)
        while heard == ORDER:
            heard = one.heard.get(timeout=20)
    assert heard.id == "2"


def test_answers_are_gathered_until_all_are_there(client: redis.Redis):
    orders = RedisOrders(client)
    orders.answer("1", report("b", "web-2"))
    orders.answer("1", report("a", "web-1"))
    assert orders.answers("1", 2, 20) == [report("a", "web-1"), report("b", "web-2")]


def test_an_answer_that_comes_twice_counts_once_and_twins_count_twice(client: redis.Redis):
    orders = RedisOrders(client)
    for process in ("a", "a", "b"):  # two containers may have one host name and one pid
        orders.answer("1", report(process))
    assert [one.process for one in orders.answers("1", 2, 20)] == ["a", "b"]


def test_who_waits_for_too_many_gets_what_there_is(client: redis.Redis):
    orders = RedisOrders(client)
    orders.answer("1", report("a"))
    orders.answer("2", report("b"))
    assert orders.answers("1", 2, 0.2) == [report("a")]
    assert orders.answers("3", 1, 0.2) == []


def test_answers_go_away_by_themselves(client: redis.Redis):
    RedisOrders(client).answer("1", report("a"))
    assert 0 < int(str(client.ttl("cs:reload:1"))) <= 300
