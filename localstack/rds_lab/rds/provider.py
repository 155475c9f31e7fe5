"""The RDS that LocalStack serves: every call to its operation, under one lock; the rest to moto."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from localstack.aws.api import RequestContext, handler

from rds_lab.engines.base import Servers
from rds_lab.neighbours.base import Finder
from rds_lab.rds import describe
from rds_lab.rds.account_handlers import AccountHandlers
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.happenings.board import Happenings
from rds_lab.rds.operations import (
    copy_snapshot,
    create,
    delete,
    groups,
    look,
    metadata,
    modify,
    power,
    restore,
    snapshot,
    tagging,
)
from rds_lab.rds.parameter_groups.handlers import ParameterGroupHandlers
from rds_lab.rds.settings import Settings

Request = dict[str, Any]


class RdsProvider(ParameterGroupHandlers, AccountHandlers):
    """One method an operation; what is not here, and what raises NotImplementedError, goes to moto."""

    service = "rds"
    version = "2014-10-31"

    def __init__(
        self,
        settings: Settings,
        servers: Servers,
        neighbours: Finder,
        clock: Callable[[], float] = time.time,
        ticking: bool = True,
        happenings: Happenings | None = None,
    ) -> None:
        self.cloud = Cloud(settings, servers, neighbours, clock, ticking, happenings or Happenings())

    def _region(self, context: RequestContext) -> Region:
        return self.cloud.region(context.account_id, context.region)

    def _shown(self, region: Region, instance: Any) -> dict[str, Any]:
        return {"DBInstance": describe.instance(region, instance, self.cloud.now())}

    @handler("CreateDBInstance", expand=False)
    def create_db_instance(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.create`."""
        with self.cloud.lock:
            region = self._region(context)
            return self._shown(region, create.create(self.cloud, region, request))

    @handler("ModifyDBInstance", expand=False)
    def modify_db_instance(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.modify`."""
        with self.cloud.lock:
            region = self._region(context)
            instance = look.find(region, request.get("DBInstanceIdentifier"))
            before = describe.instance(region, instance, self.cloud.now())
            modify.modify(self.cloud, region, instance, request)
            look.keep_picture(self.cloud, instance, before)
            return self._shown(region, instance)

    @handler("DeleteDBInstance", expand=False)
    def delete_db_instance(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.delete`."""
        with self.cloud.lock:
            region = self._region(context)
            instance = look.find(region, request.get("DBInstanceIdentifier"))
            delete.delete(self.cloud, region, instance, request)
            return self._shown(region, instance)

    @handler("RebootDBInstance", expand=False)
    def reboot_db_instance(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.power`."""
        failover = bool(request.get("ForceFailover"))
        return self._power(context, request, partial(power.reboot, failover=failover))

    @handler("StopDBInstance", expand=False)
    def stop_db_instance(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.power`."""
        named = request.get("DBSnapshotIdentifier")
        return self._power(context, request, partial(power.stop, snapshot_name=named))

    @handler("StartDBInstance", expand=False)
    def start_db_instance(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.power`."""
        return self._power(context, request, power.start)

    def _power(self, context: RequestContext, request: Request, act: Callable[..., None]) -> dict[str, Any]:
        with self.cloud.lock:
            region = self._region(context)
            instance = look.find(region, request.get("DBInstanceIdentifier"))
            act(self.cloud, region, instance)
            return self._shown(region, instance)

    @handler("DescribeDBInstances", expand=False)
    def describe_db_instances(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.look`."""
        with self.cloud.lock:
            return look.instances(self.cloud, self._region(context), request)

    @handler("DescribeDBSnapshots", expand=False)
    def describe_db_snapshots(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.look`."""
        with self.cloud.lock:
            return look.snapshots(self._region(context), request)

    @handler("CreateDBSnapshot", expand=False)
    def create_db_snapshot(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.snapshot`."""
        with self.cloud.lock:
            region = self._region(context)
            instance = look.find(region, request.get("DBInstanceIdentifier"))
            return {"DBSnapshot": snapshot.create(self.cloud, region, instance, request)}

    @handler("CopyDBSnapshot", expand=False)
    def copy_db_snapshot(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.copy_snapshot`."""
        with self.cloud.lock:
            return {"DBSnapshot": copy_snapshot.copy(self.cloud, self._region(context), request)}

    @handler("RestoreDBInstanceFromDBSnapshot", expand=False)
    def restore_db_instance_from_db_snapshot(
        self, context: RequestContext, request: Request
    ) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.restore`."""
        with self.cloud.lock:
            region = self._region(context)
            return self._shown(region, restore.from_snapshot(self.cloud, region, request))

    @handler("RestoreDBInstanceToPointInTime", expand=False)
    def restore_db_instance_to_point_in_time(
        self, context: RequestContext, request: Request
    ) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.restore`."""
        with self.cloud.lock:
            region = self._region(context)
            return self._shown(region, restore.to_point_in_time(self.cloud, region, request))

    @handler("DeleteDBSnapshot", expand=False)
    def delete_db_snapshot(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.look`."""
        with self.cloud.lock:
            return look.delete_snapshot(self.cloud, self._region(context), request)

    @handler("DescribeEvents", expand=False)
    def describe_events(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.look`."""
        with self.cloud.lock:
            return look.events(self.cloud, self._region(context), request)

    @handler("AddTagsToResource", expand=False)
    def add_tags_to_resource(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.tagging`."""
        with self.cloud.lock:
            return tagging.add(self.cloud, self._region(context), request)

    @handler("RemoveTagsFromResource", expand=False)
    def remove_tags_from_resource(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.tagging`."""
        with self.cloud.lock:
            return tagging.remove(self.cloud, self._region(context), request)

    @handler("ListTagsForResource", expand=False)
    def list_tags_for_resource(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.tagging`."""
        with self.cloud.lock:
            return tagging.listed(self.cloud, self._region(context), request)

    @handler("DescribeDBEngineVersions", expand=False)
    def describe_db_engine_versions(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.metadata`."""
        return metadata.engine_versions(self.cloud, request)

    @handler("DescribeOrderableDBInstanceOptions", expand=False)
    def describe_orderable_options(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.metadata`."""
        return metadata.orderable_options(self.cloud, self._region(context), request)

    @handler("DescribeDBSubnetGroups", expand=False)
    def describe_db_subnet_groups(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.groups`."""
        with self.cloud.lock:
            return groups.describe_subnet_groups(self._region(context), request)

    @handler("CreateDBSubnetGroup", expand=False)
    def create_db_subnet_group(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.groups`."""
        with self.cloud.lock:
            return groups.create_subnet_group(self._region(context), request)

    @handler("DeleteDBSubnetGroup", expand=False)
    def delete_db_subnet_group(self, context: RequestContext, request: Request) -> dict[str, Any]:
        """See :mod:`rds_lab.rds.operations.groups`."""
        with self.cloud.lock:
            return groups.delete_subnet_group(self._region(context), request)


def dispatch_table(provider: RdsProvider) -> Any:
    """Our methods first, moto for the rest."""
    from localstack.aws.forwarder import ForwardingFallbackDispatcher
    from localstack.aws.spec import load_service
    from localstack.services.moto import _proxy_moto

    table = ForwardingFallbackDispatcher(provider, _proxy_moto)
    for operation in load_service("rds").operation_names:
        table.setdefault(operation, _proxy_moto)
    return table
