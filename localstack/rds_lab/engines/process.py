"""One running database server: start it until it takes connections, and end it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from rds_lab.engines import account
from rds_lab.engines.base import ServerError

START_DEADLINE = 60.0
# An orderly shutdown ends sessions and writes a checkpoint: milliseconds with so little memory.
STOP_DEADLINE = 15.0
KILL_DEADLINE = 5.0
_POLL = 0.01


class PortTaken(ServerError):
    """Somebody else listens on the port."""


class Process:
    """A started server. What differs between engines is in the attributes and three methods."""

    name = "The server"
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    def __init__(self, argv: Sequence[str], directory: Path, log: Path) -> None:
        self._log = log
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            self._process = account.start(argv, directory, output)
        finally:
            os.close(output)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The number of the process itself: what it was started with has become it."""
        return self._process.pid

    def alive(self) -> bool:
        """True until the server has ended, by whatever cause."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End sessions and keep all committed data."""
        if not self._end(self.stop_signal, STOP_DEADLINE):
            self.kill()

    def kill(self) -> None:
        """End at once; only for data that is about to be removed, or as the last resort."""
        if not self._end(self.kill_signal, KILL_DEADLINE):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def ready(self) -> bool:
        """Whether it takes connections."""
        raise NotImplementedError

    def port_taken(self, log: str) -> bool:
        """Whether the log says that it ended because of its port."""
        raise NotImplementedError

    def reason(self, log: str) -> str:
        """What of the log tells a person why it did not start."""
        raise NotImplementedError

    def _end(self, number: signal.Signals, deadline: float) -> bool:
        self._process.send_signal(number)
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_DEADLINE
        while not self.ready():
            if not self.alive():
                raise self._failure("did not start")
            if time.monotonic() > deadline:
                raise self._failure(f"was not ready after {START_DEADLINE:.0f} s")
            time.sleep(_POLL)

    def _failure(self, what: str) -> ServerError:
        log = self._log.read_text(errors="replace")
        kind = PortTaken if self.port_taken(log) else ServerError
        return kind(f"{self.name} {what}: {self.reason(log) or 'it wrote no log'}")
