"""A security scanner over modules and examples, with each exception justified beside its resource."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from infra_checks.paths import INFRA

_EXCEPTION = re.compile(r"#checkov:skip=(\w+):(.*)")


def exceptions() -> dict[tuple[str, str], str]:
    """Every exception, by check and resource, with its reason."""
    found = {}
    for file in [*INFRA.glob("modules/*/*.tf"), *INFRA.glob("examples/*/*.tf")]:
        for kind, name, body in re.findall(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}', file.read_text(), re.M | re.S):
            found |= {(check, f"{kind}.{name}"): reason for check, reason in _EXCEPTION.findall(body)}
    return found


def test_it_finds_exactly_what_is_excepted(tmp_path: Path) -> None:
    """Without the exceptions it finds what they except, no more and no less: a needless one fails, too."""
    for part in ("modules", "examples"):
        tests_and_leftovers = shutil.ignore_patterns("tests", ".terraform*", "*.tfstate*", "*.tfvars")
        shutil.copytree(INFRA / part, tmp_path / part, ignore=tests_and_leftovers)
    for file in tmp_path.rglob("*.tf"):
        file.write_text(_EXCEPTION.sub("", file.read_text()))
    command = [sys.executable, "-m", "checkov.main", "--framework", "terraform", "--skip-download", "--compact"]
    ended = subprocess.run([*command, "-d", str(tmp_path), "-o", "json"], capture_output=True, text=True)
    results = json.loads(ended.stdout)["results"]
    assert results["parsing_errors"] == []
    scanned = {check["resource"].removeprefix("module.").split(".")[0] for check in results["passed_checks"]}
    assert scanned >= {"network", "database_defaults", "key", "broker", "observability"}
    found = {(check["check_id"], ".".join(check["resource"].split(".")[-2:])) for check in results["failed_checks"]}
    assert found == set(exceptions())


def test_each_exception_says_why() -> None:
    for (check, resource), reason in exceptions().items():
        assert len(reason.split()) >= 8 and reason.endswith("."), f"{check} of {resource}: {reason!r}"
