"""A PostgreSQL server behind an emulated instance."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from rds_lab.engines import copying
from rds_lab.engines.base import ServerError, ServerSpec
from rds_lab.engines.engine import Ground
from rds_lab.engines.postgres import config, roles, sql, upgrade
from rds_lab.engines.postgres.binaries import Binaries
from rds_lab.engines.postgres.process import Postmaster
from rds_lab.engines.postgres.template import Templates
from rds_lab.engines.server import LocalServer

_RELOAD_DEADLINE = 10.0
# What only waits for a restart is an error there, too.
_REFUSED = """
    SELECT file.name FROM pg_file_settings file
    JOIN pg_settings setting ON lower(setting.name) = lower(file.name)
    WHERE file.error IS NOT NULL AND setting.context <> 'postmaster' ORDER BY file.name
"""


class PostgresServer(LocalServer):
    """See :class:`rds_lab.engines.engine.Server`."""

    def __init__(
        self,
        spec: ServerSpec,
        home: Path,
        ground: Ground,
        versions: Mapping[str, Binaries],
        templates: Templates,
    ) -> None:
        super().__init__(home)
        self.master = spec.master_username
        self.binaries = versions[spec.version]
        self.sockets = ground.sockets
        self._versions = versions
        self._templates = templates
        self._parameters = dict(spec.parameters)
        self._authority = ground.authority

    def create(self, spec: ServerSpec) -> None:
        """Make the data, the process, the master user and the initial database."""
        self.home.mkdir(parents=True)
        self._templates.copy(self.binaries, self.data)
        self.configure(self.data)
        self.start_anywhere(spec.port)
        for database in ("template1", "postgres"):
            with self.connect(database) as connection:
                if database == "template1":
                    roles.set_master(connection, self.master, spec.master_password)
                roles.own(connection, self.master)
        if spec.database:
            with self.connect() as connection:
                roles.create_database(connection, spec.database, self.master)

    def restore(self, spec: ServerSpec, copy: Path) -> None:
        """Go on, as another server, with data that another has left."""
        self.home.mkdir(parents=True)
        copying.copy(copy, self.data)
        # It names the process of that other one.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.configure(self.data)
        self.start_anywhere(spec.port)

    def set_master_password(self, password: str) -> None:
        """Change the master user's password and give lost master privileges back."""
        with self.connect() as connection:
            roles.set_master(connection, self.master, password)

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """PostgreSQL itself knows which of its settings can change while it runs."""
        self._parameters = dict(parameters)
        config.write(self.data, self.sockets, self._parameters)
        if self.running():
            self._reload()

    def upgrade(self, version: str) -> None:
        """Run the same data under another version; on failure under the old one again."""
        upgrade.upgrade(self, self._versions[version])

    def configure(self, data: Path) -> None:
        """Put configuration and a certificate into a data directory."""
        config.write(data, self.sockets, self._parameters)
        self._authority.issue(data)

    def connect(self, database: str = "postgres") -> AbstractContextManager[sql.Connection]:
        """A connection as the superuser."""
        return sql.connect(self.sockets, self.port, database)

    def launch(self) -> Postmaster:
        """Start the process on its port."""
        return Postmaster(self.binaries, self.data, self.port)

    def _reload(self) -> None:
        before = self._loaded_at()
        with self.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        # A new session begins with what the postmaster has read; when it reads is its own affair.
        deadline = time.monotonic() + _RELOAD_DEADLINE
        while self._loaded_at() == before:
            if time.monotonic() > deadline:
                raise ServerError("PostgreSQL did not read its new parameters in time.")
            time.sleep(0.02)
        with self.connect() as connection:
            refused = connection.execute(_REFUSED).fetchall()
        if refused:
            names = ", ".join(name for (name,) in refused)
            raise ServerError(f"PostgreSQL does not take the values of {names}.")

    def _loaded_at(self) -> object:
        with self.connect() as connection:
            return connection.execute("SELECT pg_conf_load_time()").fetchone()
