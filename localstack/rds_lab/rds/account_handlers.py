"""The part of the provider that only tells: quotas, certificates, backups, what could be modified."""

from typing import TYPE_CHECKING, Any

from localstack.aws.api import RequestContext, handler

from rds_lab.rds.operations import account, backups

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
        """See :mod:`rds_lab.rds.operations.backups`."""
        with self.cloud.lock:
            return backups.describe(self._region(context), request)

    @handler("DeleteDBInstanceAutomatedBackup", expand=False)
    def delete_automated_backup(self, context: RequestContext, request: Request) -> Request:
        """See :mod:`rds_lab.rds.operations.backups`."""
        with self.cloud.lock:
            return backups.delete(self.cloud, self._region(context), request)

    @handler("DescribeValidDBInstanceModifications", expand=False)
    def describe_valid_modifications(self, context: RequestContext, request: Request) -> Request:
        """Storage."""
        with self.cloud.lock:
            return account.valid_modifications(self._region(context), request)
