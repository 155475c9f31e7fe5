"""Ports for new servers.

They are taken below the range from which the kernel gives ports to outgoing connections
(ip_local_port_range, 32768 and up on Linux), so that a server that is stopped for a moment
finds its port free when it starts again.
"""

import random
import socket

_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200


def free(port: int) -> bool:
    """True if nobody listens on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def candidates(wanted: int | None) -> list[int]:
    """Ports to try, in this order.

    A wanted port is a wish: RDS gives every instance a host of its own, so that all of them can
    have 5432, and here they share one.
    """
    others = random.sample(_RANGE, _ATTEMPTS)
    return [wanted, *others] if wanted else others
