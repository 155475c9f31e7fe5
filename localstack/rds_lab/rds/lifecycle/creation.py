"""From CreateDBInstance to `available`."""

from collections.abc import Sequence
from typing import Any

from rds_lab.engines.base import Address, ServerSpec
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.region import Region

# Where nothing listens, for instances without a server.
_UNSERVED_PORT = 61_000
_CERTIFICATE_LIFE = 365 * 86_400


def steps(region: Region, instance: Instance, password: str, port: int | None) -> Sequence[Step]:
    """Creating with its server, then the first backup, if backups are on."""
    servers = region.services.servers
    spec = ServerSpec(
        resource_id=instance.resource_id,
        engine=instance.engine_name,
        version=instance.engine_version,
        master_username=instance.master_username,
        master_password=password,
        database=instance.database,
        port=port,
        parameters=server_parameters(region, instance),
    )

    def created(at: float, address: Any) -> Sequence[Step]:
        instance.address = address or unserved(instance)
        instance.created_at = at
        instance.certificate_valid_till = at + _CERTIFICATE_LIFE
        region.record(instance, at, "creation", "DB instance created")
        return backup(region, instance, at) if instance.backup_retention else ()

    work = (lambda: servers.create(spec)) if instance.served else None
    return [Step("creating", "creating", created, work)]


def backup(region: Region, instance: Instance, at: float) -> Sequence[Step]:
    """The first backup: before it nothing can be restored."""
    region.record(instance, at, "backup", "Backing up DB instance")

    def finished(at: float, _: Any) -> None:
        instance.first_backup_at = at
        region.record(instance, at, "backup", "Finished DB Instance backup")

    return [Step("backing-up", "backingUp", finished)]


def server_parameters(region: Region, instance: Instance) -> dict[str, str]:
    """What the server is told of its parameter group: on RDS it decides whether TLS is a must (§4.2)."""
    group = region.parameter_groups.find(instance.parameter_group)
    force = group.value("rds.force_ssl") if group else None
    return {"rds.force_ssl": force} if force is not None else {}


def unserved(instance: Instance) -> Address:
    """The endpoint of an instance without a server."""
    return Address("localhost", _UNSERVED_PORT + sum(instance.resource_id.encode()) % 4_000)
