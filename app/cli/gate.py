"""`countersign pause`, `resume` and `status`: nothing goes by itself until somebody says so."""

from __future__ import annotations

import click

from app.bootstrap.operators import build_gate
from app.domain.gate import LONGEST_REASON, GateState, Pause
from app.domain.message import iso
from app.settings import load_store_settings

from .account import operator


def _one_line(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_REASON:
        raise click.BadParameter(f"write one line of text, {LONGEST_REASON} characters at most")
    return text.strip()


@click.command()
@click.option("--reason", required=True, callback=_one_line, help="Why. The admins are told.")
def pause(reason: str) -> None:
    """Nothing is approved without a person, and no callback leaves, until `countersign resume`.

    People decide as before, requests are taken in, and what expires does. Nothing is lost.
    """
    gate = build_gate(load_store_settings())
    before = gate.state().pause
    made = gate.pause(operator(), reason)
    state = gate.state()
    click.echo(_paused(made) if before is None else f"Nothing changed. {_paused(made)}")
    if state.under_way:
        click.echo(f"{_callbacks(state.under_way)} under way and may still arrive.")


@click.command()
def resume() -> None:
    """End the pause: what waited is approved by its policy, and every callback leaves."""
    ended = build_gate(load_store_settings()).resume(operator())
    if ended is None:
        click.echo("Nothing is paused.")
        return
    click.echo(f"Resumed. It was paused {_since(ended)}")
    click.echo("What was held is approved now, and the callbacks that waited leave.")


@click.command()
def status() -> None:
    """Whether everything is paused, since when, by whom and why, and what waits."""
    state = build_gate(load_store_settings()).state()
    click.echo("Not paused." if state.pause is None else _paused(state.pause))
    for line in _waiting(state):
        click.echo(f"  {line}")


def _paused(pause: Pause) -> str:
    return f"Paused {_since(pause)}"


def _since(pause: Pause) -> str:
    return f"since {iso(pause.at_ms)} by {pause.by}: {pause.reason}"


def _waiting(state: GateState) -> list[str]:
    return [
        f"held until resume          {state.held}",
        f"held for a client's limit  {state.limited}",
        f"callbacks waiting          {state.callbacks}",
        f"callbacks under way        {state.under_way}",
    ]


def _callbacks(number: int) -> str:
    return "1 callback is" if number == 1 else f"{number} callbacks are"
