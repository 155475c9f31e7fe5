"""Real servers behind emulated instances, of all engines: the implementation of the seam."""

import re
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rds_lab.engines import installed, sockets
from rds_lab.engines.base import Address, ServerError, ServerSpec
from rds_lab.engines.engine import Ground, Server
from rds_lab.engines.sweep import sweep
from rds_lab.paths import Paths
from rds_lab.tls import Authority

_RESOURCE_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class LocalServers:
    """See :class:`rds_lab.engines.base.Servers` for what each call promises."""

    def __init__(self, paths: Paths) -> None:
        sweep(paths)
        paths.servers.mkdir(parents=True, mode=0o700)
        self._paths = paths
        self._engines = installed.engines(
            Ground(
                servers=paths.servers,
                sockets=sockets.make(paths.socket_record),
                authority=Authority.load_or_create(paths.ca_certificate, paths.ca_key),
            )
        )
        self._servers: dict[str, tuple[str, Server]] = {}
        self._closed = False
        self._lock = threading.Lock()

    def versions(self, engine: str) -> list[str]:
        """Full engine versions that are offered here, oldest first."""
        return self._engines[engine].versions() if engine in self._engines else []

    def create(self, spec: ServerSpec) -> Address:
        """Make the server, its master user and its initial database, and start it."""
        return self._make(spec, lambda server: server.create(spec))

    def keep(self, resource_id: str, copy: str) -> None:
        """Copy the data as it is at this moment."""
        target = self._copy(copy)
        target.parent.mkdir(exist_ok=True)
        self._server(resource_id).keep(target)

    def restore(self, spec: ServerSpec, copy: str) -> Address:
        """Make a server of a copy and start it."""
        source = self._copy(copy)
        if not source.is_dir():
            raise ServerError(f"There is no copy {copy}.")
        return self._make(spec, lambda server: server.restore(spec, source))

    def discard(self, copy: str) -> None:
        """Remove a copy. One that does not exist is not an error."""
        shutil.rmtree(self._copy(copy), ignore_errors=True)

    def _make(self, spec: ServerSpec, act: Callable[[Server], None]) -> Address:
        _check_name(spec.resource_id)
        self._check(spec.engine, spec.version)
        server = self._engines[spec.engine].server(spec, self._paths.servers / spec.resource_id)
        with self._lock:
            if self._closed:
                raise ServerError("The lab is stopping.")
            if spec.resource_id in self._servers:
                raise ServerError(f"A server {spec.resource_id} exists already.")
            self._servers[spec.resource_id] = spec.engine, server
        try:
            act(server)
        except BaseException:
            self.destroy(spec.resource_id)
            raise
        return server.address

    def _copy(self, name: str) -> Path:
        _check_name(name)
        return self._paths.servers / "copies" / name

    def set_master_password(self, resource_id: str, password: str) -> None:
        """Change the master user's password and give lost master privileges back."""
        self._server(resource_id).set_master_password(password)

    def set_parameters(self, resource_id: str, parameters: Mapping[str, str]) -> None:
        """Replace all custom parameters: dynamic ones now, static ones with the next start."""
        self._server(resource_id).set_parameters(parameters)

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
        engine, server = self._entry(resource_id)
        self._check(engine, version)
        server.upgrade(version)

    def destroy(self, resource_id: str) -> None:
        """Stop and remove the data. A resource id that does not exist is not an error."""
        with self._lock:
            _, server = self._servers.pop(resource_id, (None, None))
        if server:
            server.destroy()

    def stop_all(self) -> None:
        """End every server at once, removing all data. No server can be made after it."""
        with self._lock:
            self._closed = True
            servers = [server for _, server in self._servers.values()]
            self._servers.clear()
        with ThreadPoolExecutor(max_workers=16) as pool:
            list(pool.map(lambda server: server.destroy(), servers))
        # A create may still have been under way; this ends what it started.
        sweep(self._paths)

    def _server(self, resource_id: str) -> Server:
        return self._entry(resource_id)[1]

    def _entry(self, resource_id: str) -> tuple[str, Server]:
        with self._lock:
            entry = self._servers.get(resource_id)
        if entry is None:
            raise ServerError(f"There is no server {resource_id}.")
        return entry

    def _check(self, engine: str, version: str) -> None:
        if version not in self.versions(engine):
            raise ServerError(f"{engine} {version} cannot run here.")


def _check_name(name: str) -> None:
    if not _RESOURCE_ID.fullmatch(name):
        raise ServerError("This cannot be the name of a directory.")
