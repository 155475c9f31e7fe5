"""From the parameters of a parameter group to PostgreSQL's settings.

The units are the same: RDS gives plain integers in those of PostgreSQL. What would take the lab's
hold of a server away is left out, and what sizes memory that is taken at the start is bounded
quietly: 150 servers share one machine.
"""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")
_INTEGER = re.compile(r"-?\d+")
_MOST = {
    "autovacuum_max_workers": 5,
    "max_connections": 1000,
    "max_locks_per_transaction": 1024,
    "max_parallel_workers": 8,
    "max_prepared_transactions": 1000,
    "max_wal_senders": 20,
    "max_worker_processes": 16,
    "pg_stat_statements.max": 1000,
    "shared_buffers": 4096,
    "track_activity_query_size": 16_384,
    "wal_buffers": 512,
}
_KEPT = frozenset(
    """archive_command config_file data_directory external_pid_file hba_file huge_pages ident_file
    listen_addresses log_destination log_directory log_filename logging_collector
    min_dynamic_shared_memory port restore_command unix_socket_directories unix_socket_group
    unix_socket_permissions wal_level""".split()
)


def settings(parameters: Mapping[str, str]) -> dict[str, str]:
    """Those that can be handed to the server."""
    given = {name.lower(): value.strip() for name, value in parameters.items()}
    own = {
        name: str(min(int(value), _MOST[name])) if name in _MOST else value
        for name, value in given.items()
        if value and _NAME.fullmatch(name) and not _is_kept(name, value)
    }
    # With the lab's own, which writes the least, there are no senders.
    if own.get("max_wal_senders", "0") != "0":
        own["wal_level"] = "replica"
    return own


def _is_kept(name: str, value: str) -> bool:
    if name in _KEPT or name.startswith(("rds.", "ssl")):
        return True
    # A formula over the memory of an instance class, which is not this machine's.
    return "{" in value or (name in _MOST and not _INTEGER.fullmatch(value))
