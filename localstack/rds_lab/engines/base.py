"""The seam between the RDS state machine and the servers behind it.

The state machine (``rds_lab.rds``) decides *when* something happens to a server;
an implementation of :class:`Servers` does it. Calls block until the work is done, may
take seconds, are made from worker threads, and never concurrently for one resource id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class ServerSpec:
    """What a new server must be. ``resource_id`` (DbiResourceId) names it for all later calls."""

    resource_id: str
    engine: str
    version: str
    master_username: str
    master_password: str = field(repr=False)
    database: str | None = None
    port: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """Where clients reach a server: the certificate it presents is valid for ``host``."""

    host: str
    port: int


class ServerError(Exception):
    """A server could not do what was asked; the message says what its log says, without secrets."""


class Servers(Protocol):
    """Everything the state machine ever asks of database servers."""

    def versions(self, engine: str) -> list[str]:
        """Full engine versions ("16.14") that are offered here, oldest first."""

    def create(self, spec: ServerSpec) -> Address:
        """Make the server, its master user and its initial database, and start it."""

    def keep(self, resource_id: str, copy: str) -> None:
        """Copy the data as it is at this moment; ``copy`` names it for :meth:`restore`."""

    def restore(self, spec: ServerSpec, copy: str) -> Address:
        """Make a server of a copy and start it.

        Users, databases and passwords are those in the copy, whatever ``spec`` says; ``spec.version`` must
        be the version that wrote it.
        """

    def discard(self, copy: str) -> None:
        """Remove a copy. One that does not exist is not an error."""

    def set_master_password(self, resource_id: str, password: str) -> None:
        """Change the master user's password and give lost master privileges back."""

    def set_parameters(self, resource_id: str, parameters: Mapping[str, str]) -> None:
        """Replace all custom parameters, by their names and in the units of RDS.

        Dynamic ones take effect at once, static ones with the next start. ServerError tells of one that
        the running server refuses, after all others have taken effect, as far as the engine tells of
        such; one that it cannot start with makes that start fail.
        """

    def restart(self, resource_id: str) -> None:
        """Stop and start on the same port."""

    def stop(self, resource_id: str) -> None:
        """Stop, keeping the data."""

    def start(self, resource_id: str) -> None:
        """Start again on the same port."""

    def upgrade(self, resource_id: str, version: str) -> None:
        """Run the same data under a newer minor or major version, on the same port."""

    def destroy(self, resource_id: str) -> None:
        """Stop and remove the data. A resource id that does not exist is not an error."""

    def stop_all(self) -> None:
        """End every server at once, removing all data (the lab keeps nothing)."""
