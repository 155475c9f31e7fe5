"""Remove what a lab that was killed left behind: servers, their data, their sockets.

``python -m rds_lab.engines.sweep`` does it for the lab that the environment names. What runs with
a working directory below this lab's ``servers`` directory is its own, whoever's child it is now;
nothing else is touched, so labs of other checkouts and ports go on.
"""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

from rds_lab.engines import sockets
from rds_lab.paths import Paths, lab_paths

_PROGRAMS = frozenset({"postgres", "initdb", "mariadbd", "unshare"})
QUIT_DEADLINE = 5.0


def sweep(paths: Paths) -> int:
    """Leave nothing of a dead lab; returns how many processes were ended."""
    ended = _end_processes(paths.servers)
    shutil.rmtree(paths.servers, ignore_errors=True)
    sockets.remove(paths.socket_record)
    return ended


def processes(directory: Path) -> list[int]:
    """The servers' processes that work below ``directory``."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and _works_below(entry, directory):
                found.append(int(entry.name))
    return found


def _works_below(process: Path, directory: Path) -> bool:
    if Path(os.readlink(process / "exe").removesuffix(" (deleted)")).name not in _PROGRAMS:
        return False
    return Path(os.readlink(process / "cwd").removesuffix(" (deleted)")).is_relative_to(directory)


def _end_processes(directory: Path) -> int:
    # SIGQUIT first: a postmaster then ends its children and gives back its shared memory; to
    # mariadbd it means the same as SIGTERM.
    first = processes(directory)
    _signal(first, signal.SIGQUIT)
    deadline = time.monotonic() + QUIT_DEADLINE
    while (left := processes(directory)) and time.monotonic() < deadline:
        time.sleep(0.02)
    while left:
        _signal(left, signal.SIGKILL)
        time.sleep(0.02)
        left = processes(directory)
    return len(first)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


if __name__ == "__main__":
    if count := sweep(lab_paths()):
        print(f"Ended {count} server processes that a killed lab had left.")
