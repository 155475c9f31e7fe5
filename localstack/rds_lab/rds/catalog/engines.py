"""What is particular to an engine. Another engine is another entry here and servers that can run it."""

from collections.abc import Callable
from dataclasses import dataclass

from rds_lab.rds.catalog import reserved


@dataclass(frozen=True)
class Engine:
    """One value of the parameter Engine."""

    name: str
    description: str
    port: int
    license_model: str
    default_major: str
    password_maximum: int
    database_maximum: int
    reserved_words: frozenset[str]
    reserved_users: frozenset[str]
    reserved_prefix: str | None
    # The part of a version that a major upgrade changes, "16" of "16.14".
    major: Callable[[str], str]

    def family(self, version: str) -> str:
        """The parameter group family, "postgres16"."""
        return f"{self.name}{self.major(version)}"

    def option_group(self, version: str) -> str:
        """The default option group, "default:postgres-16"."""
        return f"default:{self.name}-{self.major(version).replace('.', '-')}"


POSTGRES = Engine(
    name="postgres",
    description="PostgreSQL",
    port=5432,
    license_model="postgresql-license",
    default_major="17",
    password_maximum=128,
    database_maximum=63,
    reserved_words=reserved.POSTGRES,
    reserved_users=frozenset({"admin", "rdsadmin"}),
    reserved_prefix="pg_",
    major=lambda version: version.split(".", 1)[0],
)

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (POSTGRES,)}
