"""LocalStack's EC2, which is moto's. It is only looked at; what is there is made through EC2's own API.

Loading moto's EC2 takes half a second. It is loaded in the background, after LocalStack's start and usually
before the first CreateDBInstance, so that neither waits for it.
"""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from localstack.runtime import events

from rds_lab.neighbours.base import Subnet

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend


class Ec2Network:
    """See :class:`rds_lab.neighbours.base.Network`."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def default_subnets(self) -> list[Subnet]:
        """See :class:`rds_lab.neighbours.base.Network`."""
        vpc = next((vpc for vpc in list(self._backend.vpcs.values()) if vpc.is_default), None)
        found = (each for each in self._subnets() if vpc and each.vpc_id == vpc.id)
        # moto has "true" and "false" here, not a bool.
        return [_subnet(each) for each in found if str(each.default_for_az).lower() == "true"]

    def subnet(self, name: str) -> Subnet | None:
        """See :class:`rds_lab.neighbours.base.Network`."""
        return next((_subnet(each) for each in self._subnets() if each.id == name), None)

    def vpc_of(self, security_group: str) -> str | None:
        """See :class:`rds_lab.neighbours.base.Network`."""
        found = self._backend.get_security_group_from_id(security_group)
        return found.vpc_id if found else None

    def default_group(self, vpc: str) -> str | None:
        """See :class:`rds_lab.neighbours.base.Network`."""
        found = self._backend.get_security_group_from_name("default", vpc)
        return found.id if found else None

    @property
    def _backend(self) -> "EC2Backend":
        from moto.ec2.models import ec2_backends

        return ec2_backends[self._account][self._region]

    def _subnets(self) -> Iterator[Any]:
        # Copies: EC2's calls run in other threads.
        for zone in list(self._backend.subnets.values()):
            yield from list(zone.values())


def _subnet(found: Any) -> Subnet:
    return Subnet(found.id, found.vpc_id, found.availability_zone)


def load_in_background() -> None:
    """Load moto's EC2 in the background as soon as LocalStack answers."""

    def load() -> None:
        events.infra_ready.wait()
        import moto.ec2.models  # noqa: F401

    threading.Thread(target=load, name="rds-lab-ec2", daemon=True).start()
