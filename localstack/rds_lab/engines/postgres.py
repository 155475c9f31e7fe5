"""Real PostgreSQL servers behind emulated instances: the implementation of the seam."""

import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from rds_lab.engines import roles, sockets, upgrade
from rds_lab.engines.base import Address, ServerError, ServerSpec
from rds_lab.engines.binaries import Binaries
from rds_lab.engines.server import Server
from rds_lab.engines.sweep import sweep
from rds_lab.engines.template import Templates
from rds_lab.paths import Paths
from rds_lab.tls import Authority

ENGINE = "postgres"
_RESOURCE_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class PostgresServers:
    """See :class:`rds_lab.engines.base.Servers` for what each call promises."""

    def __init__(self, paths: Paths, binaries: Mapping[str, Binaries]) -> None:
        sweep(paths)
        paths.servers.mkdir(parents=True, mode=0o700)
        self._paths = paths
        self._binaries = binaries
        self._authority = Authority.load_or_create(paths.ca_certificate, paths.ca_key)
        self._sockets = sockets.make(paths.socket_record)
        self._templates = Templates(paths.servers, self._sockets)
        self._servers: dict[str, Server] = {}
        self._closed = False
        self._lock = threading.Lock()

    def versions(self, engine: str) -> list[str]:
        """Full engine versions that can really run here, oldest first."""
        return list(self._binaries) if engine == ENGINE else []

    def create(self, spec: ServerSpec) -> Address:
        """Make the server, its master user and its initial database, and start it."""
        if not _RESOURCE_ID.fullmatch(spec.resource_id):
            raise ServerError("The resource id cannot be the name of a directory.")
        binaries = self._binaries_of(spec.engine, spec.version)
        server = Server(
            spec, binaries, self._paths.servers / spec.resource_id, self._sockets, self._authority
        )
        with self._lock:
            if self._closed:
                raise ServerError("The lab is stopping.")
            if spec.resource_id in self._servers:
                raise ServerError(f"A server {spec.resource_id} exists already.")
            self._servers[spec.resource_id] = server
        try:
            server.create(spec, self._templates)
        except BaseException:
            self.destroy(spec.resource_id)
            raise
        return server.address

    def set_master_password(self, resource_id: str, password: str) -> None:
        """Change the master user's password and give lost master privileges back."""
        server = self._server(resource_id)
        with server.connect() as connection:
            roles.set_master(connection, server.master, password)

    def restart(self, resource_id: str) -> None:
        """Stop and start on the same port."""
        server = self._server(resource_id)
        server.stop()
        server.start()

    def stop(self, resource_id: str) -> None:
        """Stop, keeping the data."""
        self._server(resource_id).stop()

    def start(self, resource_id: str) -> None:
        """Start again on the same port."""
        self._server(resource_id).start()

    def upgrade(self, resource_id: str, version: str) -> None:
        """Run the same data under a newer minor or major version, on the same port."""
        server = self._server(resource_id)
        upgrade.upgrade(server, self._binaries_of(ENGINE, version))

    def destroy(self, resource_id: str) -> None:
        """Stop and remove the data. A resource id that does not exist is not an error."""
        with self._lock:
            server = self._servers.pop(resource_id, None)
        if server:
            server.destroy()

    def stop_all(self) -> None:
        """End every server at once, removing all data. No server can be made after it."""
        with self._lock:
            self._closed = True
            servers = list(self._servers.values())
            self._servers.clear()
        with ThreadPoolExecutor(max_workers=16) as pool:
            list(pool.map(Server.destroy, servers))
        # A create may still have been under way; this ends what it started.
        sweep(self._paths)

    def _server(self, resource_id: str) -> Server:
        with self._lock:
            server = self._servers.get(resource_id)
        if server is None:
            raise ServerError(f"There is no server {resource_id}.")
        return server

    def _binaries_of(self, engine: str, version: str) -> Binaries:
        if version not in self.versions(engine):
            raise ServerError(f"{engine} {version} cannot run here.")
        return self._binaries[version]
