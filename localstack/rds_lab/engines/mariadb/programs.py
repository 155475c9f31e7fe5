"""Where the one installed MariaDB is."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SERVER_ENV = "RDS_LAB_MARIADBD"
# Where Debian has it, which is on root's PATH only.
_ALSO = os.pathsep.join(("/usr/sbin", "/usr/local/sbin"))
_VERSION = re.compile(r"Ver (\d+(?:\.\d+)+)")


@dataclass(frozen=True)
class Programs:
    """The server program; what it needs lies beside it as the package has it."""

    server: Path

    @property
    def root(self) -> Path:
        """MariaDB's ``basedir``: ``/usr`` for Debian's package."""
        return self.server.parent.parent

    @property
    def installer(self) -> Path:
        """Makes data directories."""
        return self.root / "bin" / "mariadb-install-db"

    def version(self) -> str:
        """What really runs, whatever label it wears."""
        said = subprocess.run([str(self.server), "--version"], capture_output=True, text=True).stdout
        match = _VERSION.search(said)
        return match[1] if match else "of an unknown version"


def find() -> Programs | None:
    """The programs, or None where MariaDB is not installed."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + _ALSO
    found = shutil.which(os.environ.get(SERVER_ENV) or "mariadbd", path=path)
    programs = Programs(Path(found).absolute()) if found else None
    return programs if programs and programs.installer.is_file() else None
