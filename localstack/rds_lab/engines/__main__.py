"""``python -m rds_lab.engines``: make installed server packages runnable; for ``lab install``."""

import sys

from rds_lab.engines.mariadb.programs import find
from rds_lab.engines.postgres.binaries import discover, hydrate
from rds_lab.paths import binaries_directory

found = discover(binaries_directory())
for binaries in found.values():
    hydrate(binaries)
if not found:
    sys.exit("No PostgreSQL server package fits this machine: Linux on x86-64 or arm64 is needed.")
print("PostgreSQL", ", ".join(found))
if programs := find():
    print("MariaDB", programs.version())
