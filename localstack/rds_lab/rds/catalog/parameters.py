"""Server parameters: those a person is likely to meet, with what RDS says of them (rds-semantics §7)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Parameter:
    """One server parameter as the engine's default group describes it."""

    name: str
    value: str | None
    apply_type: str
    data_type: str
    modifiable: bool
    allowed: str | None
    description: str


@cache
def parameters(family: str) -> dict[str, Parameter]:
    """The parameters of a family, by name; empty for a family that is not described."""
    text = resources.files("rds_lab.rds.catalog").joinpath("parameters.json").read_text()
    engine = family.rstrip("0123456789.")
    rows = json.loads(text).get(engine, {})
    return {name: Parameter(name=name, **row) for name, row in rows.items()}
