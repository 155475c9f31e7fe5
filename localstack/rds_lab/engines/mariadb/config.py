"""The option file of a server: RDS where a client can see it, small where it cannot."""

from collections.abc import Mapping
from pathlib import Path

from rds_lab.engines.mariadb.variables import variables
from rds_lab.tls import write_private

# What makes and sizes files must be the same when a data directory is made. 20 MiB of disk instead
# of 115; with the rest 30 MiB of memory instead of 100. Nothing is synchronised: the data lives as
# long as the lab.
FILES = {
    "innodb_data_file_path": "ibdata1:5M:autoextend",
    "innodb_autoextend_increment": "1",
    "innodb_log_file_size": "4M",
    "innodb_buffer_pool_size": "6M",
    "innodb_use_native_aio": "0",
    "innodb_flush_method": "nosync",
    "aria_log_file_size": "8M",
}
_SERVER = {
    **FILES,
    "bind_address": "127.0.0.1",
    # Then nobody comes as user@localhost over TCP: those accounts are for the socket only.
    "skip_name_resolve": "1",
    "tls_version": "TLSv1.2,TLSv1.3",
    "innodb_temp_data_file_path": "ibtmp1:1M:autoextend",
    # Handed to the system with every commit: a copy of a running server has all that was committed.
    "innodb_flush_log_at_trx_commit": "2",
    "innodb_doublewrite": "0",
    "innodb_buffer_pool_dump_at_shutdown": "0",
    "innodb_buffer_pool_load_at_startup": "0",
    "innodb_log_buffer_size": "2M",
    "innodb_read_io_threads": "1",
    "innodb_write_io_threads": "2",
    "innodb_purge_threads": "1",
    "innodb_fast_shutdown": "1",
    "aria_pagecache_buffer_size": "1M",
    "key_buffer_size": "1M",
    "query_cache_size": "0",
    "performance_schema": "0",
    "max_connections": "100",
    "table_open_cache": "200",
    "thread_cache_size": "4",
    "log_output": "TABLE",
}
_ENGINES = {
    "mysql": {"character_set_server": "utf8mb4", "collation_server": "utf8mb4_unicode_520_ci"},
    "mariadb": {},
}
# Where the option has another name than the variable.
_OPTIONS = {"time_zone": "default_time_zone", "tx_isolation": "transaction_isolation"}


def base(engine: str) -> dict[str, str]:
    """What a variable is where no parameter group says otherwise."""
    return _SERVER | _ENGINES[engine]


def write(
    path: Path, engine: str, places: Mapping[str, str | Path | int], parameters: Mapping[str, str]
) -> None:
    """Write the file. A parameter of MySQL that MariaDB does not have is passed over (``loose``)."""
    own = {f"loose_{_OPTIONS.get(name, name)}": value for name, value in variables(parameters).items()}
    lines = [f"{name} = {_quoted(str(value))}\n" for name, value in (base(engine) | {**places} | own).items()]
    write_private(path, ("[mariadbd]\n" + "".join(lines)).encode())


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    return f'"{escaped}"'
