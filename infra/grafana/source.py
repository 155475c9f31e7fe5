"""Metrics and their labels, and the words that labels may have, read off the broker's source."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What Prometheus adds of its own.
TARGET_LABELS = {"job", "instance"}
# What the Prometheus Operator adds beside them: a label of the broker's of such a name is called exported_…
# there, and no rule finds it.
OPERATOR_LABELS = {"namespace", "service", "pod", "container", "endpoint"}
# What stands in the rules for the place of docs/operations.md, which is another everywhere.
RUNBOOK = "https://runbooks.example.com/operations.md"


def read(path: str) -> str:
    return (ROOT / path).read_text()


def metrics() -> dict[str, set[str]]:
    """Series by name, with the names of their labels."""
    source = read("src/metrics.rs").partition("#[cfg(test)]")[0]
    structs = {
        name: set(re.findall(r"^\s+(\w+): ", body, re.M))
        for name, body in re.findall(r"EncodeLabelSet\)\]\nstruct (\w+) \{\n(.*?)\n\}", source, re.S)
    }
    fields = dict(
        re.findall(
            r"^    (\w+): ([^\n]+),$", re.search(r"pub struct Metrics \{\n(.*?)\n\}", source, re.S)[1], re.M
        )
    )
    calls = re.findall(r'registry\.register(_with_unit)?\(\s*"(\w+)".*?self\.(\w+)\.clone\(\)', source, re.S)
    found: dict[str, set[str]] = {}
    for with_unit, name, field in calls:
        kind = fields[field]
        labels = structs[match[1]] if (match := re.match(r"Family<(\w+),", kind)) else set()
        name = f"rds_broker_{name}" + ("_seconds" if with_unit else "")
        if "Histogram" in kind:
            found |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            found[f"{name}_total" if "Counter" in kind else name] = labels
    assert len(calls) == source.count("registry.register"), "a registration has a form that is not understood"
    return found


def between(path: str, begin: str, end: str) -> set[str]:
    """The words in quotes of one part of a file."""
    return set(re.findall(r'"([a-z-]+)"', read(path).partition(begin)[2].partition(end)[0]))


def words() -> dict[str, set[str]]:
    """The values that labels with a fixed set of them may have."""
    return {
        "outcome": between("src/aws/failure.rs", "pub fn name(self)", "\n    }\n")
        | between("src/metrics.rs", "pub fn step(", "\n    }\n")
        | {"ok"},
        "reason": between("src/decide/why.rs", "pub fn kind(&self)", "\n    }\n"),
        "phase": between("src/engine/status.rs", "fn state(", "\n}\n"),
        "lane": between("src/aws/pace.rs", "pub fn name(self)", "\n    }\n"),
        "aws_service": between("src/aws/mod.rs", "pub fn name(self)", "\n    }\n"),
    }
