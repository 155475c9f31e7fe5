"""Whether policies allow a request. Pure, and loud about what it does not know.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# A key of the request to its values. Keys are lower case: IAM does not look at their case.
Context = Mapping[str, Sequence[str]]
Policy = Mapping[str, Any]

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}


class UnknownOperator(ValueError):
    """A condition operator that this evaluator does not know: it must not be guessed."""


@dataclass(frozen=True)
class Decision:
    """What came of a request, and the Sids of the statements that decided it."""

    allowed: bool
    by: tuple[str, ...]


def allows(policies: Sequence[Policy], action: str, resource: str, context: Context) -> bool:
    """Whether a statement allows the action on the resource, and none denies it."""
    return decide(policies, action, resource, context).allowed


def decide(policies: Sequence[Policy], action: str, resource: str, context: Context) -> Decision:
    """The same, with the statements: those that deny, or else those that allow."""
    found: dict[str, list[str]] = {"Allow": [], "Deny": []}
    for policy in policies:
        for statement in listed(policy["Statement"]):
            if matches(statement, action, resource, context):
                found[statement["Effect"]].append(statement.get("Sid", ""))
    denied = found["Deny"]
    return Decision(bool(found["Allow"]) and not denied, tuple(denied or found["Allow"]))


def matches(statement: Policy, action: str, resource: str, context: Context) -> bool:
    """Whether a statement is about the request. All conditions are looked at: none hides an unknown one."""
    conditions = [
        _condition(operator, key, listed(values), context)
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    ]

    def named(element: str, value: str, *, ignore_case: bool) -> bool:
        patterns = [_filled(pattern, context) for pattern in listed(statement[element])]
        return any(_like(pattern, value, ignore_case=ignore_case) for pattern in patterns)

    return (
        ("Action" not in statement or named("Action", action, ignore_case=True))
        and ("NotAction" not in statement or not named("NotAction", action, ignore_case=True))
        and ("Resource" not in statement or named("Resource", resource, ignore_case=False))
        and ("NotResource" not in statement or not named("NotResource", resource, ignore_case=False))
        and all(conditions)
    )


def _condition(operator: str, key: str, wanted: list[Any], context: Context) -> bool:
    name, quantifier = operator.lower(), ""
    for prefix in ("forallvalues:", "foranyvalue:"):
        if name.startswith(prefix):
            name, quantifier = name.removeprefix(prefix), prefix
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    expected = [
        _filled(str(value).lower() if isinstance(value, bool) else str(value), context) for value in wanted
    ]
    actual = list(context.get(key.lower(), []))
    if name == "null":
        return (not actual) == (expected[0].lower() == "true")
    negated = name not in _OPERATORS and name.replace("not", "", 1) in _OPERATORS
    positive = name.replace("not", "", 1) if negated else name
    if positive not in _OPERATORS:
        raise UnknownOperator(operator)
    if not actual:
        return if_exists or quantifier == "forallvalues:" or (negated and quantifier != "foranyvalue:")
    holds = [any(_OPERATORS[positive](each, value) for each in expected) != negated for value in actual]
    return all(holds) if quantifier == "forallvalues:" else any(holds)


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda expected, actual: compare(float(actual), float(expected))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda expected, actual: expected == actual,
    "stringequalsignorecase": lambda expected, actual: expected.lower() == actual.lower(),
    "stringlike": lambda expected, actual: _like(expected, actual),
    "arnequals": lambda expected, actual: _like(expected, actual),
    "arnlike": lambda expected, actual: _like(expected, actual),
    "bool": lambda expected, actual: expected.lower() == actual.lower(),
    "numericequals": _number(lambda actual, expected: actual == expected),
    "numericlessthan": _number(lambda actual, expected: actual < expected),
    "numericlessthanequals": _number(lambda actual, expected: actual <= expected),
    "numericgreaterthan": _number(lambda actual, expected: actual > expected),
    "numericgreaterthanequals": _number(lambda actual, expected: actual >= expected),
}


def _filled(text: str, context: Context) -> str:
    """With policy variables replaced. One that the request does not have matches nothing."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return _LITERALS.get(name) or next(iter(context.get(name.lower(), ["\0"])), "\0")

    return _VARIABLE.sub(value, text)


def _like(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


@lru_cache(10_000)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def listed(value: Any) -> list[Any]:
    """What may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [value]
