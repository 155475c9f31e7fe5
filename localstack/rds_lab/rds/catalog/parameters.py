"""Server parameters that a person is likely to meet, as the default group has them (rds-semantics §7)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def parameters(engine: str) -> dict[str, dict[str, Any]]:
    """By name: value, apply type, data type, whether it can be modified, allowed values, description."""
    table = files(__package__).joinpath("parameters", f"{engine}.json")
    return json.loads(table.read_text()) if table.is_file() else {}
