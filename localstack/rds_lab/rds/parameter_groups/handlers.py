"""The part of the provider that is about parameter groups."""

from typing import TYPE_CHECKING, Any

from localstack.aws.api import RequestContext, handler

from rds_lab.rds.parameter_groups import operations

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region

Request = dict[str, Any]


class ParameterGroupHandlers:
    """Mixed into :class:`rds_lab.rds.provider.RdsProvider`; see :mod:`.operations`."""

    cloud: "Cloud"

    def _region(self, context: RequestContext) -> "Region":
        raise NotImplementedError

    @handler("CreateDBParameterGroup", expand=False)
    def create_db_parameter_group(self, context: RequestContext, request: Request) -> Request:
        """A group of one's own."""
        with self.cloud.lock:
            return operations.create(self.cloud, self._region(context), request)

    @handler("CopyDBParameterGroup", expand=False)
    def copy_db_parameter_group(self, context: RequestContext, request: Request) -> Request:
        """Another one with the same parameters."""
        with self.cloud.lock:
            return operations.copy(self.cloud, self._region(context), request)

    @handler("DescribeDBParameterGroups", expand=False)
    def describe_db_parameter_groups(self, context: RequestContext, request: Request) -> Request:
        """One or all."""
        with self.cloud.lock:
            return operations.describe(self._region(context), request)

    @handler("DeleteDBParameterGroup", expand=False)
    def delete_db_parameter_group(self, context: RequestContext, request: Request) -> Request:
        """One without members."""
        with self.cloud.lock:
            return operations.delete(self._region(context), request)

    @handler("ModifyDBParameterGroup", expand=False)
    def modify_db_parameter_group(self, context: RequestContext, request: Request) -> Request:
        """Set parameters."""
        with self.cloud.lock:
            return operations.modify(self.cloud, self._region(context), request)

    @handler("ResetDBParameterGroup", expand=False)
    def reset_db_parameter_group(self, context: RequestContext, request: Request) -> Request:
        """Back to the defaults."""
        with self.cloud.lock:
            return operations.reset(self.cloud, self._region(context), request)

    @handler("DescribeDBParameters", expand=False)
    def describe_db_parameters(self, context: RequestContext, request: Request) -> Request:
        """What is set, and what could be."""
        with self.cloud.lock:
            return operations.describe_parameters(self._region(context), request)
