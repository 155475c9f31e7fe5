"""The parts of one lab, made once per LocalStack process."""

from functools import cache

from rds_lab.admin.calls import Calls
from rds_lab.admin.faults import Faults
from rds_lab.engines.servers import LocalServers
from rds_lab.iam.enforcer import Enforcer
from rds_lab.paths import lab_paths
from rds_lab.rds.happenings.board import Happenings
from rds_lab.rds.settings import Settings


class Lab:
    """What the plugin's hooks and services share."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.servers = LocalServers(lab_paths())
        self.calls = Calls()
        self.faults = Faults()
        self.happenings = Happenings()
        self.enforcer = Enforcer(self.happenings)


@cache
def lab() -> Lab:
    """The lab of this process."""
    return Lab()
