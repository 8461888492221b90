"""From a policy's review, and what a rule changes of it, to the plan that is frozen in."""

from __future__ import annotations

import pytest

from policies.plan import Choice, Outcome, Route, Stage, Watch
from policies.plans import changed, plan, strictest, with_two
from policies.review_form import Review
from policies.schema import Rule
from policies.summary import EFFECTS

BASE = {
    "channel": "#approvals",
    "reviewers": ["ana@example.com", "ben@example.com"],
    "quorum": 2,
    "outcomes": ["approve", "reject"],
    "sla": {"expire": "4h"},
    "checklist": ["Is it theirs?"],
    "viewers": ["@auditors"],
}
STAGED = {"stages": [{"reviewers": ["ana@example.com"], "name": "First"}, {"reviewers": ["@ops"]}]}
CHOOSING = {"reviewers": ["@ops"], "choices": [{"id": "crm", "label": "Use CRM"}]}


def review(**form):
    return Review.model_validate(form)


def planned(base, change):
    return plan(changed(review(**base), review(**change)))


def test_without_a_change_the_plan_is_that_of_the_policy():
    base = review(**BASE)
    assert changed(base, None) is base
    assert planned(BASE, {}) == plan(base)


def test_a_plan_holds_everything_that_the_review_says():
    whole = plan(review(**BASE))
    assert whole.channel == "#approvals"
    assert whole.stages == (Stage(reviewers=("ana@example.com", "ben@example.com"), quorum=2),)
    assert whole.outcomes == (Outcome.APPROVE, Outcome.REJECT)
    assert whole.expire_s == 4 * 3600
    assert whole.checklist == ("Is it theirs?",)
    assert whole.viewers == ("@auditors",)
    assert (whole.choices, whole.watch) == ((), None)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"channel": "#large"}, "channel", "#large"),
        ({"outcomes": ["approve"]}, "outcomes", (Outcome.APPROVE,)),
        ({"sla": {"expire": "1h"}}, "expire_s", 3600),
        ({"sla": {}}, "expire_s", 7 * 86_400),
        ({"checklist": ["Sure?"]}, "checklist", ("Sure?",)),
        ({"viewers": ["@legal"]}, "viewers", ("@legal",)),
        ({"quorum": 1}, "stages",
         (Stage(reviewers=("ana@example.com", "ben@example.com"), quorum=1),)),
        ({"reviewers": ["@ops"]}, "stages", (Stage(reviewers=("@ops",), quorum=2),)),
    ],
)  # fmt: skip
def test_a_rule_changes_what_it_names_and_nothing_else(change, field, value):
    before, after = plan(review(**BASE)), planned(BASE, change)
    assert getattr(after, field) == value
    assert after == before.model_copy(update={field: value})


def test_stages_of_a_rule_stand_in_place_of_the_reviewers_and_the_quorum():
    assert planned(BASE, STAGED).stages == (
        Stage(reviewers=("ana@example.com",), quorum=1, name="First"),
        Stage(reviewers=("@ops",), quorum=1),
    )


def test_reviewers_of_a_rule_stand_in_place_of_the_stages():
    assert planned(STAGED, {"reviewers": ["@ops"]}).stages == (Stage(reviewers=("@ops",)),)


def test_choices_and_outcomes_stand_in_place_of_each_other():
    choosing = planned(BASE, {"choices": CHOOSING["choices"]})
    assert [one.id for one in choosing.choices] == ["crm"]
    assert choosing.outcomes == (Outcome.APPROVE,)
    plain = planned(CHOOSING, {"outcomes": ["approve", "revise"]})
    assert plain.choices == ()
    assert plain.outcomes == (Outcome.APPROVE, Outcome.REVISE)


@pytest.mark.parametrize(
    ("base", "change", "message"),
    [
        (STAGED, {"quorum": 2}, "`quorum` here needs `reviewers` too"),
        (BASE, {"reviewers": ["ana@example.com"]}, "one person is named, so 2 can never approve"),
        (BASE, {"quorum": 3}, "2 people are named, so 3 can never approve"),
        (BASE | {"quorum": "all"}, {"reviewers": ["@ops"]}, "people by name; @ops is a group"),
        (STAGED, {"choices": CHOOSING["choices"]}, "`choices` go with one stage"),
        (CHOOSING, STAGED, "`choices` go with one stage"),
    ],
)
def test_a_change_that_could_never_be_approved_is_refused(base, change, message):
    with pytest.raises(ValueError, match=message):
        changed(review(**base), review(**change))


@pytest.mark.parametrize(
    ("quorum", "people"), [(None, 1), ("any", 1), (1, 1), (2, 2), (3, 3), ("all", 3)]
)
def test_a_quorum_is_a_number_of_the_people_named(quorum, people):
    named = {"reviewers": ["a@b.c", "d@e.f", "g@h.i"]} | ({"quorum": quorum} if quorum else {})
    assert plan(review(**named)).people == people
    assert plan(review(stages=[named])).people == people


def test_all_of_changed_reviewers_are_all_of_the_new_ones():
    assert planned(BASE | {"quorum": "all"}, {"reviewers": ["a@b.c"]}).people == 1


def test_the_people_of_several_stages_add_up():
    assert plan(review(**STAGED)).people == 2


def test_a_choice_without_an_effect_has_that_of_its_outcome():
    choices = [
        {"id": "crm", "label": "Use CRM", "effect": "The ERP is overwritten."},
        {"id": "custom", "label": "Custom", "comment": True},
        {"id": "back", "label": "Back", "outcome": "revise"},
    ]
    made = plan(review(reviewers=["@ops"], choices=choices))
    assert made.outcomes == (Outcome.APPROVE, Outcome.REVISE)
    assert made.choice("crm") == Choice(
        id="crm", label="Use CRM", outcome=Outcome.APPROVE, effect="The ERP is overwritten."
    )
    assert made.choice("custom") == Choice(
        id="custom", label="Custom", outcome=Outcome.APPROVE, effect=EFFECTS[Outcome.APPROVE],
        comment=True,
    )  # fmt: skip
    back = made.choice("back")
    assert back is not None
    assert back.comment, "who asks for changes says which"
    assert made.choice("gone") is None


@pytest.mark.parametrize(
    ("stop", "becomes"), [({}, Route.REVIEW), ({"stop": "reject"}, Route.REJECT)]
)
def test_the_plan_of_a_watching_rule_holds_its_window(stop, becomes):
    form = {"id": "r", "then": "watch", "for": "15m", "because": "b"} | stop
    assert plan(review(**BASE), Rule.model_validate(form)).watch == Watch(for_s=900, stop=becomes)


def test_of_two_plans_for_as_many_people_a_rules_own_reviewers_are_the_stricter():
    own = plan(review(reviewers=["@everybody"]))
    same, cfo = plan(review(reviewers=["@everybody"])), plan(review(reviewers=["cfo@example.com"]))
    assert strictest(own, [same, cfo]) is cfo


def test_the_strictest_plan_asks_most_people_and_of_equals_it_is_the_first():
    one, two = plan(review(**CHOOSING)), plan(review(**BASE))
    other_two = plan(review(**STAGED))
    assert strictest(one, [two, other_two]) is two
    assert strictest(other_two, [one]) is other_two


def test_of_plans_that_ask_the_same_the_strictest_wants_a_value_typed():
    own, typed = plan(review(**BASE)), planned(BASE, {"confirm": "amount"})
    assert strictest(own, [own, typed]) is typed
    more = planned(CHOOSING, {"reviewers": ["@ops"], "quorum": 3})
    assert strictest(own, [typed, more]) is more


KEPT = BASE | {"confirm": "amount", "undo": "30s", "revisions": 2, "sla": {"result": "2h"}}


def test_a_plan_holds_what_an_approval_takes_and_what_comes_of_it():
    whole = plan(review(**KEPT))
    assert (whole.confirm, whole.undo_s, whole.revisions) == ("amount", 30, 2)
    assert whole.result_s == 7_200
    bare = plan(review(**BASE))
    assert (bare.confirm, bare.undo_s, bare.revisions, bare.result_s) == (None, None, None, None)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"confirm": "order"}, "confirm", "order"),
        ({"undo": "1h"}, "undo_s", 3_600),
        ({"revisions": 0}, "revisions", 0),
        ({"sla": {"result": "1d"}}, "result_s", 86_400),
        ({"sla": {}}, "result_s", None),
        ({"reviewers": ["@ops"], "quorum": 1}, "stages", (Stage(reviewers=("@ops",)),)),
    ],
)
def test_a_rule_changes_one_of_them_and_keeps_the_others(change, field, value):
    before, after = plan(review(**KEPT)), planned(KEPT, change)
    assert getattr(after, field) == value
    assert after == before.model_copy(update={field: value})


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"undo": "4s"}, "4s is out of range; write between 5 seconds and 1 hour"),
        ({"undo": "61m"}, "61m is out of range"),
        ({"undo": "1d"}, "1d is out of range"),
        ({"undo": 30}, "write a duration such as 30s or 5m"),
        ({"undo": True}, "write a duration such as 30s or 5m"),
        ({"undo": "soon"}, "'soon' is not a duration"),
        ({"undo": ""}, "'' is not a duration"),
        ({"revisions": -1}, "greater than or equal to 0"),
        ({"revisions": 101}, "less than or equal to 100"),
        ({"revisions": True}, "valid integer"),
        ({"confirm": "payload.amount"}, "an input's name is"),
        ({"sla": {"result": "5s"}}, "between 1 minute and 90 days"),
    ],
)
def test_each_of_them_says_what_it_can_not_be(form, message):
    with pytest.raises(ValueError, match=message):
        review(**form)


def test_with_two_asks_a_second_person_where_one_is_asked():
    assert with_two(plan(review(**CHOOSING))).stages == (Stage(reviewers=("@ops",), quorum=2),)
    assert with_two(plan(review(**STAGED))) == plan(review(**STAGED))


def test_nobody_is_two_reviewers_by_writing_them_in_capitals():
    with pytest.raises(ValueError, match="more than once"):
        review(reviewers=["ana@example.com", "Ana@Example.com"])
