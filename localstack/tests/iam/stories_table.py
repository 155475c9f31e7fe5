"""``policies/STORIES.md``: which story fails without which action of which statement.

It bears a seal over its rows and the policies that they were tried with, so that neither a row that was
edited nor a policy that was changed goes unnoticed.
"""

import json
import re
from hashlib import sha256

from broker_policies import ALL, POLICIES, allowed_by, rendered

FILE = POLICIES / "STORIES.md"
PAIRS = [pair for name in ALL for pair in allowed_by(rendered(name))]

_HEAD = """# What fails without each action

Written by `make policies`. It takes each action of each statement of the broker's policies out by itself,
runs the story named here as the role that is left, and demands that the action is refused to it and that the
story fails. With all actions the same story passes, in the same lab and with as short waits. Stories are in
`tests/it/story`. `localstack/tests/iam/test_stories_table.py` holds this table to the policies and the
stories, and to the seal at its end: a row that is edited here breaks it, and so does another policy.

| statement | action | story that fails without it |
| --- | --- | --- |
"""
_ROW = re.compile(r"\| `(\w+)` \| `([\w:]+)` \| `([\w:]+)` \|")
_MADE_FROM = re.compile(r"^<!-- policies: ([0-9a-f]{64}) -->$", re.MULTILINE)


def told():
    """The file, or nothing where there is none."""
    return FILE.read_text() if FILE.exists() else ""


def read():
    """The story of each (Sid, action)."""
    return {(row[1], row[2]): f"story::{row[3]}" for row in _ROW.finditer(told())}


def made_from(table):
    """The digest of the policies that a table was made from; none of one that does not say so."""
    found = _MADE_FROM.search(table)
    return found[1] if found else None


def digest(folder=POLICIES):
    """What the policies say, however it is laid out."""
    documents = {name: json.loads((folder / f"{name}.json").read_text()) for name in ALL}
    return sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()


def text(stories, policies):
    """The whole file: rows in the order of the policies, whose digest is given."""
    rows = "".join(
        f"| `{sid}` | `{action}` | `{stories[sid, action].removeprefix('story::')}` |\n"
        for sid, action in PAIRS
        if (sid, action) in stories
    )
    table = f"{_HEAD}{rows}\n<!-- policies: {policies} -->\n"
    return f"{table}{_seal(table)}"


def is_sealed(table):
    """Whether it ends as ``text`` ends it: else someone has edited it, or two tables were merged."""
    lines = table.splitlines(keepends=True)
    return bool(lines) and lines[-1] == _seal("".join(lines[:-1]))


def _seal(table):
    return f"<!-- seal: {sha256(table.encode()).hexdigest()} -->\n"
