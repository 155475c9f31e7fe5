"""DescribeDBEngineVersions and DescribeOrderableDBInstanceOptions (rds-semantics §4.2, §4.3)."""

from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.catalog import classes, versions
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.filters import matching
from rds_lab.rds.paging import page


def engine_versions(cloud: Cloud, request: dict[str, Any]) -> dict[str, Any]:
    """The versions that match, each with what it can be upgraded to."""
    rows = [
        _version(cloud, engine, version)
        for engine in versions.ENGINES
        if request.get("Engine") in (None, engine)
        for version in cloud.servers.versions(engine)
        if request.get("EngineVersion") in (None, version, versions.major(version))
        and request.get("DBParameterGroupFamily") in (None, versions.family(engine, version))
        and (not request.get("DefaultOnly") or version == versions.default(cloud.servers, engine))
    ]
    rows = matching(
        rows,
        request.get("Filters"),
        {
            "engine": lambda row: {row["Engine"]},
            "engine-version": lambda row: {row["EngineVersion"]},
            "db-parameter-group-family": lambda row: {row["DBParameterGroupFamily"]},
            "status": lambda row: {"available"},
        },
    )
    rows.sort(key=_version_name)
    shown, marker = page(rows, request, _version_name)
    return {"DBEngineVersions": shown, "Marker": marker}


def _version_name(row: dict[str, Any]) -> str:
    return row["Engine"] + ":" + ".".join(f"{part:05}" for part in versions.number(row["EngineVersion"]))


def _version(cloud: Cloud, engine: str, version: str) -> dict[str, Any]:
    return {
        "Engine": engine,
        "EngineVersion": version,
        "MajorEngineVersion": versions.major(version),
        "DBParameterGroupFamily": versions.family(engine, version),
        "DBEngineDescription": versions.description(engine),
        "DBEngineVersionDescription": versions.version_description(engine, version),
        "Status": "available",
        "SupportsReadReplica": True,
        "SupportsGlobalDatabases": False,
        "SupportsCertificateRotationWithoutRestart": True,
        "ValidUpgradeTarget": [
            {
                "Engine": engine,
                "EngineVersion": target,
                "Description": versions.version_description(engine, target),
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": versions.major(target) != versions.major(version),
            }
            for target in versions.targets(cloud.servers, engine, version)
        ],
    }


def orderable_options(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """The combinations of version and class that can be created."""
    engine = request.get("Engine")
    if not engine:
        raise errors.missing("Engine")
    versions.check_engine(engine)
    rows = [
        _option(region, engine, version, name)
        for version in cloud.servers.versions(engine)
        if request.get("EngineVersion") in (None, version)
        for name in classes.classes()
        if request.get("DBInstanceClass") in (None, name) and classes.orderable(name, engine, version)
    ]
    if (
        request.get("LicenseModel") not in (None, classes.license_model(engine))
        or request.get("Vpc") is False
    ):
        rows = []
    rows.sort(key=_option_name)
    shown, marker = page(rows, request, _option_name, largest=1000)
    return {"OrderableDBInstanceOptions": shown, "Marker": marker}


def _option_name(row: dict[str, Any]) -> str:
    return f"{row['EngineVersion']}:{row['DBInstanceClass']}"


def _option(region: Region, engine: str, version: str, name: str) -> dict[str, Any]:
    return {
        "Engine": engine,
        "EngineVersion": version,
        "DBInstanceClass": name,
        "LicenseModel": classes.license_model(engine),
        "AvailabilityZones": [{"Name": region.region + zone} for zone in "abc"],
        "MultiAZCapable": True,
        "ReadReplicaCapable": True,
        "Vpc": True,
        "SupportsStorageEncryption": True,
        "StorageType": "gp3",
        "SupportsIops": True,
        "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True,
        "SupportsPerformanceInsights": not name.endswith("t3.micro"),
        "SupportsStorageAutoscaling": True,
        "MinStorageSize": 20,
        "MaxStorageSize": 65_536,
    }
