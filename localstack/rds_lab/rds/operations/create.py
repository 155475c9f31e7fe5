"""CreateDBInstance."""

from collections.abc import Callable
from typing import Any

from rds_lab.engines.base import Address, ServerSpec
from rds_lab.rds import encryption, errors, names, placement
from rds_lab.rds.catalog import classes, versions
from rds_lab.rds.cloud import Cloud, ParameterGroup, Region
from rds_lab.rds.happenings.happening import Kind
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.parameter_groups import membership
from rds_lab.rds.validation import names as valid_names
from rds_lab.rds.validation import storage, tags, windows

_MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
_DEFAULT_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
CERTIFICATE_AUTHORITIES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")


def create(cloud: Cloud, region: Region, request: dict[str, Any]) -> Instance:
    """Check everything, then begin: nothing is left behind by what is refused."""
    for required in ("DBInstanceIdentifier", "DBInstanceClass", "Engine"):
        if not request.get(required):
            raise errors.missing(required)
    instance = checked(cloud, region, request)
    begin(
        cloud,
        region,
        instance,
        spec(region, instance, request["MasterUserPassword"]),
        cloud.servers.create if cloud.settings.engines else None,
        ("DB instance created", "creation"),
    )
    return instance


def spec(region: Region, instance: Instance, password: str) -> ServerSpec:
    """The server of a new instance."""
    return ServerSpec(
        resource_id=instance.resource_id,
        engine=instance.engine,
        version=instance.engine_version,
        master_username=instance.master_username,
        master_password=password,
        database=instance.db_name,
        port=None,
        parameters=parameters(region.parameter_groups[instance.parameter_group]),
    )


def parameters(group: ParameterGroup) -> dict[str, str]:
    """What the server is told; TLS is forced unless a group of one's own says otherwise."""
    return {"rds.force_ssl": "1", **membership.own(group)}


def begin(
    cloud: Cloud,
    region: Region,
    instance: Instance,
    wanted: ServerSpec,
    make_server: Callable[[ServerSpec], Address] | None,
    told: tuple[str, str],
) -> None:
    """It is there, and on its way; ``told`` is the event at the end, with its category."""
    membership.founded(region, instance)
    region.instances[instance.identifier] = instance
    seconds = cloud.settings.seconds
    instance.has_server = make_server is not None

    def make() -> object:
        def work() -> None:
            membership.create(cloud, instance, wanted, make_server or cloud.servers.create)

        return cloud.workers.submit(instance.resource_id, work)

    if not instance.has_server:
        instance.address = Address("localhost", instance.port)

    def created(now: float) -> None:
        if cloud.happenings.created(cloud, region, instance):
            return
        instance.available_since = now
        region.happened(instance, now, *told)
        membership.refused(region, instance, now)

    cloud.happenings.founded(instance.identifier)
    if late := cloud.happenings.take(Kind.LATE_CREATE, instance.identifier):
        instance.oddities.hidden_until = cloud.now() + (late.seconds or 0)
    instance.oddities.stuck = bool(cloud.happenings.take(Kind.STUCK, instance.identifier))
    instance.endpoint_at = instance.created_at + seconds("endpoint")
    instance.stages.append(
        Stage("creating", seconds("creating"), work=make if instance.has_server else None, done=created)
    )
    if instance.backup_retention:
        if flap := seconds("flap"):
            instance.stages.append(Stage("available", flap))

        def backed_up(now: float) -> None:
            region.happened(instance, now, "Finished DB Instance backup", "backup")

        instance.stages.append(Stage("backing-up", seconds("backingUp"), done=backed_up))
    if instance.monitoring_interval:
        instance.stages.append(Stage("configuring-enhanced-monitoring", seconds("configuringMonitoring")))
    cloud.moves(region, instance)


def checked(
    cloud: Cloud, region: Region, request: dict[str, Any], master_username: str | None = None
) -> Instance:
    """What would be made; with ``master_username`` of data that has it already, and a password."""
    identifier = valid_names.identifier(request["DBInstanceIdentifier"], "DBInstanceIdentifier")
    engine = request["Engine"]
    versions.check_engine(engine)
    version = versions.resolve(cloud.servers, engine, request.get("EngineVersion"))
    classes.check(request["DBInstanceClass"], engine, version)
    username = master_username or _master(request, engine)
    database = request.get("DBName")
    if database is not None:
        valid_names.database(database, engine)
    if request.get("ManageMasterUserPassword"):
        raise errors.invalid_combination(
            "You can't specify MasterUserPassword when ManageMasterUserPassword is turned on."
        )
    kind = request.get("StorageType") or ("io1" if request.get("Iops") else "gp3")
    gib = request.get("AllocatedStorage")
    if gib is None:
        raise errors.missing("AllocatedStorage")
    storage.size(engine, kind, gib)
    iops = storage.iops(engine, kind, gib, request.get("Iops"), request.get("StorageThroughput"))
    throughput = storage.throughput(engine, kind, gib, iops, request.get("StorageThroughput"))
    most = request.get("MaxAllocatedStorage")
    if most is not None:
        storage.maximum(engine, kind, gib, most)
    multi_az = bool(request.get("MultiAZ"))
    if multi_az and request.get("AvailabilityZone"):
        raise errors.invalid_combination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances."
        )
    tag_list = tags.tags(request.get("Tags"))
    _check_quotas(cloud, region, identifier, gib)
    subnet_group = placement.subnet_group(region, request.get("DBSubnetGroupName"))
    backup, maintenance = windows.chosen(
        request.get("PreferredBackupWindow"), request.get("PreferredMaintenanceWindow")
    )
    return Instance(
        identifier=identifier,
        arn=region.arn("db", identifier),
        resource_id=names.resource_id(),
        account=region.account,
        region=region.region,
        engine=engine,
        engine_version=version,
        instance_class=request["DBInstanceClass"],
        allocated_storage=gib,
        storage_type=kind,
        iops=iops,
        storage_throughput=throughput,
        max_allocated_storage=None if most == gib else most,
        master_username=username,
        db_name=database,
        port=windows.port(request.get("Port") or _DEFAULT_PORTS[engine]),
        created_at=cloud.now(),
        subnet_group=subnet_group.name,
        availability_zone=request.get("AvailabilityZone") or subnet_group.zones[0],
        multi_az=multi_az,
        backup_retention=windows.retention(_or(request.get("BackupRetentionPeriod"), 1)),
        backup_window=backup,
        maintenance_window=maintenance,
        deletion_protection=bool(request.get("DeletionProtection")),
        encrypted=bool(request.get("StorageEncrypted")),
        kms_key_id=encryption.key_of(region, request),
        publicly_accessible=bool(request.get("PubliclyAccessible")),
        auto_minor_version_upgrade=_or(request.get("AutoMinorVersionUpgrade"), True),
        copy_tags_to_snapshot=bool(request.get("CopyTagsToSnapshot")),
        engine_lifecycle_support=_lifecycle_support(request),
        ca_certificate=certificate_authority(request.get("CACertificateIdentifier")),
        security_groups=placement.security_groups(region, subnet_group, request.get("VpcSecurityGroupIds")),
        parameter_group=parameter_group(region, engine, version, request.get("DBParameterGroupName")),
        monitoring_interval=_monitoring(request),
        monitoring_role=request.get("MonitoringRoleArn"),
        tags=tag_list,
    )


def _master(request: dict[str, Any], engine: str) -> str:
    for required in ("MasterUsername", "MasterUserPassword"):
        if not request.get(required):
            raise errors.missing(required)
    valid_names.master_password(request["MasterUserPassword"], engine)
    return valid_names.master_username(request["MasterUsername"], engine)


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _check_quotas(cloud: Cloud, region: Region, identifier: str, gib: int) -> None:
    if identifier in region.instances:
        raise errors.fault("DBInstanceAlreadyExistsFault", "DB instance already exists")
    if len(region.instances) >= cloud.settings.quota("instanceQuota"):
        raise errors.fault("InstanceQuotaExceededFault", "Instance quota exceeded")
    used = sum(instance.allocated_storage for instance in region.instances.values())
    if used + gib > cloud.settings.quota("storageQuotaGiB"):
        raise errors.fault("StorageQuotaExceededFault", "Storage quota exceeded")


def certificate_authority(name: str | None) -> str:
    """The authority of the server's certificate."""
    if name and name not in CERTIFICATE_AUTHORITIES:
        raise errors.fault("CertificateNotFoundFault", f"Certificate not found: {name}")
    return name or CERTIFICATE_AUTHORITIES[0]


def parameter_group(region: Region, engine: str, version: str, name: str | None) -> str:
    """A group of the version's family."""
    family = versions.family(engine, version)
    wanted = (name or f"default.{family}").lower()
    group = region.parameter_groups.get(wanted)
    if group is None:
        raise errors.fault("DBParameterGroupNotFoundFault", f"DBParameterGroup not found: {wanted}")
    if group.family != family:
        raise errors.invalid_combination(
            f"The Parameter Group {wanted} with DBParameterGroupFamily {group.family} cannot be used for "
            "this "
            f"instance. Please use a Parameter Group with DBParameterGroupFamily {family}"
        )
    return wanted


def _monitoring(request: dict[str, Any]) -> int:
    """RDS API reference, CreateDBInstance: seconds between two measurements, which a role sends."""
    interval = _or(request.get("MonitoringInterval"), 0)
    if interval not in _MONITORING_INTERVALS:
        raise errors.invalid_value(f"Invalid monitoring interval: {interval}.")
    if interval and not request.get("MonitoringRoleArn"):
        raise errors.invalid_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    if not interval and request.get("MonitoringRoleArn"):
        raise errors.invalid_combination(
            "You must specify a MonitoringInterval value other than 0 when you specify a MonitoringRoleARN "
            "value."
        )
    return interval


def _lifecycle_support(request: dict[str, Any]) -> str:
    """RDS API reference, CreateDBInstance: MySQL and PostgreSQL only; left out it means the paid one."""
    paid = "open-source-rds-extended-support"
    wanted = request.get("EngineLifecycleSupport")
    if wanted is None:
        return paid
    if request.get("Engine") not in ("mysql", "postgres"):
        raise errors.invalid_combination("EngineLifecycleSupport is not supported for this engine.")
    if wanted not in (paid, f"{paid}-disabled"):
        raise errors.invalid_value(f"Invalid value for EngineLifecycleSupport: {wanted}.")
    return wanted
