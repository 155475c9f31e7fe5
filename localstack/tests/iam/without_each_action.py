"""``make policies``: without any single action of the broker's policies a story fails.

Writes which one into ``policies/STORIES.md``. For an action the story of that table is tried first, and then
those that needed it in the last run of all stories (``localstack/var/last-audit.json``), the quickest first
and those of ``rds-broker check`` last. A story will do if it passes with all policies, and if without the
action the action is refused to it and it fails. All share one lab.

Of some actions only, the other rows stay, and with them what the table says of the policies it was made from:
those rows were not tried with others.

    python without_each_action.py [Sid:action …]
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import requests
import stories_table
from after_the_stories import AUDIT

TOP = stories_table.POLICIES.parent
LAB = TOP / "localstack/lab"
# Far longer than anything a story waits for takes, on two cores that tell several stories at once.
LONGEST_WAIT = 30
LONGEST_STORY = 600
AT_ONCE = 2 * (os.cpu_count() or 1)
MOST_TRIED = 12
# Tries every permission: what fails by it alone is needed for nothing else.
LAST = "story::check::"


class Stories:
    """Runs single stories on one lab."""

    def __init__(self, binary, var, port):
        self.binary, self.var, self.endpoint = binary, var, f"http://127.0.0.1:{port}"
        # One try of each story with all policies, whoever asks first.
        self._locks = {}
        self._guard = threading.Lock()
        self._with_all = {}

    def run(self, story, without=None):
        """Whether it passes, and what it said."""
        more = {"STORY_LAB": str(self.var), "STORY_DEADLINE": str(LONGEST_WAIT), "RUST_TEST_THREADS": "2"}
        if without:
            more["STORY_WITHOUT"] = ":".join(without)
        done = subprocess.run(
            [self.binary, "--exact", story],
            cwd=TOP,
            env=os.environ | more,
            capture_output=True,
            text=True,
            timeout=LONGEST_STORY,
        )
        # One that is there no more is no test that passes.
        return done.returncode == 0 and "running 1 test" in done.stdout, done.stdout

    def passes_with_all(self, story):
        """Whether it passes with nothing taken out: else its failure shows nothing."""
        with self._guard:
            lock = self._locks.setdefault(story, threading.Lock())
        with lock:
            if story not in self._with_all:
                passes, said = self.run(story)
                if not passes:
                    print(said)
                self._with_all[story] = passes
            return self._with_all[story]

    def fails_without(self, story, sid, action):
        """Whether it fails without an action that is refused to it then."""
        passes, _ = self.run(story, (sid, action))
        return not passes and self._was_refused(story, sid, action)

    def _was_refused(self, story, sid, action):
        with requests.Session() as session:
            session.trust_env = False
            audit = session.get(f"{self.endpoint}/_localstack/rds-lab/iam/audit").json()
        taken = {
            number
            for number, role in enumerate(audit["roles"])
            if (sid, action) not in _pairs(role["policies"])
        }
        return any(
            not each["allowed"]
            and (each["action"], each["story"]) == (action, story)
            and each["role"] in taken
            for each in audit["decisions"]
        )


def _pairs(policies):
    return {pair for policy in policies for pair in stories_table.allowed_by(policy)}


@cache
def _last_run():
    return json.loads(AUDIT.read_text()) if AUDIT.exists() else {"roles": [], "decisions": []}


def _candidates(sid, action):
    """The table's story, and then those for which this statement alone allowed the action."""
    audit = _last_run()
    seconds = {}
    for role in audit["roles"]:
        seconds[role["story"]] = max(role["seconds"], seconds.get(role["story"], 0))
    needing = {
        each["story"]
        for each in audit["decisions"]
        if each["allowed"] and (each["action"], each["by"]) == (action, [sid]) and each["story"]
    }
    found = sorted(needing, key=lambda story: (seconds[story], story))
    first = stories_table.read().get((sid, action))
    others = [story for story in found if story != first and not story.startswith(LAST)][:MOST_TRIED]
    last = [story for story in found if story != first and story.startswith(LAST)]
    return [*([first] if first else []), *others, *last]


def _story_for(stories, sid, action):
    tried = _candidates(sid, action)
    for story in tried:
        if stories.passes_with_all(story) and stories.fails_without(story, sid, action):
            print(f"{sid} {action}: {story}", flush=True)
            return story
    told = ", ".join(tried) or "none: run `cargo test` first, which leaves localstack/var/last-audit.json"
    print(f"{sid} {action}: NO STORY FAILS WITHOUT IT. Tried {told}", flush=True)
    return None


def _binary():
    command = ["cargo", "test", "--locked", "--no-run", "--test", "it", "--message-format=json"]
    lines = subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout
    made = [json.loads(line) for line in lines.splitlines()]
    return next(each["executable"] for each in made if each.get("target", {}).get("name") == "it")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(wanted):
    """Exit code 1 where an action has no story."""
    pairs = [pair for pair in stories_table.PAIRS if not wanted or ":".join(pair) in wanted]
    before, policies = stories_table.told(), stories_table.digest()
    if pairs != stories_table.PAIRS:
        if not stories_table.is_sealed(before):
            sys.exit("policies/STORIES.md was edited: run `make policies` for all of it, without ONLY.")
        policies = stories_table.made_from(before)
    binary, port = _binary(), _free_port()
    AUDIT.parent.mkdir(exist_ok=True)
    var = Path(tempfile.mkdtemp(prefix="rds-lab-policies-", dir=AUDIT.parent))
    settings = {
        "LOCALSTACK_PORT": str(port),
        "LAB_VAR": str(var),
        "RDS_LAB_DURATIONS": (TOP / "tests/it/durations.json").read_text(),
        "LS_LOG": "warning",
    }
    try:
        subprocess.run([LAB, "start"], env=os.environ | settings, check=True)
        stories = Stories(binary, var, port)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda pair: _story_for(stories, *pair), pairs))
    finally:
        subprocess.run([LAB, "stop"], env=os.environ | settings, check=True)
        shutil.rmtree(var, ignore_errors=True)
    told = stories_table.read() | dict(zip(pairs, found, strict=True))
    made = {pair: story for pair, story in told.items() if story}
    stories_table.FILE.write_text(stories_table.text(made, policies))
    missing = found.count(None)
    print(f"{len(found) - missing} of {len(found)} actions have a story that fails without them.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
