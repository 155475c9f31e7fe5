"""Where things are in the repository."""

from pathlib import Path

CHECKS = Path(__file__).resolve().parent.parent
INFRA = CHECKS.parent
REPOSITORY = INFRA.parent
MODULES = INFRA / "modules"
EXAMPLES = INFRA / "examples"
# Not in the repository: what was downloaded.
CACHE = CHECKS / ".cache"
SCHEMAS = CHECKS / "schemas" / "aws.json.gz"


def configurations() -> list[Path]:
    """Every directory that Terraform can be run in: modules and examples, in order of their paths."""
    return sorted(path.parent for root in (MODULES, EXAMPLES) for path in root.glob("*/versions.tf"))
