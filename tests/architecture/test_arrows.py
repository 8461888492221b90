"""The arrows of the design hold, as the import-linter contracts in pyproject.toml state them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports; exit(lint_imports(no_logo=True, no_cache=True))"


def test_every_import_follows_the_arrows_of_the_design():
    lint = subprocess.run(
        [sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr
