"""The configuration files of a server: RDS where a client can see it, small where it cannot."""

from collections.abc import Mapping
from pathlib import Path

from rds_lab.engines.postgres.parameters import settings

# 150 servers must fit on a laptop: 6 MiB each, against 28 with PostgreSQL's defaults. The data
# lives as long as the lab, so nothing is synchronised to disk.
_SETTINGS = """\
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0700
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
ssl_min_protocol_version = 'TLSv1.2'
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'

max_connections = 100
shared_buffers = '1MB'
wal_buffers = '64kB'
max_wal_size = '32MB'
min_wal_size = '2MB'
wal_level = minimal
max_wal_senders = 0
max_worker_processes = 2
max_logical_replication_workers = 0
dynamic_shared_memory_type = mmap
fsync = off
full_page_writes = off
autovacuum = off
jit = off

# As in RDS' default parameter groups.
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 100

# A statement can hold a password.
log_statement = none
log_min_error_statement = panic
log_min_duration_statement = -1
log_min_messages = warning
"""

_TRUE = frozenset({"1", "on", "true", "yes"})

# No line for plain TCP: RDS answers "no pg_hba.conf entry ... no encryption" when
# rds.force_ssl is on. rdsadmin is of no use to clients, there as here.
_ACCESS = """\
local    all       rdsadmin  trust
local    all       all       reject
host     all       rdsadmin  all           reject
host     rdsadmin  all       all           reject
hostssl  all       all       127.0.0.1/32  scram-sha-256
"""
_PLAIN_ACCESS = "hostnossl  all  all  127.0.0.1/32  scram-sha-256\n"


def write(directory: Path, sockets: Path, parameters: Mapping[str, str]) -> None:
    """Write both files. The last line of a name counts, so a parameter group has the last word."""
    force_ssl = parameters.get("rds.force_ssl", "1").lower() in _TRUE
    own = "".join(f"{name} = '{_quoted(value)}'\n" for name, value in settings(parameters).items())
    (directory / "postgresql.auto.conf").write_text(
        f"{_SETTINGS}\nunix_socket_directories = '{_quoted(str(sockets))}'\n"
        f"rds.force_ssl = {int(force_ssl)}\n\n{own}"
    )
    (directory / "pg_hba.conf").write_text(_ACCESS if force_ssl else _ACCESS + _PLAIN_ACCESS)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''").replace("\r", "\\r").replace("\n", "\\n")
