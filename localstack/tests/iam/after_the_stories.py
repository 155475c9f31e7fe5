"""What the stories of ``tests/it`` show of the broker's policies: run after ``cargo test``, by its name.

Every decision of IAM during the stories is in a file that their lab leaves when it is stopped. Each action of
each statement must have decided something there alone: take it out, and that story fails.
"""

import json
import time
from pathlib import Path

import pytest
from broker_policies import BROKER, STEPS, allowed_by, rendered

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
def decisions():
    """Those that let a role do something."""
    allowed = [each for each in read() if each["allowed"]]
    assert allowed, "The stories asked IAM nothing: they did not run as roles."
    return allowed


ACTIONS = [pair for name in BROKER for pair in allowed_by(rendered(name))]


@pytest.mark.parametrize(("sid", "action"), ACTIONS, ids=["-".join(each) for each in ACTIONS])
def test_a_story_needs_this_action_of_this_statement(decisions, sid, action):
    alone = [each for each in decisions if each["action"] == action and each["by"] == [sid]]
    assert alone, f"No story would miss {action} of {sid}."


@pytest.mark.parametrize("step", STEPS)
def test_a_story_takes_this_step(decisions, step):
    service, operation, _ = STEPS[step]
    action = f"{service}:{operation}"
    assert action in {each["action"] for each in decisions}, f"No story calls {action}."
