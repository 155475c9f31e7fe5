"""One running ``postgres``."""

import signal
from pathlib import Path

from rds_lab.engines.postgres.binaries import Binaries
from rds_lab.engines.process import Process

_LOG_TAIL = 600


class Postmaster(Process):
    """A started server. ``directory`` is the data directory, ``log`` lies beside it."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT
    kill_signal = signal.SIGQUIT

    def __init__(self, binaries: Binaries, directory: Path, port: int, *options: str) -> None:
        self._directory = directory
        argv = [binaries.program("postgres"), "-D", str(directory), "-p", str(port), *options]
        super().__init__(argv, directory, directory.with_name("postgres.log"))

    def ready(self) -> bool:
        """Whether it takes connections."""
        # The eighth line of postmaster.pid is how pg_ctl waits, too. The first is the
        # process: a copied or crashed data directory can hold another one's file.
        try:
            lines = (self._directory / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def port_taken(self, log: str) -> bool:
        """Whether the log says that it ended because of its port."""
        return "Address already in use" in log

    def reason(self, log: str) -> str:
        """What of the log tells a person why it did not start."""
        return log[-_LOG_TAIL:].strip()
