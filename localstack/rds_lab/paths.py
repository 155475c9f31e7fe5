"""Where things live: run-time files below one directory, server binaries in another.

Both come from the environment so that several labs run side by side; the ``lab`` script sets
them, and the defaults are those of a checkout.
"""

import os
from dataclasses import dataclass
from pathlib import Path

VAR_ENV = "RDS_LAB_VAR"
BINARIES_ENV = "RDS_LAB_BINARIES"
_CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Paths:
    """The run-time files of one lab. All that a stopped lab may leave is the CA, logs and the audit."""

    var: Path

    @property
    def ca_certificate(self) -> Path:
        """What clients of the servers trust."""
        return self.var / "ca.pem"

    @property
    def ca_key(self) -> Path:
        """Signs server certificates; readable by its owner only."""
        return self.var / "ca.key"

    @property
    def audit(self) -> Path:
        """Every decision about roles, written when the lab is stopped."""
        return self.var / "audit.json"

    @property
    def servers(self) -> Path:
        """Data directories of all servers, and nothing else: whatever runs in there is ours."""
        return self.var / "servers"

    @property
    def socket_record(self) -> Path:
        """Names the socket directory, which lies elsewhere because its path must be short."""
        return self.var / "sockets"


def lab_paths() -> Paths:
    """The paths of the lab this process belongs to."""
    return Paths(Path(os.environ.get(VAR_ENV) or _CHECKOUT / "var").resolve())


def binaries_directory() -> Path:
    """The ``node_modules`` that holds the server packages."""
    return Path(os.environ.get(BINARIES_ENV) or _CHECKOUT / "node_modules").resolve()
