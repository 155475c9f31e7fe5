"""Threads that work on servers: one piece of work at a time for each server, many servers at once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress


class Workers:
    """Work in order by resource id, as the seam to the servers demands."""

    def __init__(self, threads: int = 16) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="rds-lab")
        self._lock = threading.Lock()
        self._last: dict[str, Future] = {}

    def submit(self, resource_id: str, work: Callable[[], object]) -> Future:
        """Run ``work`` once everything submitted before for this id has ended, well or not."""
        with self._lock:
            before = self._last.get(resource_id)

            def run() -> object:
                if before:
                    with suppress(Exception):
                        before.result()
                return work()

            future = self._pool.submit(run)
            self._last[resource_id] = future
        future.add_done_callback(lambda ended: self._forget(resource_id, ended))
        return future

    def _forget(self, resource_id: str, ended: Future) -> None:
        with self._lock:
            if self._last.get(resource_id) is ended:
                del self._last[resource_id]
