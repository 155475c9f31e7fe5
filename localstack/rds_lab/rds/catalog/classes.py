"""Instance classes (rds-semantics §4.3)."""

import json
from functools import cache
from importlib.resources import files

from rds_lab.rds import errors
from rds_lab.rds.catalog import versions

_LICENSES = {
    "postgres": "postgresql-license",
    "mysql": "general-public-license",
    "mariadb": "general-public-license",
}
# Family → engine → the first version of each line that can be run in it; later lines can throughout, earlier
# ones cannot. From the user guide, "Supported DB engines for DB instance classes": m8g from an edition of
# 2026, the others from one of 2023 (rds-semantics §4.3), which says of r7g what it says of m7g. What is not
# here can be run in every version that is on offer; the first ones of t3, and of MariaDB in m6g and r6g, are
# not known here. RDS differs by region: clients are to ask DescribeOrderableDBInstanceOptions.
_GRAVITON_3 = {"postgres": "13.4 14.5 15.2", "mysql": "8.0.28", "mariadb": "10.4.26 10.5.17 10.6.10"}
_FIRST_VERSIONS = {
    "db.t4g": {"postgres": "12.7", "mysql": "8.0.25"},
    "db.m6g": {"postgres": "12.7", "mysql": "8.0.23"},
    "db.r6g": {"postgres": "12.7", "mysql": "8.0.23"},
    "db.m7g": _GRAVITON_3,
    "db.r7g": _GRAVITON_3,
    "db.m8g": {
        "postgres": "13.11 14.9 15.4 16.1 17.1",
        "mysql": "8.0.32",
        "mariadb": "10.4.29 10.5.20 10.6.13 10.11.7 11.4.3 11.8.3",
    },
}


@cache
def classes() -> dict[str, dict[str, int]]:
    """All classes, with vCPUs and GiB of memory."""
    return json.loads(files(__package__).joinpath("classes.json").read_text())


def license_model(engine: str) -> str:
    """The only license model these engines have."""
    return _LICENSES.get(engine, "general-public-license")


def orderable(name: str, engine: str, version: str) -> bool:
    """Whether there is such a class, and this version can be run in it."""
    if name not in classes():
        return False
    firsts = _FIRST_VERSIONS.get(name.rpartition(".")[0], {}).get(engine, "").split()
    line = versions.number(versions.major(version))
    reached = [first for first in firsts if versions.number(versions.major(first)) <= line]
    return not firsts or (bool(reached) and versions.number(version) >= versions.number(reached[-1]))


def check(name: str, engine: str, version: str) -> None:
    """A class in which this version of the engine can be ordered."""
    if not name.startswith("db."):
        raise errors.invalid_value(f"Invalid DB Instance class: {name}")
    if not orderable(name, engine, version):
        raise errors.invalid_combination(
            "RDS does not support creating a DB instance with the following combination: "
            f"DBInstanceClass={name}, Engine={engine}, EngineVersion={version}, "
            f"LicenseModel={license_model(engine)}. "
            "For supported combinations of instance class and database engine version, see the documentation."
        )
