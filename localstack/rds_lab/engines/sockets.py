"""The private directory of the unix sockets over which the lab administers its servers.

A socket's path may have 107 bytes (``sun_path``), less than many checkouts have, so the directory
lies in the system's temporary directory; a record below the run-time files makes sure that it is
found and removed after a crash, too.
"""

import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "rds-lab-"
_LONGEST = 107 - len("/.s.PGSQL.65535.lock")


def make(record: Path) -> Path:
    """A new directory that only this user can enter, written down in ``record``."""
    record.parent.mkdir(parents=True, exist_ok=True)
    parent = tempfile.gettempdir()
    if len(parent) + len(_PREFIX) + 10 > _LONGEST:
        parent = "/tmp"
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    record.write_text(str(directory))
    return directory


def remove(record: Path) -> None:
    """Remove what :func:`make` made; a record that names anything else is not believed."""
    try:
        directory = Path(record.read_text())
        status = directory.lstat()
    except (OSError, ValueError):
        record.unlink(missing_ok=True)
        return
    if directory.name.startswith(_PREFIX) and status.st_uid == os.geteuid() and not directory.is_symlink():
        shutil.rmtree(directory, ignore_errors=True)
    record.unlink(missing_ok=True)
