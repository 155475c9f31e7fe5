"""Copies of data directories: of templates, and of servers that run."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from rds_lab.engines.base import ServerError
from rds_lab.engines.sweep import processes

_STOP_DEADLINE = 5.0


def copy(source: Path, target: Path) -> None:
    """Put what is at ``source`` at ``target``, with owners and times."""
    argv = ["cp", "-a", "--reflink=auto", str(source), str(target)]
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        raise ServerError(f"{source.name} could not be copied: {done.stderr.strip()[-300:]}")


@contextlib.contextmanager
def paused(home: Path) -> Iterator[None]:
    """Nothing of the server that lives in ``home`` runs meanwhile.

    What is copied then is what is left after a crash, which a server repairs when it starts: RDS's snapshots
    are no more than that, as they are taken of the volume (RDS user guide, "Creating a DB snapshot").
    """
    stopped: list[int] = []
    try:
        # One that is not stopped yet may start another.
        while running := [pid for pid in processes(home) if pid not in stopped]:
            for pid in running:
                _stop(pid)
            stopped += running
        yield
    finally:
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _stop(pid: int) -> None:
    deadline = time.monotonic() + _STOP_DEADLINE
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, signal.SIGSTOP)
        while _state(pid) not in "TtZX":
            if time.monotonic() > deadline:
                raise ServerError("The server could not be paused.")
            time.sleep(0.001)


def _state(pid: int) -> str:
    """One letter (proc(5)); the name before it may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
