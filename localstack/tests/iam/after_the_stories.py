"""What the stories of ``tests/it`` show of the broker's policies: run after ``cargo test``, by its name.

Every decision of IAM during the stories is in a file that their lab leaves when it is stopped. Here each
action of each statement is taken out of the roles that the stories had, and what they asked is decided again:
a story must be refused something that it was allowed. Which one is printed (``-rP`` shows it). That it then
fails is what ``make policies`` shows, and ``policies/STORIES.md`` tells.
"""

import dataclasses
import json
import time
from pathlib import Path

import pytest
import stories_table
from broker_policies import STEPS

from rds_lab.iam.needed import Need
from rds_lab.iam.role import Role

AUDIT = Path(__file__).parents[2] / "var" / "last-audit.json"
# The stories' lab is stopped once their process is gone; it has 20 s to stop its servers, and then sweeps.
LONGEST_STOP = 60


def read():
    deadline = time.monotonic() + LONGEST_STOP
    while not AUDIT.exists():
        if time.monotonic() > deadline:
            # Once, and not for each of the tests.
            pytest.exit(f"localstack/var has no {AUDIT.name}: run `cargo test` as `make unit` does.", 1)
        time.sleep(0.1)
    return json.loads(AUDIT.read_text())


@pytest.fixture(scope="module")
def audit():
    """The roles of the stories and what was decided about them."""
    told = read()
    assert any(each["allowed"] for each in told["decisions"]), "The stories did not run as roles."
    return told


@pytest.fixture(scope="module")
def decisions(audit):
    """Those that let a role do something."""
    return [each for each in audit["decisions"] if each["allowed"]]


@pytest.fixture(scope="module")
def roles(audit):
    """Who asked, by number."""
    names = [field.name for field in dataclasses.fields(Role)]
    return [Role(**{name: told[name] for name in names}) for told in audit["roles"]]


def refused_without(sid, action, roles, decisions):
    """The stories to which something is refused then that was allowed."""
    without = {}
    for each in decisions:
        # Another action is decided without looking at this one.
        if each["action"] != action:
            continue
        role = without.setdefault(each["role"], roles[each["role"]].without(sid, action))
        if not role.may(Need(action, each["resource"], each["context"])).allowed:
            yield role.story


ACTIONS = stories_table.PAIRS


@pytest.mark.parametrize(("sid", "action"), ACTIONS, ids=["-".join(each) for each in ACTIONS])
def test_a_story_needs_this_action_of_this_statement(roles, decisions, sid, action):
    needing = set(refused_without(sid, action, roles, decisions))
    assert needing, f"No story would miss {action} of {sid}."
    assert all(needing), f"{action} of {sid} is needed by a role of no story."
    story = stories_table.read().get((sid, action))
    print(f"{action} of {sid}: {story}, and {len(needing - {story})} others")
    assert story in needing, f"policies/STORIES.md names {story}, which does not need {action} of {sid}."


def test_what_was_allowed_is_allowed_again(roles, decisions):
    """Else what is refused above was not refused because of what is taken out."""
    for each in decisions:
        assert roles[each["role"]].may(Need(each["action"], each["resource"], each["context"])).allowed, each


@pytest.mark.parametrize("step", STEPS)
def test_a_story_takes_this_step(decisions, step):
    service, operation, _ = STEPS[step]
    action = f"{service}:{operation}"
    assert action in {each["action"] for each in decisions}, f"No story calls {action}."
