"""Makes the committed schemas anew: `python -m infra_checks.schema`, after a new type is used."""

from infra_checks.paths import SCHEMAS
from infra_checks.schema.fetch import fetch
from infra_checks.schema.subset import make, write


def main() -> None:
    """Writes them and says how many there are."""
    schemas = make(fetch())
    write(schemas)
    [provider] = schemas["provider_schemas"].values()
    counts = f"{len(provider['resource_schemas'])} resources, {len(provider['data_source_schemas'])} data sources"
    size = f"{SCHEMAS.stat().st_size} bytes"
    print(f"{SCHEMAS.name}: AWS provider {schemas['provider_version']}, {counts}, {size}")


if __name__ == "__main__":
    main()
