"""`make faults`: runs every row of the fault table in full, and prints the table as it grows.

ARGS="kill slack" runs the rows whose names hold one of these words, ARGS="--small" all of them in
the size of the test suite, and ARGS="--to FILE" writes the table as well.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.faults import rows
from tests.faults.table import HEAD, RULES, chosen, line, results

PAGE = """\
# The fault table

What `make faults` did to the product on one machine of two shared cores, and what it came to.
`make test` runs every row in small. Faults are injected in the network and in the processes:
signals, a proxy between the product and Redis or Slack, a Slack and receivers that misbehave.
Nothing in the code under test is patched. Rows are in `tests/faults/rows`.

{rules}

{rows}
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("words", nargs="*", help="only rows whose names hold one of these")
    parser.add_argument("--small", action="store_true", help="the size of the test suite")
    parser.add_argument("--to", type=Path, help="a file for the table, in Markdown")
    given = parser.parse_args()
    wanted = chosen(given.words)
    if not wanted:
        sys.stderr.write(f"No row is called so. There are: {', '.join(rows.names())}\n")
        return 2
    lines, short = [HEAD], 0
    print(f"{RULES}\n\n{HEAD}", flush=True)
    for result in results(wanted, small=given.small):
        lines.append(line(result))
        print(lines[-1], flush=True)
        short += result.outcome is None or not result.outcome.holds
    print(f"\n{len(wanted)} rows, {short} of which fall short.")
    if given.to is not None:
        given.to.write_text(PAGE.format(rules=RULES, rows="\n".join(lines)), encoding="utf-8")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
