"""Roles and ownership as RDS for PostgreSQL has them.

The master user is no superuser: it may create roles and databases and is a member of
``rds_superuser`` (RDS user guide, "Understanding PostgreSQL roles and permissions").
"""

from psycopg import sql

from rds_lab.engines.postgres.sql import ADMIN, Connection, execute, exists, verifier

MASTER_GROUP = "rds_superuser"
_OTHER_GROUPS = ("rds_password", "rds_replication", "rds_iam")
# Those that the server's version has are granted.
_PREDEFINED = (
    "pg_monitor",
    "pg_signal_backend",
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_checkpoint",
    "pg_use_reserved_connections",
    "pg_create_subscription",
    "pg_maintain",
)
# Since 16, CREATEROLE alone grants no role: it takes ADMIN on that role.
_ADMIN_NEEDED = 160_000
# Until 14, schema "public" belongs to the superuser; since then to whoever owns the database.
_PUBLIC_FOLLOWS_OWNER = 150_000


def bootstrap(connection: Connection) -> None:
    """Make what every RDS server has before its master user; does no harm when repeated."""
    for group in (MASTER_GROUP, *_OTHER_GROUPS):
        if not exists(connection, "pg_roles", "rolname", group):
            execute(connection, "CREATE ROLE {group} NOLOGIN", group=group)
    for role in _PREDEFINED:
        if exists(connection, "pg_roles", "rolname", role):
            _grant(connection, role, MASTER_GROUP)
    for group in _OTHER_GROUPS[:2]:
        _grant(connection, group, MASTER_GROUP)
    if connection.info.server_version >= _ADMIN_NEEDED:
        # May be handed on, but is not used: with it a login takes IAM tokens only.
        execute(connection, "GRANT rds_iam TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    if not exists(connection, "pg_database", "datname", ADMIN):
        execute(connection, "CREATE DATABASE {admin}", admin=ADMIN)
        execute(connection, "REVOKE ALL ON DATABASE {admin} FROM PUBLIC", admin=ADMIN)


def set_master(connection: Connection, user: str, password: str) -> None:
    """Give the master user its password and every right it may have lost, or be it anew."""
    verb = "ALTER" if exists(connection, "pg_roles", "rolname", user) else "CREATE"
    execute(
        connection,
        verb + " ROLE {user} LOGIN CREATEROLE CREATEDB PASSWORD {password} VALID UNTIL 'infinity'",
        user=user,
        password=verifier(connection, user, password),
    )
    _grant(connection, MASTER_GROUP, user)


def own(connection: Connection, user: str) -> None:
    """Make the database of this connection the user's."""
    name = connection.info.dbname
    execute(connection, "ALTER DATABASE {name} OWNER TO {user}", name=name, user=user)
    if connection.info.server_version < _PUBLIC_FOLLOWS_OWNER:
        execute(connection, "ALTER SCHEMA public OWNER TO {user}", user=user)


def create_database(connection: Connection, name: str, owner: str) -> None:
    """Make a database from ``template1``, which belongs to the master user already."""
    if not exists(connection, "pg_database", "datname", name):
        execute(connection, "CREATE DATABASE {name} OWNER {owner}", name=name, owner=owner)


def _grant(connection: Connection, role: str, member: str | sql.Composable) -> None:
    execute(connection, "GRANT {role} TO {member} WITH ADMIN OPTION", role=role, member=member)
