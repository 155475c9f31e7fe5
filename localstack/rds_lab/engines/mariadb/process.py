"""One running ``mariadbd``."""

from collections.abc import Callable
from pathlib import Path

from rds_lab.engines.mariadb.programs import Programs
from rds_lab.engines.process import Process

_LINES = 3
_LONGEST = 600


class Mariadbd(Process):
    """A started server; its directory is ``data`` beside the option file."""

    name = "MariaDB"

    def __init__(self, programs: Programs, options: Path, answers: Callable[[], bool]) -> None:
        self._answers = answers
        # The option file must be the first argument: then no other file is read.
        argv = [str(programs.server), f"--defaults-file={options}"]
        super().__init__(argv, options.with_name("data"), options.with_name("mariadb.log"))

    def ready(self) -> bool:
        """Whether it takes connections."""
        # Its socket is there long before; and one that ended left its own behind.
        return self.alive() and self._answers()

    def port_taken(self, log: str) -> bool:
        """Whether the log says that it ended because of its port."""
        return "Bind on TCP/IP port" in log

    def reason(self, log: str) -> str:
        """What of the log tells a person why it did not start."""
        lines = log.splitlines()
        said = [line.partition("[ERROR] ")[2] for line in lines if "[ERROR]" in line] or lines[-_LINES:]
        return " ".join(said[:_LINES])[:_LONGEST].strip()
