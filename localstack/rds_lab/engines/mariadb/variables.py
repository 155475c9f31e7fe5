"""From the parameters of a parameter group to MariaDB's variables.

What would take the lab's hold of a server away is left out, and what sizes memory is bounded
quietly: 150 servers share one machine.
"""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MIB = 1 << 20
_BOUNDS = {
    "innodb_buffer_pool_size": (6 * _MIB, 32 * _MIB),
    "innodb_log_buffer_size": (_MIB, 4 * _MIB),
    "innodb_log_file_size": (4 * _MIB, 16 * _MIB),
    "innodb_redo_log_capacity": (8 * _MIB, 32 * _MIB),
    "innodb_sort_buffer_size": (64 << 10, _MIB),
    "join_buffer_size": (128, 4 * _MIB),
    "key_buffer_size": (0, 4 * _MIB),
    "max_connections": (1, 1000),
    "max_heap_table_size": (16 << 10, 64 * _MIB),
    "query_cache_size": (0, 4 * _MIB),
    "read_buffer_size": (8192, 4 * _MIB),
    "read_rnd_buffer_size": (1, 4 * _MIB),
    "sort_buffer_size": (32 << 10, 4 * _MIB),
    "table_definition_cache": (400, 2000),
    "table_open_cache": (1, 2000),
    "thread_cache_size": (0, 100),
    "tmp_table_size": (1024, 64 * _MIB),
}
_KEPT = frozenset(
    """basedir bind_address datadir init_file pid_file plugin_dir plugin_load plugin_load_add port
    secure_file_priv server_id skip_grant_tables skip_name_resolve skip_networking socket tmpdir user
    version innodb_data_home_dir innodb_log_group_home_dir innodb_data_file_path""".split()
)
# MySQL 8.0 orders by a newer Unicode than MariaDB 10.11 knows.
_COLLATIONS = {"utf8mb4_0900_ai_ci": "utf8mb4_unicode_520_ci", "utf8mb4_0900_as_cs": "utf8mb4_bin"}
# Named zones need tables that the package does not fill.
_ZONES = {"UTC": "+00:00"}
_OFFSET = re.compile(r"[+-]\d\d:\d\d|SYSTEM")


# MySQL's newer names of what MariaDB 10.11 has under the old one.
_NAMES = {"transaction_isolation": "tx_isolation"}


def variables(parameters: Mapping[str, str]) -> dict[str, str]:
    """Those that can be handed to the server, by MariaDB's names."""
    given = {name.lower(): value.strip() for name, value in parameters.items()}
    return {
        _NAMES.get(name, name): _value(name, value)
        for name, value in given.items()
        if value and _NAME.fullmatch(name) and not _is_kept(name, value)
    }


def is_number(value: str) -> bool:
    """Whether SQL wants it without quotes."""
    return bool(_NUMBER.fullmatch(value))


def _is_kept(name: str, value: str) -> bool:
    if name in _KEPT or name.startswith(("ssl", "tls", "rds", "wsrep", "feedback")):
        return True
    if name == "time_zone" and not _OFFSET.fullmatch(_ZONES.get(value, value)):
        return True
    # A formula over the memory of an instance class, which is not this machine's.
    return "{" in value or (name in _BOUNDS and not is_number(value))


def _value(name: str, value: str) -> str:
    if name in _BOUNDS:
        least, most = _BOUNDS[name]
        return str(min(max(int(float(value)), least), most))
    if name == "collation_server":
        return _COLLATIONS.get(value, value)
    if name == "time_zone":
        return _ZONES.get(value, value)
    return value
