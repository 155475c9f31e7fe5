"""``python -m rds_lab.ready ENDPOINT PID SECONDS``: wait until the lab answers; for ``lab start``."""

import json
import sys
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

_POLL = 0.1
_TIMEOUT = 5.0
# Not through the proxy of this machine: the lab is on it.
_OPENER = build_opener(ProxyHandler({}))


def ready(endpoint: str) -> bool:
    """True once LocalStack serves the lab's routes."""
    try:
        for path in ("/_localstack/health", "/_localstack/rds-lab/config"):
            with _OPENER.open(endpoint + path, timeout=_TIMEOUT) as response:
                json.load(response)
    except (URLError, OSError, ValueError):
        return False
    return True


def alive(pid: int) -> bool:
    """False once the process has ended, or only waits to be reaped."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False


def main(endpoint: str, pid: int, seconds: float) -> int:
    """Exit code 0 when it is ready, 1 when it ended or took too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready(endpoint):
            return 0
        if not alive(pid):
            return 1
        time.sleep(_POLL)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
