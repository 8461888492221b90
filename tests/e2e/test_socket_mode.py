"""The same gate where Slack can't reach us: a connection that we open."""

from __future__ import annotations

from tests.world import ANA, APPROVE, buttons, running


def test_a_refund_is_approved_over_socket_mode():
    with running(app_token="xapp-1-sandbox") as world:
        assert world.web.post("/slack/events", content=b"payload={}").status_code == 404
        world.process("web").await_line("connected to Slack")
        opened = world.ask()
        world.decide(opened["id"], APPROVE, ANA)
        assert world.delivered(opened["id"])["type"] == "request.approved"
        assert buttons(world.redrawn(opened["id"], "Approved")) == []
