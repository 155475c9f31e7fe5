"""The schemas of those types that are used below infra/, as they are committed."""

import gzip
import json
import re
from typing import Any

from infra_checks.paths import SCHEMAS, configurations
from infra_checks.schema.fetch import Package
from infra_checks.schema.parse import Parsed, parse

PROVIDER = "hashicorp/aws"

_TYPE = re.compile(r'static tfResourceType = "(\w+)"')
_PROVIDER_CLASS = "extends cdktn.TerraformProvider "


def used() -> set[tuple[str, str]]:
    """What the modules and examples use, as pairs such as (`resource`, `aws_kms_key`)."""
    found: set[tuple[str, str]] = set()
    for folder in configurations():
        for file in folder.glob("*.tf"):
            found.update(re.findall(r'^(resource|data) "(aws_\w+)"', file.read_text(), re.M))
    return found


def make(package: Package) -> dict[str, Any]:
    """The schemas of what is used, out of the package.

    Raises KeyError for a type that this version of the provider does not have.
    """
    wanted = {name for _, name in used()}
    parsed: dict[tuple[str, str], Parsed] = {}
    for name in package.names():
        text = package.file(name)
        # Reading one takes long, and there are thousands.
        is_wanted = any(found in wanted for found in _TYPE.findall(text)) or _PROVIDER_CLASS in text
        if is_wanted and (schema := parse(text)) is not None:
            parsed[schema.kind, schema.name] = schema
    # As `terraform providers schema -json` writes them, with the version beside it.
    by_kind = {
        kind: {name: {"version": 0, "block": parsed[kind, name].block} for k, name in sorted(used()) if k == kind}
        for kind in ("resource", "data")
    }
    provider = parsed["provider", "aws"].block
    # Terraform's own, in every provider block.
    provider["attributes"].pop("alias", None)
    # One attribute a service, none of them used here.
    provider["block_types"].pop("endpoints", None)
    return {
        "provider_version": package.provider_version(),
        "provider_schemas": {
            PROVIDER: {
                "provider": {"version": 0, "block": provider},
                "resource_schemas": by_kind["resource"],
                "data_source_schemas": by_kind["data"],
            }
        },
    }


def read() -> dict[str, Any]:
    """The schemas that are committed."""
    return json.loads(gzip.decompress(SCHEMAS.read_bytes()))


def write(schemas: dict[str, Any]) -> None:
    """Puts them where they are committed; the same schemas make the same bytes."""
    text = json.dumps(schemas, separators=(",", ":"), sort_keys=True)
    SCHEMAS.parent.mkdir(exist_ok=True)
    SCHEMAS.write_bytes(gzip.compress(text.encode(), mtime=0))
