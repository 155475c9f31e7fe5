"""CloudWatch's filter patterns for JSON lines, as far as the module observability uses them.

Written after the documentation of CloudWatch Logs ("Filter pattern syntax"); CloudWatch itself was not asked.
"""

import re
from typing import Any

_TERM = re.compile(r'\(?\$\.(?P<field>\w+) (?P<operator>=|!=|>=) (?:"(?P<text>[^"]*)"|(?P<number>\d+))\)?')


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Whether a line is counted. Raises AssertionError for what is not understood here."""
    inside = re.fullmatch(r"\{ (.*) \}", pattern)
    assert inside, pattern
    assert not ("||" in pattern and "&&" in pattern), "one of both is enough so far"
    alternatives = " || " in inside[1]
    terms = re.split(r" \|\| | && ", inside[1])
    answers = [_term(term, line) for term in terms]
    return any(answers) if alternatives else all(answers)


def _term(term: str, line: dict[str, Any]) -> bool:
    found = _TERM.fullmatch(term)
    assert found, term
    value = line.get(found["field"])
    # A field that is not there satisfies no comparison.
    if value is None:
        return False
    if found["number"]:
        assert isinstance(value, int), f"{found['field']} is compared with a number"
        number = int(found["number"])
        return {"=": value == number, "!=": value != number, ">=": value >= number}[found["operator"]]
    wanted = ".*".join(re.escape(part) for part in found["text"].split("*"))
    is_like = re.fullmatch(wanted, str(value), re.S) is not None
    return is_like if found["operator"] == "=" else not is_like
