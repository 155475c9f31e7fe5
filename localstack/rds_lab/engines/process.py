"""One running ``postgres``: start it until it takes connections, and end it."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from rds_lab.engines import account
from rds_lab.engines.base import ServerError
from rds_lab.engines.binaries import Binaries

START_DEADLINE = 60.0
# A fast shutdown ends sessions and writes a checkpoint: milliseconds with so little memory.
STOP_DEADLINE = 15.0
QUIT_DEADLINE = 5.0
_POLL = 0.01
_LOG_TAIL = 600


class PortTaken(ServerError):
    """Somebody else listens on the port."""


class Postmaster:
    """A started server. ``directory`` is the data directory, ``log`` lies beside it."""

    def __init__(self, binaries: Binaries, directory: Path, port: int, *options: str) -> None:
        self._directory = directory
        self._log = directory.with_name("postgres.log")
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            argv = [binaries.program("postgres"), "-D", str(directory), "-p", str(port), *options]
            self._process = account.start(argv, directory, log)
        finally:
            os.close(log)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def alive(self) -> bool:
        """True until the server has ended, by whatever cause."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End sessions and keep all committed data."""
        if not self._end(signal.SIGINT, STOP_DEADLINE):
            self.kill()

    def kill(self) -> None:
        """End at once; only for data that is about to be removed, or as the last resort."""
        if not self._end(signal.SIGQUIT, QUIT_DEADLINE):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _end(self, number: signal.Signals, deadline: float) -> bool:
        self._process.send_signal(number)
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_DEADLINE
        while not self._ready():
            if not self.alive():
                raise self._failure("did not start")
            if time.monotonic() > deadline:
                raise self._failure(f"was not ready after {START_DEADLINE:.0f} s")
            time.sleep(_POLL)

    def _ready(self) -> bool:
        # The eighth line of postmaster.pid is how pg_ctl waits, too. The first is the
        # process: a copied or crashed data directory can hold another one's file.
        try:
            lines = (self._directory / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _failure(self, what: str) -> ServerError:
        log = self._log.read_text(errors="replace")
        kind = PortTaken if "Address already in use" in log else ServerError
        return kind(f"PostgreSQL {what}: {log[-_LOG_TAIL:].strip() or 'it wrote no log'}")
