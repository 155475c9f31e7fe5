"""Changes of the engine version, and the parameter group that must go with it (rds-semantics §4.2)."""

from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.instance import Instance
from rds_lab.rds.region import Region


def check(region: Region, instance: Instance, values: dict[str, Any], allow_major: bool) -> None:
    """The version is made a full one in `values`."""
    engine, current = instance.engine, instance.engine_version
    version = current
    if "EngineVersion" in values:
        version = _target(region, instance, values["EngineVersion"], allow_major)
        values["EngineVersion"] = version
    family = engine.family(version)
    name = values.get("DBParameterGroupName")
    if name:
        group = region.parameter_groups.get(name)
        if group.family != family:
            raise errors.invalid_combination(
                f"The Parameter Group {group.name} with DBParameterGroupFamily {group.family} cannot be used "
                f"for this instance. Please use a Parameter Group with DBParameterGroupFamily {family}"
            )
    elif family != engine.family(current) and not instance.parameter_group.startswith("default."):
        raise errors.invalid_combination(
            f"The current DB instance parameter group {instance.parameter_group} is custom. You must "
            "explicitly specify a new DB instance parameter group, either default or custom, for the engine "
            "version upgrade."
        )


def _target(region: Region, instance: Instance, wanted: str, allow_major: bool) -> str:
    engine, current = instance.engine, instance.engine_version
    versions = region.versions(engine.name)
    found = versions.find(wanted)
    if wanted in (current, engine.major(current)) and found is None:
        return current
    if found is None:
        raise errors.invalid_combination(f"Cannot find upgrade path from {current} to {wanted}.")
    if found == current:
        return found
    target = next((each for each in versions.targets(current) if each.version == found), None)
    if not target:
        raise errors.invalid_combination(f"Cannot upgrade {engine.name} from {current} to {found}")
    if target.major and not allow_major:
        raise errors.invalid_combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )
    return found
