"""A MariaDB server behind an emulated instance of ``mariadb`` or ``mysql``."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pymysql

from rds_lab.engines import copying
from rds_lab.engines.base import ServerSpec
from rds_lab.engines.engine import Ground
from rds_lab.engines.mariadb import accounts, config, sql, template
from rds_lab.engines.mariadb.labels import announced
from rds_lab.engines.mariadb.process import Mariadbd
from rds_lab.engines.mariadb.programs import Programs
from rds_lab.engines.mariadb.variables import is_number, variables
from rds_lab.engines.server import LocalServer


class MariadbServer(LocalServer):
    """See :class:`rds_lab.engines.engine.Server`."""

    def __init__(self, spec: ServerSpec, home: Path, ground: Ground, programs: Programs) -> None:
        super().__init__(home)
        self._engine = spec.engine
        self._version = spec.version
        self._master = spec.master_username
        self._parameters = dict(spec.parameters)
        self._ground = ground
        self._programs = programs

    @property
    def _socket(self) -> Path:
        return self._ground.sockets / f".s.MARIADB.{self.port}"

    def create(self, spec: ServerSpec) -> None:
        """Make the data, the process, the master user and the initial database."""
        self.home.mkdir(parents=True)
        template.copy(self._programs, self._ground.servers, self.data)
        self._furnish()
        self.start_anywhere(spec.port)
        self.set_master_password(spec.master_password)
        if database := spec.database:
            self._administer(lambda connection: accounts.create_database(connection, database))

    def restore(self, spec: ServerSpec, copy: Path) -> None:
        """Go on, as another server, with data that another has left."""
        self.home.mkdir(parents=True)
        copying.copy(copy, self.data)
        self._furnish()
        self.start_anywhere(spec.port)

    def set_master_password(self, password: str) -> None:
        """Change the master user's password and give lost master privileges back."""
        self._administer(lambda connection: accounts.set_master(connection, self._master, password))

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """The file for the next start, and as much of it as the running server takes."""
        before, now = variables(self._parameters), variables(parameters)
        self._parameters = dict(parameters)
        self._configure()
        if not self.running():
            return
        base = config.base(self._engine)
        # In this order, because a character set brings its own collation with it.
        changed = sorted(
            name
            for name in before.keys() | now.keys()
            if before.get(name) != now.get(name) or name == "collation_server"
        )

        def apply(connection: sql.Connection) -> None:
            for name in changed:
                _set(connection, name, now.get(name, base.get(name)))

        self._administer(apply)

    def upgrade(self, version: str) -> None:
        """Run the same data under another label; on failure under the old one again."""
        old = self._version
        self.stop()
        try:
            self._version = version
            self.start()
        except BaseException:
            self._version = old
            self.start()
            raise

    def launch(self) -> Mariadbd:
        """Start the process on its port."""
        options = self._configure()
        return Mariadbd(self._programs, options, lambda: sql.answers(self._socket))

    def _furnish(self) -> None:
        """What lies beside the data."""
        self._ground.authority.issue(self.home)
        # Neither a plugin nor a file to read is in here.
        (self.home / "empty").mkdir()
        (self.home / "start.sql").write_text(accounts.EVERY_START)

    def _configure(self) -> Path:
        options = self.home / "my.cnf"
        places = {
            "basedir": self._programs.root,
            "datadir": self.data,
            "plugin_dir": self.home / "empty",
            "secure_file_priv": self.home / "empty",
            "init_file": self.home / "start.sql",
            "socket": self._socket,
            "port": self.port,
            "ssl_cert": self.home / "server.crt",
            "ssl_key": self.home / "server.key",
            "version": announced(self._engine, self._version),
        }
        config.write(options, self._engine, places, self._parameters)
        return options

    def _administer(self, work: Callable[[sql.Connection], None]) -> None:
        """Do it as rdsadmin, who comes back with a restart if the master user took something away."""
        try:
            with sql.connect(self._socket) as connection:
                work(connection)
        except sql.LockedOut:
            self.stop()
            self.start()
            with sql.connect(self._socket) as connection:
                work(connection)


def _set(connection: sql.Connection, name: str, value: str | None) -> None:
    literal = "DEFAULT" if value is None else value if is_number(value) else sql.text(value)
    # Static, unknown to MariaDB, or a value that it refuses: the next start will show.
    with contextlib.suppress(pymysql.MySQLError):
        sql.execute(connection, f"SET GLOBAL {sql.name(name)} = {literal}")
