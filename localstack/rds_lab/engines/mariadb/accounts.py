"""Accounts as RDS for MySQL and MariaDB has them.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
"""

import hashlib
import string

from rds_lab.engines.mariadb.sql import ADMIN, Connection, execute, name

# No SUPER, no FILE, no SHUTDOWN: those RDS keeps for itself.
_MASTER_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, "
    "SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, "
    "CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)
_WHOLE = (
    "REQUIRE NONE WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 0"
    " MAX_USER_CONNECTIONS 0 PASSWORD EXPIRE NEVER ACCOUNT UNLOCK"
)

# Run when a data directory is made: nobody is in it but rdsadmin, whom each start makes.
EMPTY = """\
DELETE FROM mysql.global_priv WHERE User IN ('root', '');
DELETE FROM mysql.proxies_priv;
"""

# Run at every start, with all rights: a master user may have dropped or changed this account.
# Without a password, but 'localhost' means the socket, to whose directory only this user has access.
EVERY_START = f"""\
CREATE OR REPLACE USER '{ADMIN}'@'localhost' IDENTIFIED VIA mysql_native_password USING '';
GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'localhost' WITH GRANT OPTION;
"""


def set_master(connection: Connection, user: str, password: str) -> None:
    """Give the master user its password and every right it may have lost, or be it anew."""
    account = f"{_literal(user)}@'%'"
    identified = f"IDENTIFIED VIA mysql_native_password USING '{_verifier(password)}'"
    execute(connection, f"CREATE USER IF NOT EXISTS {account} {identified}")
    execute(connection, f"ALTER USER {account} {identified} {_WHOLE}")
    execute(connection, f"GRANT {_MASTER_PRIVILEGES} ON *.* TO {account} WITH GRANT OPTION")


def create_database(connection: Connection, database: str) -> None:
    """The master user needs nothing more for it: its rights are on all databases."""
    execute(connection, f"CREATE DATABASE IF NOT EXISTS {name(database)}")


def _verifier(password: str) -> str:
    # What the server stores: the password itself never reaches it, so no log of it can hold it.
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "*" + hashlib.sha1(once, usedforsecurity=False).hexdigest().upper()


def _literal(user: str) -> str:
    # RDS takes letters, digits and underscores; an account's name cannot be an expression.
    if set(user) - set(string.ascii_letters + string.digits + "_"):
        raise ValueError("A master user's name has letters, digits and underscores only.")
    return f"'{user}'"
