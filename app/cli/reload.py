"""`countersign policy reload`: every web process loads its folder of policies anew."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.bootstrap.operators import build_orders
from app.domain.errors import PoliciesRefused
from app.domain.reload import Order, Report, in_words
from app.identifiers import new_operation
from app.settings import load_store_settings
from policies.loader import PolicyErrors, load_folder

from .account import operator


@click.command()
@click.option(
    "--folder",
    envvar="COUNTERSIGN_POLICY_DIR",
    type=click.Path(path_type=Path),
    help="Read this folder first, and announce nothing if it can't be used. "
    "COUNTERSIGN_POLICY_DIR unless given.",
)
@click.option(
    "--wait",
    "wait_s",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0.1, max=3600),
    help="Seconds to wait for the answers.",
)
def reload(folder: Path | None, wait_s: float) -> None:
    """Have every web process load its policies anew.

    A process whose folder can't be used says what is wrong and goes on with what it had. Requests
    that are open keep the plan that they were opened with. Exits with 1 unless all reloaded.
    """
    if folder is not None:
        _check(folder)
    orders = build_orders(load_store_settings())
    order_id = new_operation()
    listeners = orders.announce(Order(by=operator(), id=order_id))
    if not listeners:
        raise click.ClickException(
            "No web process is connected, so nothing was reloaded. One that starts, or connects "
            "again, reads its folder anew by itself."
        )
    reports = orders.answers(order_id, listeners, wait_s)
    for report in reports:
        click.echo(_told(report))
    faults = _faults(reports, listeners, wait_s)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)


def _check(folder: Path) -> None:
    try:
        load_folder(folder)
    except PolicyErrors as error:
        raise PoliciesRefused(
            f"The policies in {folder} can't be used, so nothing was reloaded:\n{error}"
        ) from error


def _told(report: Report) -> str:
    where = f"{report.host} (pid {report.pid})"
    if report.change is not None:
        return f"{where}: {in_words(report.change)}"
    problems = "".join(f"\n  {problem}" for problem in report.problems)
    return f"{where}: NOT reloaded, the policies that it had stay in force:{problems}"


def _faults(reports: list[Report], listeners: int, wait_s: float) -> list[str]:
    faults = []
    refused = sum(report.change is None for report in reports)
    if refused:
        faults.append(f"{refused} of {listeners} did not reload. Mend what is listed; try again.")
    missing = listeners - len(reports)
    if missing:
        faults.append(
            f"{missing} of {listeners} did not answer within {wait_s:g} s; their logs may say why."
        )
    if not refused and len({report.digest for report in reports}) > 1:
        faults.append("They do not have the same policies now. Bring their folders in line.")
    return faults
