"""What every server has, whatever its engine: a directory, a port, and at times a process."""

import shutil
import time
from pathlib import Path

from rds_lab.engines import copying, ports
from rds_lab.engines.base import Address, ServerError
from rds_lab.engines.process import PortTaken, Process
from rds_lab.tls import HOST

_SAME_PORT_DEADLINE = 10.0


class LocalServer:
    """Calls are never concurrent; whoever holds the object sees to that."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "data"
        self.port = 0
        self._process: Process | None = None

    @property
    def address(self) -> Address:
        """The certificate is valid for this host."""
        return Address(HOST, self.port)

    def launch(self) -> Process:
        """Start the process on ``self.port``, or raise :class:`PortTaken`."""
        raise NotImplementedError

    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.alive()

    def start(self) -> None:
        """Start on the port it had, waiting for it a moment if it must."""
        if self.running():
            return
        deadline = time.monotonic() + _SAME_PORT_DEADLINE
        while True:
            try:
                self._process = self.launch()
                return
            except PortTaken:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def start_anywhere(self, wanted: int | None) -> None:
        """Start for the first time, if possible on the port that was asked for."""
        for self.port in ports.candidates(wanted):
            if not ports.free(self.port):
                continue
            try:
                self._process = self.launch()
                return
            except PortTaken:
                continue
        raise ServerError("No port is free for another server.")

    def stop(self) -> None:
        """Stop, keeping the data."""
        if self._process:
            self._process.stop()
            self._process = None

    def keep(self, target: Path) -> None:
        """Copy the data as it is at this moment."""
        with copying.paused(self.home):
            copying.copy(self.data, target)

    def destroy(self) -> None:
        """Stop and remove the data."""
        if self._process:
            self._process.kill()
            self._process = None
        shutil.rmtree(self.home, ignore_errors=True)
