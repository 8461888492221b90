"""What the code imports, what pyproject.toml declares and what requirements.lock pins agree."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
OURS = ("app", "policies", "workers", "sandbox")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDED_TO_RUN = [
    Requirement(line)
    for line in PYPROJECT["project"]["dependencies"]
    + PYPROJECT["project"]["optional-dependencies"]["demo"]
]
NEEDED_TO_DEVELOP = [Requirement(line) for line in PYPROJECT["dependency-groups"]["dev"]]


def imported_by(path: Path) -> set[str]:
    """The top-level names that a file imports by absolute imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    from_ = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    return {name.partition(".")[0] for name in plain | from_}


def test_every_package_that_the_code_imports_is_declared():
    imported = set().union(
        *(imported_by(path) for part in OURS for path in ROOT.glob(f"{part}/**/*.py"))
    )
    outside = imported - set(sys.stdlib_module_names) - set(OURS)
    providers = packages_distributions()
    declared = {canonicalize_name(requirement.name) for requirement in NEEDED_TO_RUN}
    undeclared = {
        name
        for name in outside
        if declared.isdisjoint(canonicalize_name(owner) for owner in providers.get(name, [name]))
    }
    assert not undeclared


def test_the_lock_pins_everything_declared_at_a_version_that_will_do():
    lock = (ROOT / "requirements.lock").read_text()
    pins = {
        canonicalize_name(n): Version(v) for n, v in re.findall(r"^([\w.-]+)==(\S+)", lock, re.M)
    }
    stale = [
        str(requirement)
        for requirement in NEEDED_TO_RUN + NEEDED_TO_DEVELOP
        if pins.get(canonicalize_name(requirement.name), Version("0")) not in requirement.specifier
    ]
    assert not stale, "run `make lock`"
