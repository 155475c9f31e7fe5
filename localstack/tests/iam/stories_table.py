"""``policies/STORIES.md``: which story fails without which action of which statement."""

import re

from broker_policies import ALL, POLICIES, allowed_by, rendered

FILE = POLICIES / "STORIES.md"
PAIRS = [pair for name in ALL for pair in allowed_by(rendered(name))]

_HEAD = """# What fails without each action

Written by `make policies`. It takes each action of each statement of the broker's policies out by itself,
runs the story named here as the role that is left, and demands that the action is refused to it and that the
story fails. With all actions the same story passes, in the same lab and with as short waits. Stories are in
`tests/it/story`. `localstack/tests/iam/test_stories_table.py` holds this table to the policies and the
stories.

| statement | action | story that fails without it |
| --- | --- | --- |
"""
_ROW = re.compile(r"\| `(\w+)` \| `([\w:]+)` \| `([\w:]+)` \|")


def read():
    """The story of each (Sid, action)."""
    told = FILE.read_text() if FILE.exists() else ""
    return {(row[1], row[2]): f"story::{row[3]}" for row in _ROW.finditer(told)}


def text(stories):
    """The whole file: rows in the order of the policies."""
    rows = [
        f"| `{sid}` | `{action}` | `{stories[sid, action].removeprefix('story::')}` |\n"
        for sid, action in PAIRS
        if (sid, action) in stories
    ]
    return _HEAD + "".join(rows)
