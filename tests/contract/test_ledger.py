"""The record beside the stream: it never forks, nothing in it changes unseen, and its end is cut
in one step."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import redis

from app.audit.lines import read, strict
from app.audit.record import NOTHING, Entry, entry_line
from app.audit.seal import MOST, chained
from app.domain.alarms import Alarm
from app.ports.ledger import EMPTY, Signed
from app.store.inspection import RedisInspection
from app.store.ledger import RedisLedger
from app.store.requests import RedisRequests
from app.store.upkeep import RedisUpkeep
from tests.contract.conftest import ON_REDIS
from tests.contract.test_requests import open_one
from tests.sealing import KEY, happen, race, recomputed, sealed_all

pytestmark = ON_REDIS

LINE = Signed('{"checkpoint":{"seq":3}}', KEY.public.text)


@pytest.fixture
def ledger(client: redis.Redis) -> RedisLedger:
    return RedisLedger(client)


@pytest.fixture
def upkeep(client: redis.Redis) -> RedisUpkeep:
    return RedisUpkeep(client)


def test_the_stream_is_chained_from_its_first_entry_on(client: redis.Redis, ledger: RedisLedger):
    assert ledger.head() == ledger.look(10).head == EMPTY
    happen(client, 5)
    sealed_all(client)
    head, found = ledger.head(), ledger.sealed(1, 10)
    assert [(one.id, one.hash) for one in found] == recomputed(client)
    assert (head.seq, head.hash) == (5, found[-1].hash)
    assert [one.seq for one in ledger.sealed(4, 10)] == [4, 5]
    assert json.loads(found[2].event or "")["n"] == 2
    assert ledger.keys() == [KEY.public.text]
    look = ledger.look(10)
    assert (look.head, look.events, look.intact) == (head, [], True)


def test_a_head_that_is_elsewhere_by_now_is_not_moved(client: redis.Redis, ledger: RedisLedger):
    happen(client, 3)
    stale = ledger.look(10)
    after, links = chained(stale.head, stale.events[:2])
    assert ledger.seal(stale.head, after, links, None)
    later, more = chained(stale.head, stale.events)
    assert not ledger.seal(stale.head, later, more, None)
    assert not ledger.seal(replace(after, hash="0" * 64), later, more[2:], None)
    assert not ledger.seal(replace(after, checkpoint="1" * 64), later, more[2:], None)
    assert ledger.head() == after


def test_a_repeat_after_a_lost_reply_finds_its_own_work(client: redis.Redis, ledger: RedisLedger):
    happen(client, 3)
    look = ledger.look(10)
    after, links = chained(look.head, look.events)
    after = replace(after, checkpoint_seq=3, checkpoint="2" * 64, checkpoint_ms=look.now)
    assert ledger.seal(look.head, after, links, LINE)
    assert ledger.seal(look.head, after, links, LINE)
    assert ledger.head() == after
    assert len(ledger.sealed(1, 10)) == 3
    assert ledger.checkpoints(0, 10) == [LINE.line]
    assert ledger.checkpoints(3, 10) == []


def test_sealers_that_race_never_fork_the_chain(client: redis.Redis):
    race(client, sealers=3, writers=3, events=200)
    assert RedisLedger(client).head().seq == 600


def test_what_became_of_an_entry_is_seen(client: redis.Redis, ledger: RedisLedger):
    happen(client, 4)
    sealed_all(client)
    client.xdel("cs:events", ledger.sealed(2, 1)[0].id)
    assert [one.event is None for one in ledger.sealed(1, 4)] == [False, True, False, False]


def test_an_entry_that_nobody_sealed_is_found_among_those_that_are(
    client: redis.Redis, ledger: RedisLedger
):
    for n in (10, 20, 30, 40):
        client.xadd("cs:events", {"event": "{}"}, id=f"{n}-0")
    sealed_all(client)
    assert ledger.strays(1, 10) == []
    client.delete("cs:events")  # the only way: Redis gives each new one the highest id
    for n in (5, 10, 20, 25, 30, 40, 50):
        client.xadd("cs:events", {"event": "{}"}, id=f"{n}-0")
    assert [one.id for one in ledger.strays(1, 10)] == ["5-0", "25-0"]
    assert [one.id for one in ledger.strays(1, 2)] == ["5-0"]
    assert [one.id for one in ledger.strays(3, 1)] == ["25-0"]
    assert ledger.strays(5, 10) == []


def test_what_is_no_event_is_sealed_all_the_same(client: redis.Redis, ledger: RedisLedger):
    """As JSON of its fields, so that whoever verifies can read each line behind it, too."""
    texts = ("not\njson", '{"a":\n1}', "é", '{"a":NaN}', '{"a":1,"a":2}', "null", '"x"')
    for fields in ({"other": "x"}, *({"event": text} for text in texts)):
        client.xadd("cs:events", fields)  # type: ignore[arg-type]
    sealed_all(client)
    found = [one.event or "" for one in ledger.sealed(1, 10)]
    assert list(map(strict, found)) == [{"other": "x"}, *({"event": text} for text in texts)]
    assert all("\n" not in event for event in found)


def test_an_id_of_any_size_is_taken_in_and_out_again(
    client: redis.Redis, ledger: RedisLedger, upkeep: RedisUpkeep
):
    client.xadd("cs:events", {"event": "{}"}, id=f"{2**64 - 2}-{2**64 - 1}")
    sealed_all(client)
    [found] = ledger.sealed(1, 10)
    assert read(entry_line(Entry(1, found.id, found.event or ""), found.hash))
    assert upkeep.drop(ledger.head(), found)
    assert client.xlen("cs:events") == client.llen("cs:seal:links") == 0
    assert ledger.head().first == 2


def test_a_stream_that_was_wiped_is_an_alarm_once(client: redis.Redis, ledger: RedisLedger):
    happen(client, 3)
    sealed_all(client)
    client.delete("cs:events")
    sealed_all(client)
    happen(client, 2)
    for _ in range(2):
        sealed_all(client)
    [text] = client.lrange("cs:alarms", 0, -1)
    assert Alarm.model_validate_json(text).kind == "record_broken"
    assert client.hget("cs:counters", "record_broken") == "1"
    assert [one.event is None for one in ledger.sealed(1, 5)] == [True, True, True, False, False]


def test_the_oldest_entries_leave_the_stream_the_chain_and_the_checkpoints_at_once(
    client: redis.Redis, ledger: RedisLedger, upkeep: RedisUpkeep
):
    happen(client, MOST + 10)
    sealed_all(client)
    whole, before = recomputed(client), ledger.head()
    last = ledger.sealed(MOST, 1)[0]
    assert upkeep.drop(before, last)
    assert upkeep.drop(before, last)  # the reply of the first was lost
    after = ledger.head()
    assert (after.first, after.before) == (MOST + 1, last.hash)
    assert replace(after, first=1, before=NOTHING) == before
    assert client.xlen("cs:events") == client.llen("cs:seal:links") == 10
    assert [(one.id, one.hash) for one in ledger.sealed(1, 20)] == whole[MOST:]
    assert ledger.sealed(1, 20)[0].seq == MOST + 1
    assert ledger.checkpoints(0, 10) == []
    happen(client, 1)
    sealed_all(client)
    assert ledger.head().seq == MOST + 11
    assert not upkeep.drop(before, ledger.sealed(MOST + 5, 1)[0])


def test_a_record_that_was_moved_out_whole_goes_on_without_an_alarm(
    client: redis.Redis, ledger: RedisLedger, upkeep: RedisUpkeep
):
    happen(client, 3)
    sealed_all(client)
    assert upkeep.drop(ledger.head(), ledger.sealed(3, 1)[0])
    for _ in range(2):
        assert ledger.look(10).intact
        sealed_all(client)
        happen(client, 1)
    sealed_all(client)
    assert [one.seq for one in ledger.sealed(1, 10)] == [4, 5]
    assert client.lrange("cs:alarms", 0, -1) == []


def test_what_was_not_erased_keeps_its_trail(
    client: redis.Redis, store: RedisRequests, ledger: RedisLedger, upkeep: RedisUpkeep
):
    happen(client, 3, "req_erased")
    request = open_one(store)
    sealed_all(client)
    assert upkeep.still_there(["req_erased", request.id]) == {request.id}
    assert upkeep.still_there([]) == set()
    trail = store.events(request.id)
    assert upkeep.drop(ledger.head(), ledger.sealed(3, 1)[0])
    assert store.events(request.id) == trail != []


def test_a_turn_is_one_process_s(upkeep: RedisUpkeep):
    assert upkeep.take_turn("moving", 60_000)
    assert not upkeep.take_turn("moving", 60_000)
    assert upkeep.take_turn("slack", 60_000)
    upkeep.end_turn("moving", 60_000)
    assert not upkeep.take_turn("moving", 60_000)


def test_what_slack_was_not_told_is_counted(
    client: redis.Redis, ledger: RedisLedger, upkeep: RedisUpkeep
):
    assert upkeep.waiting_for_slack() == (0, None)
    happen(client, MOST + 1)
    sealed_all(client)
    happen(client, MOST)
    sealed_all(client)
    lines = ledger.checkpoints(0, 10)
    assert upkeep.waiting_for_slack() == (2, lines[1])
    upkeep.told_slack(MOST)
    assert upkeep.waiting_for_slack() == (1, lines[1])
    upkeep.told_slack(2 * MOST)
    assert upkeep.waiting_for_slack() == (0, None)


def test_the_record_is_told_in_numbers(client: redis.Redis, upkeep: RedisUpkeep):
    look = RedisInspection(client).figures
    assert look().record.checkpoint_ms is None
    client.xadd("cs:events", {"event": "{}"}, id="1-0")
    sealed_all(client)
    client.xadd("cs:events", {"event": "{}"}, id="2-0")
    figures = look()
    record = figures.record
    assert (record.sealed, record.entries, record.unsealed, record.unposted) == (1, 2, 1, 0)
    assert record.unsealed_ms == figures.now - 2
    assert record.first_ms == figures.now - 1
    assert record.checkpoint_ms is not None
    upkeep.waiting_for_slack()  # a channel is set
    assert look().record.unposted == 1
    upkeep.no_slack()
    assert look().record.unposted == 0
    sealed_all(client)
    assert look().record.unsealed == look().record.unsealed_ms == 0
