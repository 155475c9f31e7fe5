"""PostgreSQL as an engine: the versions that npm installed."""

from collections.abc import Mapping
from pathlib import Path

from rds_lab.engines.base import ServerSpec
from rds_lab.engines.engine import Ground
from rds_lab.engines.postgres.binaries import Binaries
from rds_lab.engines.postgres.server import PostgresServer
from rds_lab.engines.postgres.template import Templates


class PostgresEngine:
    """See :class:`rds_lab.engines.engine.Engine`."""

    def __init__(self, ground: Ground, binaries: Mapping[str, Binaries]) -> None:
        self._ground = ground
        self._binaries = binaries
        self._templates = Templates(ground.servers, ground.sockets)

    def versions(self) -> list[str]:
        """Full versions that can really run here, oldest first."""
        return list(self._binaries)

    def server(self, spec: ServerSpec, home: Path) -> PostgresServer:
        """A server that is to live in ``home``; nothing is made yet."""
        return PostgresServer(spec, home, self._ground, self._binaries, self._templates)
