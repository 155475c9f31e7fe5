"""Terraform itself over every module and example."""

import os
import re
import subprocess

import pytest

from infra_checks.paths import CHECKS, EXAMPLES, INFRA, MODULES, configurations
from infra_checks.terraform import Copy, Failed
from tests.conftest import Applied


def test_files_are_formatted() -> None:
    ended = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", str(INFRA)],
        env={**os.environ, "TF_CLI_CONFIG_FILE": ""},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, f"run: terraform fmt -recursive infra\n{ended.stdout}{ended.stderr}"


@pytest.mark.parametrize("folder", configurations(), ids=lambda folder: str(folder.relative_to(INFRA)))
def test_it_is_valid(copy: Copy, folder) -> None:
    where = str(folder.relative_to(INFRA))
    copy.run(where, "init", "-no-color", "-input=false")
    assert "configuration is valid" in copy.run(where, "validate", "-no-color")


def test_there_is_every_module_and_example() -> None:
    assert {path.name for path in MODULES.iterdir()} == {
        "network",
        "database-defaults",
        "key",
        "role",
        "broker",
        "observability",
    }
    examples = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert examples == {"new-vpc", "existing-vpc", "key", "kubernetes"}


@pytest.mark.parametrize("module", sorted(path.name for path in MODULES.iterdir()))
def test_its_own_tests_pass(copy: Copy, module: str) -> None:
    where = f"modules/{module}"
    copy.run(where, "init", "-no-color", "-input=false")
    said = copy.run(where, "test", "-no-color")
    assert "Success!" in said and " 0 failed" in said and "Success! 0 passed" not in said, said


def test_a_second_apply_changes_nothing(stack: Applied) -> None:
    # Without the token: it is wanted once only. Exit code 2 would be changes, which fails.
    said = stack.copy.run(stack.where, "plan", "-no-color", "-input=false", "-detailed-exitcode")
    assert "No changes." in said


def test_the_least_versions_are_those_that_are_checked() -> None:
    """Of Terraform what infra/check demands, of the provider that of the schemas; and no next major one of either."""
    terraform = re.search(r"^least_terraform=(\d+\.\d+)\.0$", (INFRA / "check").read_text(), re.M)
    provider = re.search(r"generated from (\d+\.\d+\.\d+) of it", (CHECKS / "schemas.in").read_text())
    assert terraform and provider
    major, of_terraform = (int(found[1].split(".")[0]) for found in (provider, terraform))
    assert f"Terraform {terraform[1]} " in (INFRA / "README.md").read_text()
    for folder in configurations():
        text = (folder / "versions.tf").read_text()
        assert re.findall(r'required_version = "(.*)"', text) == [f">= {terraform[1]}, < {of_terraform + 1}.0"], folder
        assert re.findall(r' version = "(.*)"', text) == [f">= {provider[1]}, < {major + 1}.0"], folder


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("key/main.tf", "enable_key_rotation", "enable_key_rotations", "Unsupported argument"),
        ("key/main.tf", 'resource "aws_kms_alias"', 'resource "aws_kms_aliass"', "Invalid resource type"),
        ("key/main.tf", "aws_kms_key.this.key_id", "aws_kms_key.this.key_ids", "Unsupported attribute"),
        ("key/main.tf", "= var.deletion_window_in_days", '= "soon"', "a number is required"),
        ("key/main.tf", "enable_key_rotation", 'key_id = "mine"\n  enable_key_rotation', '"key_id" is decided by AWS'),
        ("broker/token.tf", 'var.initial_token == null ? "" : var.initial_token', "null", "must be specified"),
        ("broker/security-groups.tf", "HTTPS from the control plane\"", "The control plane's\"", "EC2 takes no such"),
        ("database-defaults/main.tf", "its clients", "it's clients", "EC2 takes no such"),
    ],
)  # fmt: skip
def test_a_mistake_is_found(tmp_path, file: str, before: str, after: str, says: str) -> None:
    """The checks themselves: a stand-in that took everything would check nothing."""
    copy = Copy(tmp_path)
    where = f"modules/{file.split('/')[0]}"
    file = copy.infra / "modules" / file
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    copy.run(where, "init", "-no-color", "-input=false")
    with pytest.raises(Failed, match=says):
        copy.run(where, "validate", "-no-color")
