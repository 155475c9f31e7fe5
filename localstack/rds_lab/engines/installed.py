"""The engines of this machine, by the names that RDS has for them."""

from rds_lab.engines.engine import Engine, Ground
from rds_lab.engines.mariadb.engine import MariadbEngine
from rds_lab.engines.mariadb.programs import find
from rds_lab.engines.postgres.binaries import discover
from rds_lab.engines.postgres.engine import PostgresEngine
from rds_lab.paths import binaries_directory


def engines(ground: Ground) -> dict[str, Engine]:
    """All that can run here. MariaDB stands in for MySQL, of which no server is to be had."""
    found: dict[str, Engine] = {"postgres": PostgresEngine(ground, discover(binaries_directory()))}
    if programs := find():
        for name in ("mysql", "mariadb"):
            found[name] = MariadbEngine(name, ground, programs)
    return found
