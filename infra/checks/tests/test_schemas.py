"""The committed schemas are those of the pinned package."""

import pytest

from infra_checks.paths import INFRA
from infra_checks.schema import subset
from infra_checks.schema.fetch import Package, fetch


@pytest.fixture(scope="module")
def package() -> Package:
    return fetch()


def test_they_are_what_the_package_says(package: Package) -> None:
    assert subset.read() == subset.make(package), "run: infra/checks/.venv/bin/python -m infra_checks.schema"


def test_they_are_of_the_version_that_the_modules_ask_for() -> None:
    """Terraform itself does not ask a provider that is already running."""
    version = subset.read()["provider_version"]
    assert version.startswith("6.")
    assert f"checked against {version}." in (INFRA / "README.md").read_text()


def test_some_of_it_is_as_the_providers_documentation_has_it() -> None:
    """Read by eye from the documentation of 6.x, as a check of the way it was extracted."""
    [schemas] = subset.read()["provider_schemas"].values()

    def block(name: str) -> dict:
        return schemas["resource_schemas"][name]["block"]

    secret = block("aws_secretsmanager_secret_version")["attributes"]
    assert secret["secret_string_wo"] == {"type": "string", "optional": True, "write_only": True}
    assert "write_only" not in secret["secret_string"]
    assert block("aws_kms_key")["attributes"]["arn"] == {"type": "string", "computed": True}
    balancers = block("aws_ecs_service")["block_types"]["load_balancer"]
    assert balancers["nesting_mode"] == "set"
    assert balancers["block"]["attributes"]["container_port"] == {"type": "number", "required": True}
    network = block("aws_ecs_service")["block_types"]["network_configuration"]
    assert (network["nesting_mode"], network["max_items"]) == ("list", 1)
    assert network["block"]["attributes"]["subnets"]["type"] == ["set", "string"]
    assert block("aws_ecs_service")["block_types"]["timeouts"]["nesting_mode"] == "single"
    ingress = block("aws_security_group")["attributes"]["ingress"]["type"]
    assert ingress[0] == "set" and ingress[1][1]["cidr_blocks"] == ["list", "string"]
