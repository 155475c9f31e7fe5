"""Runs terraform over a copy of infra/, with the stand-in as the AWS provider."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra_checks.paths import CHECKS, INFRA, REPOSITORY
from infra_checks.standin.serve import reattach


class Failed(AssertionError):
    """Terraform ended with an error; the text is what it said."""


class Copy:
    """A copy of what Terraform reads of the repository, so that it writes nothing into a checkout."""

    def __init__(self, folder: Path):
        self.infra = folder / "infra"
        for part in ("modules", "examples"):
            shutil.copytree(INFRA / part, self.infra / part, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        # Beside them what the modules' tests name.
        for part in ("mocks",):
            shutil.copytree(CHECKS / part, self.infra / "checks" / part)
        shutil.copytree(policies(), folder / "policies")
        # No settings of the user's, and no registry: a provider that is not reattached is looked for in vain.
        self._config = folder / "terraformrc"
        self._config.write_text(
            f'provider_installation {{\n  filesystem_mirror {{ path = "{folder / "no-mirror"}" }}\n}}\n'
        )

    def run(self, where: str, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
        """Runs terraform in a directory below infra/ and returns what it printed.

        Raises Failed with everything it said if it ends with an error.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        environment |= {
            "TF_CLI_CONFIG_FILE": str(self._config),
            "TF_REATTACH_PROVIDERS": reattach(),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        environment |= {f"TF_VAR_{name}": value for name, value in (variables or {}).items()}
        ended = subprocess.run(
            ["terraform", *arguments], cwd=self.infra / where, env=environment, capture_output=True, text=True
        )
        if ended.returncode != 0:
            # Terraform breaks its lines to a width; a sentence is looked for as one line.
            raise Failed(" ".join((ended.stdout + ended.stderr).replace("│", " ").split()))
        return ended.stdout

    def plan(self, where: str, **variables: str) -> dict[str, Any]:
        """The plan as data, of a directory that was initialised."""
        self.run(where, "plan", "-no-color", "-input=false", "-out=tfplan", variables=variables)
        return json.loads(self.run(where, "show", "-json", "tfplan"))

    def apply(self, where: str, **variables: str) -> dict[str, Any]:
        """The state after an apply, as data."""
        self.run(where, "apply", "-no-color", "-input=false", "-auto-approve", variables=variables)
        return json.loads(self.run(where, "show", "-json"))


def policies() -> Path:
    """The repository's own policies, which the modules render."""
    return REPOSITORY / "policies"
