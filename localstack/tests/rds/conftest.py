"""An emulated RDS in this process: a clock that tests turn, and servers that only take notes."""

import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException

from rds_lab.engines.base import Address, ServerError, ServerSpec
from rds_lab.neighbours.base import Key, Neighbours, Subnet
from rds_lab.rds.happenings.happening import parse
from rds_lab.rds.provider import RdsProvider, dispatch_table
from rds_lab.rds.settings import Settings

ZERO = {
    name: 0
    for name in (
        "creating endpoint backingUp modifyVisible modifying resettingMasterCredentials rebooting upgrading "
        "storageOptimization storageLock deleting stopping starting applyingParameters configuringMonitoring"
    ).split()
}


DEFAULT_VPC, OTHER_VPC = "vpc-0a0a0a0a", "vpc-0b0b0b0b"


class FakeNetwork:
    """The default VPC, and another one; in each the subnets and groups that are named here."""

    def __init__(self) -> None:
        zones = {f"subnet-0{zone}0{zone}0{zone}0{zone}": f"eu-central-1{zone}" for zone in "abc"}
        self.subnets = [Subnet(name, DEFAULT_VPC, zone) for name, zone in zones.items()]
        self.others = [
            Subnet("subnet-0d0d0d0d", OTHER_VPC, "eu-central-1b"),
            Subnet("subnet-0e0e0e0e", OTHER_VPC, "eu-central-1b"),
            Subnet("subnet-0f0f0f0f", OTHER_VPC, "eu-central-1c"),
        ]
        self.groups = {
            "sg-00000000": DEFAULT_VPC,
            "sg-0a0a0a0a": DEFAULT_VPC,
            "sg-11111111": OTHER_VPC,
            "sg-0b0b0b0b": OTHER_VPC,
        }

    def default_subnets(self) -> list[Subnet]:
        return list(self.subnets)

    def subnet(self, name: str) -> Subnet | None:
        return next((each for each in [*self.subnets, *self.others] if each.name == name), None)

    def vpc_of(self, security_group: str) -> str | None:
        return self.groups.get(security_group)

    def default_group(self, vpc: str) -> str | None:
        return {DEFAULT_VPC: "sg-00000000", OTHER_VPC: "sg-11111111"}.get(vpc)


class FakeKeys:
    """Whether each key can be used, by what it may be called."""

    def __init__(self) -> None:
        self.usable = {"alias/aws/rds": True, "alias/mine": True, "alias/disabled": False}

    def key(self, name: str) -> Key | None:
        name = name.rpartition(":")[2]
        arn = f"arn:aws:kms:eu-central-1:000000000000:{name}"
        return Key(arn, self.usable[name]) if name in self.usable else None


class FakeServers:
    """Does what is asked at once; `broken` names what fails."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.specs: dict[str, ServerSpec] = {}
        self.passwords: dict[str, str] = {}
        # What was kept of a server: here it is the master's password.
        self.copies: dict[str, str] = {}
        self.broken: set[str] = set()

    def versions(self, engine: str) -> list[str]:
        known = {
            "postgres": ["14.23", "15.18", "16.13", "16.14", "17.10", "18.4"],
            "mysql": ["8.0.31", "8.0.42", "8.0.43", "8.4.6", "8.4.7"],
            "mariadb": ["10.6.22", "10.11.14", "10.11.15", "11.4.8", "11.4.9"],
        }
        return known.get(engine, [])

    def create(self, spec: ServerSpec) -> Address:
        self._called("create", spec.resource_id)
        self.specs[spec.resource_id] = spec
        self.passwords[spec.resource_id] = spec.master_password
        return Address("localhost", 40_000 + len(self.specs))

    def keep(self, resource_id: str, copy: str) -> None:
        self._called("keep", resource_id, copy)
        self.copies[copy] = self.passwords[resource_id]

    def restore(self, spec: ServerSpec, copy: str) -> Address:
        self._called("restore", spec.resource_id, copy)
        self.specs[spec.resource_id] = spec
        self.passwords[spec.resource_id] = self.copies[copy]
        return Address("localhost", 40_000 + len(self.specs))

    def discard(self, copy: str) -> None:
        self._called("discard", copy)
        self.copies.pop(copy, None)

    def set_master_password(self, resource_id: str, password: str) -> None:
        self._called("set_master_password", resource_id)
        self.passwords[resource_id] = password

    def set_parameters(self, resource_id: str, parameters: Mapping[str, str]) -> None:
        self._called("set_parameters", resource_id, dict(parameters))

    def restart(self, resource_id: str) -> None:
        self._called("restart", resource_id)

    def stop(self, resource_id: str) -> None:
        self._called("stop", resource_id)

    def start(self, resource_id: str) -> None:
        self._called("start", resource_id)

    def upgrade(self, resource_id: str, version: str) -> None:
        self._called("upgrade", resource_id, version)

    def destroy(self, resource_id: str) -> None:
        self._called("destroy", resource_id)
        self.specs.pop(resource_id, None)

    def stop_all(self) -> None:
        self._called("stop_all")

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        if call[0] in self.broken:
            raise ServerError("It does not work.")


class Rds:
    """A client: `rds.modify_db_instance` and so on, by the operation's name."""

    def __init__(self, **durations: float) -> None:
        self.time = 1_700_000_000.0  # a Tuesday, outside the default maintenance window
        self.servers = FakeServers()
        self.settings = Settings({})
        self.settings.update({"durations": ZERO | durations})
        self.network, self.keys = FakeNetwork(), FakeKeys()
        self.provider = RdsProvider(
            self.settings,
            self.servers,
            lambda account, region: Neighbours(self.network, self.keys),
            clock=lambda: self.time,
            ticking=False,
        )
        self.table = dispatch_table(self.provider)
        self.context = SimpleNamespace(account_id="000000000000", region="eu-central-1")

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.table[operation](self.context, request)

    def create(self, identifier: str = "db", **request: Any) -> dict[str, Any]:
        wanted = {
            "DBInstanceIdentifier": identifier,
            "Engine": "postgres",
            "EngineVersion": "16.13",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": 20,
            "MasterUsername": "master",
            "MasterUserPassword": "old-password",
        }
        sent = {name: value for name, value in (wanted | request).items() if value is not None}
        return self.call("CreateDBInstance", **sent)["DBInstance"]

    def available(self, identifier: str = "db", **request: Any) -> dict[str, Any]:
        self.create(identifier, **request)
        return self.until(identifier, "available")

    def describe(self, identifier: str = "db") -> dict[str, Any]:
        return self.call("DescribeDBInstances", DBInstanceIdentifier=identifier)["DBInstances"][0]

    def status(self, identifier: str = "db") -> str:
        return self.describe(identifier)["DBInstanceStatus"]

    def modify(self, identifier: str = "db", **request: Any) -> dict[str, Any]:
        return self.call("ModifyDBInstance", DBInstanceIdentifier=identifier, **request)["DBInstance"]

    def delete(self, identifier: str = "db", **request: Any) -> dict[str, Any]:
        return self.call("DeleteDBInstance", DBInstanceIdentifier=identifier, **request)["DBInstance"]

    def happens(self, kind: str, identifier: str = "db", **fields: Any) -> None:
        """Post a happening, as the admin route does."""
        self.provider.cloud.happenings.post(parse({"kind": kind, "identifier": identifier, **fields}))

    def waiting(self) -> list[str]:
        """The kinds of the happenings that wait."""
        return [str(one["kind"]) for one in self.provider.cloud.happenings.all()]

    def told(self, identifier: str = "db") -> dict[str, list[str]]:
        """The events of an instance, with their categories."""
        request = {"SourceType": "db-instance", "SourceIdentifier": identifier, "Duration": 14 * 24 * 60}
        events = self.call("DescribeEvents", **request)["Events"]
        return {event["Message"]: event["EventCategories"] for event in events}

    def settled(self) -> None:
        """Wait for the workers: they are real threads, only the clock is not."""
        deadline = time.monotonic() + 10
        while self.provider.cloud.workers._last:
            assert time.monotonic() < deadline, "The workers do not come to an end."
            time.sleep(0.001)

    def until(self, identifier: str, status: str) -> dict[str, Any]:
        """Go on without turning the clock."""
        for _ in range(20):
            self.settled()
            if (one := self.describe(identifier))["DBInstanceStatus"] == status:
                self.settled()
                return one
        raise AssertionError(f"It is {one['DBInstanceStatus']}, not {status}.")

    def after(self, seconds: float, identifier: str = "db") -> str:
        """The status some time later."""
        self.settled()
        self.time += seconds
        self.status(identifier)
        self.settled()
        return self.status(identifier)

    def refused(self, operation: str, **request: Any) -> tuple[str, int, str]:
        """The code, status and text of a call that must not be accepted."""
        with pytest.raises(CommonServiceException) as caught:
            self.call(operation, **request)
        return caught.value.code, caught.value.status_code, str(caught.value)

    def create_refused(self, **request: Any) -> tuple[str, int, str]:
        with pytest.raises(CommonServiceException) as caught:
            self.create(**request)
        return caught.value.code, caught.value.status_code, str(caught.value)


@pytest.fixture
def make_rds():
    """An RDS whose transitions take no time but those that are named."""
    return Rds


@pytest.fixture
def rds():
    return Rds()
