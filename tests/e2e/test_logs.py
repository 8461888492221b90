"""Whatever is done, and at whatever level: no log has a secret in it, or what somebody asked."""

from __future__ import annotations

from pathlib import Path

from app.callbacks.sign import secret_for
from app.demo.stack import CLIENT
from tests.world import ANA, DETAILS, REVISE, World, eventually, running

SECRET, SALARY, WORDS, COMMENT = "tulip-4711-crocus", 98_765_432, "marzipan", "gingerbread"
POLICY = """
policy: payout
inputs:
  token: {type: string, secret: true, max_length: 20}
  salary: {type: number, visible: reviewers}
  names: {type: object, secret: true, required: false}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
rules:
  - {id: broken, when: "payload.names[payload.token] == 1", then: reject, because: No.}
"""
EVERYTHING = """
import logging
logging.RootLogger.setLevel = lambda self, _: logging.Logger.setLevel(self, logging.DEBUG)
"""
"""Python runs this at the start of each process: what they choose for all loggers is DEBUG."""


def everything_said(world: World) -> str:
    return "\n".join(process.said() for process in world.stack.product)


def test_at_debug_no_log_holds_a_secret_a_key_a_token_or_a_body(tmp_path: Path):
    (tmp_path / "payout.yaml").write_text(POLICY)
    (tmp_path / "sitecustomize.py").write_text(EVERYTHING)
    with running(COUNTERSIGN_POLICY_DIR=str(tmp_path), PYTHONPATH=str(tmp_path)) as world:
        payload = {"token": SECRET, "salary": SALARY, "names": {"a": SECRET}}
        asked = {"title": WORDS, "policy": "payout", "context": {"why": WORDS}}
        for unfit in ({"token": SECRET * 3}, {"token": {SECRET: SALARY}}, {SECRET: WORDS}):
            answer = world.web.post("/v1/requests", json=asked | {"payload": payload | unfit})
            assert answer.status_code == 422
            assert SECRET * 3 not in answer.text
        stranger = {"Authorization": f"Bearer {SECRET}"}
        assert world.web.get("/v1/requests", headers=stranger).status_code == 401
        json = {"Content-Type": "application/json"}
        broken = world.web.post("/v1/requests", content=f'{{"{SECRET}": ', headers=json)
        assert broken.status_code == 400

        opened = world.ask(**asked, payload=payload)
        assert opened["evaluation"]["error"], "which is a line of the log"
        card = world.card(opened["id"])
        assert world.press(ANA, card, DETAILS)["ok"]
        assert world.press(ANA, card, REVISE)["ok"]
        world.write(ANA, COMMENT)
        world.delivered(opened["id"])
        again = {"payload": payload | {"token": SECRET[:9]}, "callback_url": world.receiver.url}
        answer = world.web.post(f"/v1/requests/{opened['id']}/revisions", json=again)
        assert answer.status_code == 201
        assert [one["before"] for one in answer.json()["revises"]["changes"]] == [None]
        world.card(answer.json()["id"])

        said, book = everything_said(world), world.stack.notebook
        eventually(lambda: " DEBUG " in everything_said(world), what="anything being said at DEBUG")
        assert f"{opened['id']}: policy payout asks people for an error" in said
        kept = {
            "a secret input": SECRET[:9],
            "an input for reviewers": str(SALARY),
            "a requester's words": WORDS,
            "a reviewer's words": COMMENT,
            "a client's key": str(book.client_key),
            "a callback secret": secret_for(book.secret.encode(), CLIENT, 1).removeprefix("whsec_"),
            "the deployment's secret": book.secret,
            "Slack's token": book.bot_token,
            "Slack's signing secret": book.signing_secret,
        }
        assert [what for what, value in kept.items() if value in said] == []
        slack = str(world.messages(ANA))
        assert SECRET[:9] not in slack
        assert str(SALARY) not in slack
