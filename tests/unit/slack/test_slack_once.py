"""What came is carried out once; what was not finished is not acknowledged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_bolt import BoltResponse

from app.domain.errors import StoreUnavailable
from app.slack.once import once as carry_out_once
from tests.fakes import FakeArrivals


def once(arrivals: FakeArrivals, name: str, work: Callable[[], BoltResponse]) -> BoltResponse:
    return carry_out_once(arrivals, arrivals.begin(name), work)


class Work:
    """Something that is carried out, with an answer; what it does in between is `meanwhile`."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.done = status, 0

    def __call__(self) -> BoltResponse:
        self.done += 1
        self.meanwhile()
        return BoltResponse(status=self.status, body="words")

    def meanwhile(self) -> None:
        pass


def test_a_copy_is_acknowledged_without_a_word_and_does_nothing():
    arrivals, work = FakeArrivals(), Work()
    assert once(arrivals, "a", work).body == "words"
    copy = once(arrivals, "a", work)
    assert (copy.status, copy.body, work.done) == (200, "", 1)
    assert once(arrivals, "b", work).body == "words"


def test_a_copy_that_comes_meanwhile_is_not_acknowledged():
    arrivals, work = FakeArrivals(), Work()
    copies: list[int] = []
    work.meanwhile = lambda: copies.append(once(arrivals, "a", Work()).status)  # type: ignore[method-assign]
    assert once(arrivals, "a", work).status == 200
    assert copies == [503]


@pytest.mark.parametrize("status", [500, 503])
def test_what_failed_is_neither_done_again_nor_acknowledged(status):
    arrivals, work = FakeArrivals(), Work(status)
    assert once(arrivals, "a", work).status == status
    assert (once(arrivals, "a", work).status, work.done) == (503, 1)


def test_without_a_store_nothing_is_carried_out():
    work = Work()
    with pytest.raises(StoreUnavailable):
        once(FakeArrivals(down=True), "a", work)
    assert work.done == 0


def test_a_store_that_goes_away_in_the_middle_takes_no_answer_with_it():
    arrivals, work = FakeArrivals(), Work()
    work.meanwhile = lambda: setattr(arrivals, "down", True)  # type: ignore[method-assign]
    assert once(arrivals, "a", work).body == "words"
    arrivals.down = False
    assert once(arrivals, "a", work).status == 503
