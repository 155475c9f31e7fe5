"""MariaDB as an engine, under its own name and under MySQL's."""

from pathlib import Path

from rds_lab.engines.base import ServerSpec
from rds_lab.engines.engine import Ground
from rds_lab.engines.mariadb.labels import labels
from rds_lab.engines.mariadb.programs import Programs
from rds_lab.engines.mariadb.server import MariadbServer


class MariadbEngine:
    """See :class:`rds_lab.engines.engine.Engine`."""

    def __init__(self, name: str, ground: Ground, programs: Programs) -> None:
        self._name = name
        self._ground = ground
        self._programs = programs

    def versions(self) -> list[str]:
        """Full versions, oldest first: labels of the one server there is."""
        return labels(self._name)

    def server(self, spec: ServerSpec, home: Path) -> MariadbServer:
        """A server that is to live in ``home``; nothing is made yet."""
        return MariadbServer(spec, home, self._ground, self._programs)
