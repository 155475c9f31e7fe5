"""The step in which the server gets its new version."""

from typing import Any

from rds_lab.rds.instance import Change, Instance
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.region import Region


def step(region: Region, instance: Instance, change: Change) -> Step:
    """Default groups follow a new major version by themselves (§4.2)."""
    servers, resource_id = region.services.servers, instance.resource_id

    def upgraded(at: float, _: Any) -> None:
        engine, before, version = instance.engine, instance.engine_version, change.value
        instance.pending.pop("EngineVersion", None)
        instance.engine_version = version
        if instance.parameter_group == f"default.{engine.family(before)}":
            instance.parameter_group = f"default.{engine.family(version)}"
        instance.option_group = engine.option_group(version)
        if instance.parameter_status == "pending-reboot":
            # The server was restarted.
            instance.parameter_status = "in-sync"
        region.record(instance, at, "maintenance", "Database instance patched")

    work = (lambda: servers.upgrade(resource_id, change.value)) if instance.served else None
    return Step("upgrading", "upgrading", upgraded, work)
