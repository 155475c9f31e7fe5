"""Database servers refuse to run as root; this makes them run all the same, with no account needed.

As root they run in a user namespace of their own in which they are user 1000. Another account would
not do: it could not enter a checkout that lies below a directory only root may enter.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_AS_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
# A fixed locale and no PG* variables: the caller's environment must not change a server.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def start(argv: Sequence[str], directory: Path, output: int) -> subprocess.Popen[bytes]:
    """Start a program in ``directory``, in a process group of its own."""
    prefix = _AS_USER if os.geteuid() == 0 else []
    return subprocess.Popen(
        [*prefix, *argv],
        cwd=directory,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
