"""A new master password mends what a master user broke."""

import pymysql
import pytest


def test_a_new_password_replaces_the_old_one_and_gives_rights_back(
    servers, make, log_in, run_time, ask, password
):
    resource_id, address = make()
    with log_in(address) as connection:
        ask(connection, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'master'@'%'")
    with log_in(address) as connection, pytest.raises(pymysql.OperationalError, match="denied"):
        ask(connection, "CREATE DATABASE again")
    servers.set_master_password(resource_id, "n3w' password")
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        log_in(address)
    with log_in(address, password="n3w' password") as connection:
        ask(connection, "CREATE DATABASE again")
        ask(connection, "CREATE USER other")
        ask(connection, "GRANT SELECT ON *.* TO other")
    home = run_time / "servers-of-all-tests" / "servers" / resource_id
    for file in ("mariadb.log", "my.cnf", "start.sql"):
        assert "n3w" not in (home / file).read_text()
        assert password not in (home / file).read_text()


@pytest.mark.parametrize(
    "hostile",
    [
        "ALTER USER 'master'@'%' ACCOUNT LOCK",
        "DROP USER 'master'@'%'",
        "DROP USER 'rdsadmin'@'localhost'",
        "SET PASSWORD FOR 'rdsadmin'@'localhost' = PASSWORD('mine')",
        "DELETE FROM mysql.global_priv",
        """UPDATE mysql.global_priv SET Priv = '{"access": 0}'""",
    ],
)
def test_a_master_that_locked_everybody_out_comes_back_so_too(servers, make, log_in, hostile, ask):
    resource_id, address = make()
    with log_in(address, database="app") as connection:
        ask(connection, "CREATE TABLE kept (id INT)")
        ask(connection, hostile)
        ask(connection, "FLUSH PRIVILEGES")
    servers.set_master_password(resource_id, "another-password")
    with log_in(address, password="another-password", database="app") as connection:
        assert ask(connection, "SHOW TABLES") == (("kept",),)
