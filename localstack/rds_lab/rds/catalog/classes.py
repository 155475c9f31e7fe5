"""Instance classes (rds-semantics §4.3)."""

import json
from functools import cache
from importlib.resources import files

from rds_lab.rds import errors

_LICENSES = {
    "postgres": "postgresql-license",
    "mysql": "general-public-license",
    "mariadb": "general-public-license",
}


@cache
def classes() -> dict[str, dict[str, int]]:
    """All classes, with vCPUs and GiB of memory."""
    return json.loads(files(__package__).joinpath("classes.json").read_text())


def license_model(engine: str) -> str:
    """The only license model these engines have."""
    return _LICENSES.get(engine, "general-public-license")


def check(name: str, engine: str, version: str) -> None:
    """A class in which this engine can be ordered."""
    if not name.startswith("db."):
        raise errors.invalid_value(f"Invalid DB Instance class: {name}")
    if name not in classes():
        raise errors.invalid_combination(
            "RDS does not support creating a DB instance with the following combination: "
            f"DBInstanceClass={name}, Engine={engine}, EngineVersion={version}, "
            f"LicenseModel={license_model(engine)}. "
            "For supported combinations of instance class and database engine version, see the documentation."
        )
