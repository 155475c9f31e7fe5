"""What the stand-in plans, and what it invents when it applies."""

import hashlib
from typing import Any

from infra_checks.standin.values import UNKNOWN, Block, is_unknown, nested_values

ACCOUNT = "123456789012"
REGION = "eu-central-1"

# Ids that modules look at, by how they begin in AWS.
_PREFIXES = {
    "aws_vpc": "vpc-",
    "aws_subnet": "subnet-",
    "aws_security_group": "sg-",
    "aws_default_security_group": "sg-",
    "aws_vpc_endpoint": "vpce-",
    "aws_route_table": "rtb-",
}


def plan(block: Block, value: dict[str, Any], default_tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A proposed state, with what AWS decides unknown, all tags together, and nothing that is write-only."""
    for name, attribute in block["attributes"].items():
        if attribute.get("write_only"):
            value[name] = None
        elif attribute.get("computed") and value.get(name) is None:
            value[name] = UNKNOWN
    if default_tags is not None and "tags_all" in block["attributes"] and not is_unknown(value.get("tags")):
        value["tags_all"] = default_tags | (value.get("tags") or {})
    for inner, each in nested_values(block, value):
        plan(inner, each)
    return value


def settle(type_name: str, block: Block, value: dict[str, Any], seed: bytes) -> dict[str, Any]:
    """A planned state with everything that was unknown invented; the same seed invents the same."""
    short = hashlib.sha256(type_name.encode() + seed).hexdigest()[:17]
    for name, attribute in block["attributes"].items():
        if is_unknown(value.get(name)):
            value[name] = _invent(type_name, name, attribute["type"], short)
    for inner, each in nested_values(block, value):
        settle(type_name, inner, each, seed)
    return value


def _invent(type_name: str, name: str, kind: Any, short: str) -> Any:
    match kind:
        case "string" if name == "arn" or name.endswith("_arn"):
            service = type_name.removeprefix("aws_").replace("_", "-")
            return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{service}/{short}"
        case "string" if name == "id":
            return f"{_PREFIXES.get(type_name, '')}{short}"
        case "string":
            return f"{name.replace('_', '-')}-{short}"
        case "number":
            return 1
        case "bool":
            return False
        case ["map", _]:
            return {}
        case ["list" | "set", _]:
            return []
        case _:
            return None
