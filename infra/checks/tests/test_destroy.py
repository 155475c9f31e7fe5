"""What `terraform destroy` does: it never takes from customers' databases what they stand in."""

import pytest

from infra_checks.paths import INFRA
from infra_checks.terraform import Copy, Failed
from tests.conftest import STACKS, Applied, apply

# What databases that Terraform does not know are made with.
STAYS = {
    "module.database_defaults.aws_db_subnet_group.this",
    "module.database_defaults.aws_security_group.clients",
    "module.database_defaults.aws_security_group.databases",
}


@pytest.fixture(params=STACKS)
def doomed(request: pytest.FixtureRequest, tmp_path) -> Applied:
    """A stack of its own, for a test that may destroy some of it."""
    return apply(Copy(tmp_path), request.param)


def addresses(stack: Applied) -> set[str]:
    return set(stack.copy.run(stack.where, "state", "list").splitlines())


def destroy(stack: Applied, *arguments: str) -> str:
    return stack.copy.run(stack.where, "destroy", "-no-color", "-input=false", "-auto-approve", *arguments)


def test_destroying_the_stack_is_refused_before_anything_is_touched(doomed: Applied) -> None:
    before = addresses(doomed)
    with pytest.raises(Failed, match="Instance cannot be destroyed") as refused:
        destroy(doomed)
    for address in STAYS:
        assert address in str(refused.value), address
    assert addresses(doomed) == before


def test_the_broker_goes_and_the_databases_keep_what_they_stand_in(doomed: Applied) -> None:
    before = addresses(doomed)
    destroy(doomed, "-target=module.broker", "-target=module.observability")
    left = addresses(doomed)
    assert left >= STAYS
    assert not [address for address in left if address.startswith(("module.broker.aws", "module.observability.aws"))]
    gone = {address for address in before - left if ".data." not in address}
    assert all(address.startswith(("module.broker.", "module.observability.")) for address in gone), gone


def test_the_network_below_the_databases_cannot_be_destroyed_either(new_vpc: Applied) -> None:
    before = addresses(new_vpc)
    with pytest.raises(Failed, match="Instance cannot be destroyed"):
        destroy(new_vpc, "-target=module.network")
    assert addresses(new_vpc) == before


def test_destroying_the_key_is_refused(key: Applied) -> None:
    before = addresses(key)
    with pytest.raises(Failed, match="Instance cannot be destroyed") as refused:
        destroy(key)
    assert "module.key.aws_kms_key.this" in str(refused.value)
    assert addresses(key) == before


@pytest.mark.parametrize(
    ("example", "address"),
    [
        ("key", "module.key.aws_kms_key.this"),
        ("existing-vpc", "module.database_defaults.aws_security_group.databases"),
    ],
)
def test_what_was_refused_while_it_was_made_is_finished_and_not_replaced(tmp_path, example: str, address: str) -> None:
    """Terraform taints it, and would replace what is never destroyed: infra/README.md says how to go on."""
    made = apply(Copy(tmp_path), example)
    made.copy.run(made.where, "taint", address)
    with pytest.raises(Failed, match="Instance cannot be destroyed") as refused:
        made.copy.plan(made.where)
    assert address in str(refused.value)
    assert f" untaint {address}`" in (INFRA / "README.md").read_text()
    made.copy.run(made.where, "untaint", address)
    changes = made.copy.plan(made.where)["resource_changes"]
    assert not [each["address"] for each in changes if "delete" in each["change"]["actions"]]
