"""Data directories to copy: one per version, made at first use, thrown away with the lab.

A copy takes 0.1 s where ``initdb`` and the roles of RDS take a second.
"""

import shutil
import subprocess
import threading
from collections import defaultdict
from pathlib import Path

from rds_lab.engines import account, copying
from rds_lab.engines.base import ServerError
from rds_lab.engines.postgres import config, roles, sql
from rds_lab.engines.postgres.binaries import Binaries
from rds_lab.engines.postgres.process import Postmaster

_INITDB = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1"]
_INITDB_DEADLINE = 120
# Only a unix socket: nothing is to be had from a template over the network.
LOCAL_ONLY = ("-c", "listen_addresses=", "-c", "ssl=off")


class Templates:
    """All templates of one lab."""

    def __init__(self, directory: Path, sockets: Path) -> None:
        self._directory = directory
        self._sockets = sockets
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def copy(self, binaries: Binaries, target: Path) -> None:
        """Put a fresh data directory at ``target``."""
        with self._locks[binaries.version]:
            template = self._directory / f"template-{binaries.version}" / "data"
            if not template.is_dir():
                self._make(binaries, template)
        copying.copy(template, target)

    def _make(self, binaries: Binaries, template: Path) -> None:
        building = template.with_name("building")
        shutil.rmtree(building, ignore_errors=True)
        building.parent.mkdir(parents=True, exist_ok=True)
        initialise(binaries, building)
        config.write(building, self._sockets, {})
        port = int(binaries.version.replace(".", ""))
        postmaster = Postmaster(binaries, building, port, *LOCAL_ONLY)
        try:
            with sql.connect(self._sockets, port) as connection:
                roles.bootstrap(connection)
        finally:
            postmaster.stop()
        building.rename(template)


def initialise(binaries: Binaries, directory: Path) -> None:
    """Make a data directory with nothing in it but the superuser."""
    argv = [binaries.program("initdb"), "-D", str(directory), "-U", sql.ADMIN, *_INITDB]
    process = account.start(argv, directory.parent, subprocess.PIPE)
    try:
        output, _ = process.communicate(timeout=_INITDB_DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    if process.returncode:
        raise ServerError(f"initdb failed: {output.decode(errors='replace')[-600:].strip()}")
