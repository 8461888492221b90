"""Who may see a request, and for whom it waits: what lists show is asked of the request itself."""

from __future__ import annotations

from collections.abc import Iterable

from policies.plan import Frozen, ReviewPlan

from .request import Actor, Request, State
from .withholding import in_public


class Viewer(Frozen):
    """Somebody of this workspace who looks at requests, as the directory knew them just now.

    `groups` are the user groups that they are in, by id and by `@handle`. An `admin` runs this
    deployment, and sees everything. `zone` is their time zone, such as Europe/London.
    """

    id: str
    name: str
    email: str | None = None
    groups: frozenset[str] = frozenset()
    admin: bool = False
    zone: str | None = None

    @property
    def own(self) -> frozenset[str]:
        """Every name that means them alone, as `known_as` writes it."""
        return frozenset({self.id} if self.email is None else {self.id, known_as(self.email)})

    @property
    def names(self) -> frozenset[str]:
        """Every name by which a plan can mean them: their own, and those of their groups."""
        return self.own | self.groups


def known_as(ref: str) -> str:
    """A name as names are compared: an e-mail address in whatever case is the same one."""
    return ref.casefold() if ref.find("@") > 0 else ref


def due_ms(request: Request) -> int | None:
    """By when it has to be looked at: it expires then, or goes ahead; None for no such instant."""
    return request.state.goes_ahead_ms if request.watched else request.state.expires_ms


def deciders(request: Request) -> frozenset[str]:
    """Who may decide it now, or stop it; nobody while it is held, or decided already."""
    state = request.state
    if not request.pending or state.held is not None or state.undoable is not None:
        return frozenset()
    return _known((*request.asked, *request.stand_ins, *state.assigned))


def onlookers(request: Request) -> frozenset[str]:
    """Who may see it beside admins, as the plan names them or by user id: whom it concerns."""
    asked_for = request.body.on_behalf_of
    requester = () if asked_for is None else (asked_for,)
    return _concerned(request) | _known(requester)


def took_part(request: Request) -> tuple[Actor, ...]:
    """The people who answered it, or stopped it, whether or not that decided it."""
    stopped = request.state.stopped
    everybody = (*_answered(request), *(() if stopped is None else (stopped.by,)))
    return tuple(one for one in everybody if one.kind == "person")


def may_see(request: Request, viewer: Viewer) -> bool:
    """Whether this person may look at it."""
    concerns = not viewer.names.isdisjoint(_concerned(request))
    return viewer.admin or concerns or asked_by(request, viewer)


def may_see_all(request: Request, viewer: Viewer) -> bool:
    """Whether that goes for what is for reviewers alone, too.

    It does for whoever may come to decide it in any stage, as a backup, in the overflow or in
    somebody's place, for those who did, for whoever asked, and for admins.
    """
    decides = not viewer.names.isdisjoint(_known(_reviewers(request)))
    return viewer.admin or decides or asked_by(request, viewer)


def as_seen_by(request: Request, viewer: Viewer) -> Request:
    """What this person, who may see it, is shown of it."""
    return request if may_see_all(request, viewer) else in_public(request)


def waits_for(request: Request, viewer: Viewer) -> bool:
    """Whether it waits for this person's answer."""
    if asked_by(request, viewer) or viewer.names.isdisjoint(deciders(request)):
        return False
    answers = (*request.state.votes, *request.state.rejections)
    return all(viewer.id not in (one.by.id, one.by.in_place_of) for one in answers)


def asked_by(request: Request, viewer: Viewer) -> bool:
    """Whether it was asked on this person's behalf."""
    asked_for = request.body.on_behalf_of
    return asked_for is not None and known_as(asked_for) in viewer.own


def decided_by(request: Request, viewer: Viewer) -> bool:
    """Whether this person is one of those who decided it."""
    return viewer.id in deciders_of(request)


def deciders_of(request: Request) -> frozenset[str]:
    """The user ids of those who decided it; nobody while it waits, or where a policy did."""
    decision = request.state.decision
    by = () if decision is None else decision.by
    return frozenset(one.id for one in by if one.kind == "person")


def _concerned(request: Request) -> frozenset[str]:
    """Everybody whom the plan names, and who was drawn in since; nobody where a policy decided."""
    plan = request.plan
    if plan is None:
        return frozenset()
    took = [one.id for one in took_part(request)]
    shown = (*plan.viewers, *request.state.cards.shown_to)
    return _known((*_may_be_asked(plan, request.state), *shown, *took))


def _reviewers(request: Request) -> tuple[str, ...]:
    """Those of them who may come to decide it, or did.

    Whoever stopped a watch is no reviewer by that: while Slack vouches for nobody, anybody can.
    """
    plan = request.plan
    if plan is None:
        return ()
    answered = (one.id for one in _answered(request) if one.kind == "person")
    return (*_may_be_asked(plan, request.state), *answered)


def _may_be_asked(plan: ReviewPlan, state: State) -> tuple[str, ...]:
    """In any stage, as a backup, in the overflow or in somebody's place."""
    return (*plan.named, *[one.delegate for one in state.away], *state.assigned)


def _answered(request: Request) -> tuple[Actor, ...]:
    """Whoever voted on it, or decided it."""
    state = request.state
    undoable = None if state.undoable is None else state.undoable.decision
    decisions = [one for one in (state.decision, undoable) if one is not None]
    votes = (vote.by for vote in (*state.votes, *state.rejections))
    return (*votes, *(by for one in decisions for by in one.by))


def _known(refs: Iterable[str]) -> frozenset[str]:
    return frozenset(map(known_as, refs))
