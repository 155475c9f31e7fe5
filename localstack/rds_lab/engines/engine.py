"""What an engine is: the versions it offers, and servers of its own kind.

A further engine is a package beside ``postgres`` and ``mariadb`` with an :class:`Engine` in it, and
a line in :mod:`.installed`. What all servers have in common is in :mod:`.server`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rds_lab.engines.base import Address, ServerSpec
from rds_lab.tls import Authority


@dataclass(frozen=True)
class Ground:
    """What the servers of one lab share."""

    servers: Path
    sockets: Path
    authority: Authority


class Server(Protocol):
    """One server. What each call promises stands at :class:`rds_lab.engines.base.Servers`."""

    @property
    def address(self) -> Address:
        """Where clients reach it."""

    def create(self, spec: ServerSpec) -> None:
        """Make the data, the process, the master user and the initial database."""

    def restore(self, spec: ServerSpec, copy: Path) -> None:
        """Go on, as another server, with data that :meth:`keep` has copied, master user and all."""

    def keep(self, target: Path) -> None:
        """Copy the data as it is at this moment."""

    def set_master_password(self, password: str) -> None:
        """Change the master user's password and give lost master privileges back."""

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """Replace all custom parameters."""

    def start(self) -> None:
        """Start on the port it had."""

    def stop(self) -> None:
        """Stop, keeping the data."""

    def upgrade(self, version: str) -> None:
        """Run the same data under another version; on failure under the old one again."""

    def destroy(self) -> None:
        """Stop and remove the data."""


class Engine(Protocol):
    """One value of RDS' ``Engine``."""

    def versions(self) -> list[str]:
        """Full versions, oldest first."""

    def server(self, spec: ServerSpec, home: Path) -> Server:
        """A server that is to live in ``home``; nothing is made yet."""
