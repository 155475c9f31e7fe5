"""One emulated instance's server: a data directory, a port, and at times a process."""

import shutil
import time
from contextlib import AbstractContextManager
from pathlib import Path

from rds_lab.engines import config, ports, roles, sql
from rds_lab.engines.base import Address, ServerError, ServerSpec
from rds_lab.engines.binaries import Binaries
from rds_lab.engines.process import PortTaken, Postmaster
from rds_lab.engines.template import Templates
from rds_lab.tls import HOST, Authority

_SAME_PORT_DEADLINE = 10.0


class Server:
    """Calls are never concurrent; whoever holds the object sees to that."""

    def __init__(
        self, spec: ServerSpec, binaries: Binaries, home: Path, sockets: Path, authority: Authority
    ) -> None:
        self.master = spec.master_username
        self.binaries = binaries
        self.home = home
        self.data = home / "data"
        self.port = 0
        self._parameters = dict(spec.parameters)
        self.sockets = sockets
        self._authority = authority
        self._postmaster: Postmaster | None = None

    @property
    def address(self) -> Address:
        """The certificate is valid for this host."""
        return Address(HOST, self.port)

    def create(self, spec: ServerSpec, templates: Templates) -> None:
        """Make the data, the process, the master user and the initial database."""
        self.home.mkdir(parents=True)
        templates.copy(self.binaries, self.data)
        self.configure(self.data)
        self._start_anywhere(spec.port)
        for database in ("template1", "postgres"):
            with self.connect(database) as connection:
                if database == "template1":
                    roles.set_master(connection, self.master, spec.master_password)
                roles.own(connection, self.master)
        if spec.database:
            with self.connect() as connection:
                roles.create_database(connection, spec.database, self.master)

    def configure(self, data: Path) -> None:
        """Put configuration and a certificate into a data directory."""
        config.write(data, self.sockets, self._parameters)
        self._authority.issue(data)

    def connect(self, database: str = "postgres") -> AbstractContextManager[sql.Connection]:
        """A connection as the superuser."""
        return sql.connect(self.sockets, self.port, database)

    def start(self) -> None:
        """Start on the port it had, waiting for it a moment if it must."""
        if self._postmaster and self._postmaster.alive():
            return
        deadline = time.monotonic() + _SAME_PORT_DEADLINE
        while True:
            try:
                self._postmaster = Postmaster(self.binaries, self.data, self.port)
                return
            except PortTaken:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        """Stop, keeping the data."""
        if self._postmaster:
            self._postmaster.stop()
            self._postmaster = None

    def destroy(self) -> None:
        """Stop and remove the data."""
        if self._postmaster:
            self._postmaster.kill()
            self._postmaster = None
        shutil.rmtree(self.home, ignore_errors=True)

    def _start_anywhere(self, wanted: int | None) -> None:
        for self.port in ports.candidates(wanted):
            if not ports.free(self.port):
                continue
            try:
                self._postmaster = Postmaster(self.binaries, self.data, self.port)
                return
            except PortTaken:
                continue
        raise ServerError("No port is free for another server.")
