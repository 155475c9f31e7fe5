"""What several tests share: a copy of infra/, initialised and, for the examples, planned and applied."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra_checks.paths import EXAMPLES
from infra_checks.terraform import Copy

TOKEN = "the-first-token-that-is-in-no-state-and-no-plan"

STACKS = ["new-vpc", "existing-vpc"]


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


@dataclass(frozen=True)
class Applied:
    """An example, planned with its own tfvars.example, and applied."""

    copy: Copy
    where: str
    plan: dict[str, Any]
    state: dict[str, Any]

    @property
    def folder(self) -> Path:
        return self.copy.infra / self.where

    def resources(self, kind: str | None = None) -> list[dict[str, Any]]:
        """All resources in the state, or those of a type, in all modules."""
        found = resources(self.state["values"]["root_module"])
        return [each for each in found if kind is None or each["type"] == kind]

    def values(self, kind: str) -> list[dict[str, Any]]:
        """What the resources of a type are."""
        return [each["values"] for each in self.resources(kind)]

    def container(self) -> dict[str, Any]:
        """The broker's container, as ECS is told."""
        [task] = self.values("aws_ecs_task_definition")
        [container] = json.loads(task["container_definitions"])
        return container


def resources(root: dict[str, Any]) -> list[dict[str, Any]]:
    """All resources of a module and of those in it, of a state or of what a plan would leave."""
    found = []
    modules = [root]
    while modules:
        module = modules.pop()
        found += [each for each in module.get("resources", []) if each["mode"] == "managed"]
        modules += module.get("child_modules", [])
    return found


def apply(copy: Copy, example: str) -> Applied:
    """Plans and applies an example as its reader does: tfvars from the example file, the token from outside."""
    where = f"examples/{example}"
    shutil.copy(EXAMPLES / example / "terraform.tfvars.example", copy.infra / where / "terraform.tfvars")
    variables = {"initial_token": TOKEN} if example in STACKS else {}
    copy.run(where, "init", "-no-color", "-input=false")
    return Applied(copy, where, copy.plan(where, **variables), copy.apply(where, **variables))


@pytest.fixture(scope="session")
def key(copy: Copy) -> Applied:
    return apply(copy, "key")


@pytest.fixture(scope="session")
def new_vpc(copy: Copy) -> Applied:
    return apply(copy, "new-vpc")


@pytest.fixture(scope="session")
def existing_vpc(copy: Copy) -> Applied:
    return apply(copy, "existing-vpc")


@pytest.fixture(scope="session")
def kubernetes(copy: Copy) -> Applied:
    return apply(copy, "kubernetes")


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> Applied:
    """Both stacks, one after the other."""
    return request.getfixturevalue(request.param.replace("-", "_"))
