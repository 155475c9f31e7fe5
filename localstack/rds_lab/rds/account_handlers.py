"""The part of the provider that only tells: quotas, certificates, what could be modified."""

from typing import TYPE_CHECKING, Any

from localstack.aws.api import RequestContext, handler

from rds_lab.rds.operations import account

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region

Request = dict[str, Any]


class AccountHandlers:
    """Mixed into :class:`rds_lab.rds.provider.RdsProvider`; see :mod:`rds_lab.rds.operations.account`."""

    cloud: "Cloud"

    def _region(self, context: RequestContext) -> "Region":
        raise NotImplementedError

    @handler("DescribeAccountAttributes", expand=False)
    def describe_account_attributes(self, context: RequestContext, request: Request) -> Request:
        """Quotas."""
        with self.cloud.lock:
            return account.attributes(self.cloud, self._region(context))

    @handler("DescribeCertificates", expand=False)
    def describe_certificates(self, context: RequestContext, request: Request) -> Request:
        """Certificate authorities."""
        with self.cloud.lock:
            return account.certificates(self._region(context), request)

    @handler("DescribePendingMaintenanceActions", expand=False)
    def describe_pending_maintenance_actions(self, context: RequestContext, request: Request) -> Request:
        """None."""
        with self.cloud.lock:
            return account.pending_maintenance(self._region(context), request)

    @handler("DescribeDBInstanceAutomatedBackups", expand=False)
    def describe_automated_backups(self, context: RequestContext, request: Request) -> Request:
        """Those that outlived their instances."""
        with self.cloud.lock:
            return account.automated_backups(self._region(context), request)

    @handler("DescribeValidDBInstanceModifications", expand=False)
    def describe_valid_modifications(self, context: RequestContext, request: Request) -> Request:
        """Storage."""
        with self.cloud.lock:
            return account.valid_modifications(self._region(context), request)
