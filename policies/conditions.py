"""CEL: conditions compiled against a policy's typed inputs, evaluated and explained.

The only file that knows the library. Each input is a variable of its own (`payload.amount`), so
that a typo or a comparison of text with a number fails when the file is loaded. The work of an
evaluation is bounded by the library's budgets (10,000 steps; regular expressions in linear time)
and by what is read and done in each step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cel_expr_python import cel

from policies.atoms import MAX_NUMBER
from policies.complaints import Complaint, complaints, failure, kind
from policies.dialect import DialectError, Translation, translate
from policies.plan import FieldType
from policies.wording import listing, shown
from policies.work import work

_BOOL, _DOUBLE, _INT, _TEXT = cel.Type.BOOL, cel.Type.DOUBLE, cel.Type.INT, cel.Type.STRING
_LIST, _MAP = cel.Type.List(cel.Type.DYN), cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_TYPES: Mapping[FieldType, cel.Type] = MappingProxyType(
    {
        "string": _TEXT,
        "number": _DOUBLE,
        "integer": _DOUBLE,
        "boolean": _BOOL,
        "list": _LIST,
        "object": _MAP,
    }
)
MAX_ENTRIES = 2_000
"""Of a list or object that a condition reads: filter() takes quadratic time."""

MAX_WORK = 25_000_000
"""Characters and entries that the conditions of one evaluation may look at, all together: each step
of a loop can go through whole values. It takes half a second at the very worst."""

_OF_SECRETS = "a condition on what is secret"
"""In place of its text, which may say what a secret is compared with."""

_TOO_LONG = f"what it looks at has more than {MAX_ENTRIES:,} entries"

# Of the standard library only what makes no numbers is taken as it is; see _arithmetic().
_STANDARD = (
    "_&&_ _||_ !_ _?_:_ _==_ _!=_ @in @not_strictly_false contains startsWith endsWith matches"
)
_CONFIG = "stdlib:\n  exclude_macros: [map]\n  include_functions:\n" + "".join(
    f'    - name: "{name}"\n' for name in _STANDARD.split()
)


def _divide(dividend: float, divisor: float) -> float:
    if divisor == 0:
        raise ValueError("it divides by zero")
    result = dividend / divisor
    if abs(result) > MAX_NUMBER:
        raise ValueError("a division gives too large a number")
    return result


def _function(
    name: str, *overloads: tuple[cel.Type, list[cel.Type]], impl: Any = None
) -> cel.FunctionDecl:
    return cel.FunctionDecl(
        name,
        [
            cel.Overload(f"{name}/{number}", result, parameters, impl=impl)
            for number, (result, parameters) in enumerate(overloads)
        ],
    )


def _arithmetic() -> Iterator[cel.FunctionDecl]:
    """Every function of numbers, with doubles alone; the library itself carries them out.

    INT shows up only between size() and the double() around it, and inside CEL's own macros.
    """
    two = [_DOUBLE, _DOUBLE]
    texts, lists, ints = [_TEXT, _TEXT], [_LIST, _LIST], [_INT, _INT]
    for comparison in ("_<_", "_<=_", "_>_", "_>=_"):
        yield _function(comparison, (_BOOL, two), (_BOOL, texts))
    yield _function("_+_", (_DOUBLE, two), (_TEXT, texts), (_LIST, lists), (_INT, ints))
    yield _function("_-_", (_DOUBLE, two))
    yield _function("_*_", (_DOUBLE, two))
    yield _function("_%_", (_DOUBLE, two), impl=_divide)  # `/`, see dialect.py
    yield _function("-_", (_DOUBLE, [_DOUBLE]))
    yield _function("_[_]", (cel.Type.DYN, [_LIST, _DOUBLE]), (cel.Type.DYN, [_MAP, _TEXT]))
    yield _function("size", (_INT, [_TEXT]), (_INT, [_LIST]), (_INT, [_MAP]))
    yield _function("double", (_DOUBLE, [_INT]))


Name = tuple[str, str]
"""What a condition reads: `("payload", "amount")` for payload.amount."""

Given = Mapping[str, Mapping[str, Any]]
"""The values that conditions look at: `payload`, `signals`, and `risk` where there is any."""


class ConditionProblem(NamedTuple):
    """What is wrong with a condition, at a line and column of it, both from 1."""

    line: int
    column: int
    message: str


class ConditionError(ValueError):
    """A condition that can't be compiled, with all that is wrong with it."""

    def __init__(self, problems: Iterable[ConditionProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class TooLongError(ValueError):
    """A list or object that is too long to be walked through by a condition."""


class Finding(NamedTuple):
    """What a condition says about one request: whether it holds, what it saw, what went wrong."""

    holds: bool
    phrase: str
    error: str | None = None


class Budget:
    """What all conditions of one evaluation may look at together; not for two threads."""

    def __init__(self) -> None:
        self._left = MAX_WORK

    def has(self, work: int) -> bool:
        """Takes so many characters and entries from what is left, if that is enough."""
        if work > self._left:
            return False
        self._left -= work
        return True


class Vocabulary:
    """The names that a policy's conditions can use, with their types.

    `inputs` is None for a policy that takes any payload; then its fields have no known types.
    `secret` names the inputs whose values no phrase may repeat, nor what they are compared with;
    `reserved` those that phrases may repeat, and errors may not: these are told to everybody. With
    `risk` a condition can count the flags that are raised.
    """

    def __init__(
        self,
        inputs: Mapping[str, FieldType] | None,
        signals: Mapping[str, FieldType],
        secret: frozenset[str] = frozenset(),
        reserved: frozenset[str] = frozenset(),
        *,
        risk: bool = False,
    ) -> None:
        types = {f"signals.{name}": _TYPES[of] for name, of in signals.items()}
        types |= {f"payload.{name}": _TYPES[of] for name, of in (inputs or {}).items()}
        types |= {"risk.flags": _DOUBLE} if risk else {}
        self._free = inputs is None
        self._secret = frozenset(("payload", name) for name in secret)
        self._reserved = frozenset(("payload", name) for name in reserved)
        self._known = tuple(types)
        self._env = cel.NewEnv(
            config=cel.NewEnvConfigFromYaml(_CONFIG),
            variables={
                **types,
                **{f"has.{name}": _BOOL for name in types},
                **({"payload": _MAP} if self._free else {}),
            },
            functions=list(_arithmetic()),
        )

    def compile(self, text: str) -> Condition:
        """A condition ready to evaluate; a ConditionError says what is wrong, and where."""
        try:
            translation = translate(text, self._free)
        except DialectError as error:
            raise ConditionError([_at(text, error.offset, str(error))]) from error
        expression = self._checked(text, translation)
        self._check_patterns(text, translation)
        self._check_program(text, translation, expression)
        secret, unquoted = self._secret, self._secret | self._reserved
        return Condition(text, translation, expression, self._free, secret, unquoted)

    def _checked(self, text: str, translation: Translation) -> cel.Expression:
        try:
            expression = self._env.compile(translation.cel)
        except RuntimeError as error:  # the one exception that the library raises
            found = [_located(text, translation, c) for c in complaints(str(error), self._known)]
            nested = _at(text, 0, "the condition is too deeply nested; split it into several rules")
            raise ConditionError(found or [nested]) from error
        if expression.return_type() not in (_BOOL, cel.Type.DYN):
            is_now = kind(expression.return_type().name())
            raise ConditionError([_at(text, 0, f"a condition is true or false, not {is_now}")])
        return expression

    def _check_program(
        self, text: str, translation: Translation, expression: cel.Expression
    ) -> None:
        """Has the library build its program, which it puts off until the first evaluation.

        Not with one loop inside another: that may be long, and a file holds many conditions.
        """
        if translation.effort.loops > 1:
            return
        try:
            expression.eval(data={})
        except RuntimeError as error:  # whatever will be given
            message = f"it can't be used: {failure(str(error))}"
            raise ConditionError([_at(text, 0, message)]) from error

    def _check_patterns(self, text: str, translation: Translation) -> None:
        for offset, literal in translation.patterns:
            outcome = self._env.compile(f"''.matches({literal})").eval()
            if outcome.type() != _BOOL:
                reason = failure(str(outcome.value()))
                raise ConditionError([_at(text, offset, f"the pattern can't be used: {reason}")])


class Condition:
    """One compiled condition. Evaluating it is pure, and may be done from any thread.

    `reads` are the fields that it names, `sources` which of payload, signals and risk it looks at.
    """

    def __init__(
        self,
        text: str,
        translation: Translation,
        expression: cel.Expression,
        free: bool,
        secret: frozenset[Name],
        unquoted: frozenset[Name],
    ) -> None:
        self._text = " ".join(text.split())
        self._asks = translation.asks
        self._effort = translation.effort
        self._expression = expression
        self._secret = secret
        self._whole = free and "payload" in self._text
        self.reads = translation.reads
        self._said = self._text if secret.isdisjoint(self.reads) else _OF_SECRETS
        self._unquoted = not unquoted.isdisjoint(self.reads)
        named = {source for source, _ in (*self.reads, *self._asks)}
        self.sources = frozenset(named | ({"payload"} if self._whole else set()))

    def test(self, given: Given, budget: Budget) -> Finding:
        """Whether it holds, for a payload and signals that passed `check_payload`.

        What it looks at is taken from the budget; it is an error where that does not suffice. Only
        BOOL true holds: the library gives an error back as a value, and a truthy one. As in CEL, an
        error on one side of && or || counts for nothing where the other alone decides.
        """
        try:
            bindings = self._bindings(given)
            if self._effort.loops and not budget.has(work(self._effort, bindings)):
                return self._failed("it takes too many steps over values as large as these")
            outcome = self._expression.eval(data=bindings)
        except TooLongError as error:
            return self._failed(_TOO_LONG if self._unquoted else str(error))
        except RuntimeError as error:  # a budget is spent
            return self._failed(failure(str(error), secret=self._unquoted))
        if outcome.type() == cel.Type.ERROR:
            return self._failed(failure(str(outcome.value()), secret=self._unquoted))
        if outcome.type() != _BOOL:
            is_now = kind(outcome.type().name())
            return self._failed(f"its result must be true or false, not {is_now}")
        holds = outcome.value() is True
        return Finding(holds, f"{self._said}: {'yes' if holds else 'no'}{self._seen(given)}")

    def _bindings(self, given: Given) -> dict[str, Any]:
        bindings: dict[str, Any] = {
            f"{source}.{name}": _doubled(given[source][name])
            for source, name in self.reads
            if name in given[source]
        }
        for source, name in self._asks:
            bindings[f"has.{source}.{name}"] = name in given[source]
        if self._whole:
            bindings["payload"] = _doubled(given["payload"])
        return bindings

    def _seen(self, given: Given) -> str:
        names = dict.fromkeys((*self.reads, *self._asks))
        phrases = [self._value(given, source, name) for source, name in names]
        return f", {listing(phrases)}" if phrases else ""

    def _value(self, given: Given, source: str, name: str) -> str:
        if name not in given[source]:
            return f"{name} is not given"
        if (source, name) in self._secret:
            return f"{name} is secret"
        return f"{name} is {shown(given[source][name])}"

    def _failed(self, reason: str) -> Finding:
        return Finding(False, f"{self._said}: could not be evaluated, {reason}", reason)


def _doubled(value: Any) -> Any:
    """A JSON value with every number a double."""
    if isinstance(value, list | tuple | dict) and len(value) > MAX_ENTRIES:
        raise TooLongError(f"{shown(value)} has more than {MAX_ENTRIES:,} entries")
    match value:
        case int() if not isinstance(value, bool):
            return float(value)
        case list() | tuple():
            return [_doubled(item) for item in value]
        case dict():
            return {key: _doubled(item) for key, item in value.items()}
        case _:
            return value


def _located(text: str, translation: Translation, complaint: Complaint) -> ConditionProblem:
    """A complaint about the CEL text, placed in the condition as it was written."""
    if complaint.line < 1:
        return _at(text, 0, complaint.message)
    lines = translation.cel.splitlines(keepends=True)
    offset = sum(map(len, lines[: complaint.line - 1])) + complaint.column - 1
    if complaint.unknown:  # the library points at its last dot
        offset = max(translation.cel.rfind(complaint.unknown.split(".")[0], 0, offset + 1), 0)
    return _at(text, translation.origin(offset), complaint.message)


def _at(text: str, offset: int, message: str) -> ConditionProblem:
    before = text[:offset]
    return ConditionProblem(before.count("\n") + 1, offset - before.rfind("\n"), message)
