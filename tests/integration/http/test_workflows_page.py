"""The calls of docs/workflows.md, made as they are written; and what the page says of refusals."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.domain import errors
from app.reviewing import At
from policies.plan import Outcome
from tests.documents import DOCS, Block, blocks, read_call
from tests.integration.http.door import NEW, Door
from tests.integration.http.world import World

PAGE = DOCS / "workflows.md"
ANSWERED_FIRST = {
    "consume": Outcome.APPROVE,
    "result": Outcome.APPROVE,
    "revisions": Outcome.REVISE,
}
"""What a reviewer has to have said before a call makes sense."""


def answered(door: Door, world: World, block: Block) -> dict[str, Any]:
    """A request for which this call is the next one to make."""
    request = door.open(title=NEW["title"], payload={"amount": 120, "customer": "Acme"})
    outcome = next((said for end, said in ANSWERED_FIRST.items() if f"/{end}" in block.text), None)
    if outcome is not None:
        at = At(request["id"], "U0ANA00001", request["digest"])
        world.reviewing.decide(at, outcome, comment="Without the shipping, please.")
    return request


@pytest.mark.parametrize("block", blocks(PAGE), ids=lambda block: f"line {block.line}")
def test_each_call_is_taken_as_it_is_written(door: Door, world: World, block: Block):
    assert block.language == "sh"
    request = answered(door, world, block)
    call = read_call(block, ID=request["id"], DIGEST=request["digest"])
    assert call.headers.pop("Authorization") == "Bearer $COUNTERSIGN_KEY"
    method = "GET" if call.body is None else "POST"
    path = call.path.replace("wait=25", "wait=0")
    answer = door.call(method, path, json=call.body, headers=call.headers)
    assert answer.status_code in (200, 201), answer.text


def test_the_page_names_every_refusal_of_a_use(door: Door):
    told = set(re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", PAGE.read_text(), re.MULTILINE))
    use = door.described["paths"]["/v1/requests/{id}/consume"]["post"]["responses"]
    refusals = use["409"]["content"]["application/problem+json"]["examples"]
    assert set(refusals) <= told
    assert errors.EverythingPaused.code in refusals


def test_the_page_leads_to_headings_and_pages_that_are_there():
    for target in re.findall(r"\]\(([^):]+)\)", PAGE.read_text()):
        name, _, anchor = target.partition("#")
        page = PAGE.parent / name if name else PAGE
        assert page.exists(), target
        headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
        assert not anchor or anchor in anchors, target
