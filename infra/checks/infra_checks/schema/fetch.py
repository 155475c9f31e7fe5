"""Downloads the package that holds the schemas, checked by its hash."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from infra_checks.paths import CACHE, CHECKS


class Package:
    """The JavaScript of `cdktn-provider-aws`, file by file."""

    def __init__(self, archive: Path):
        self._files: dict[str, str] = {}
        with zipfile.ZipFile(archive) as wheel:
            [inner] = [name for name in wheel.namelist() if name.endswith(".jsii.tgz")]
            with wheel.open(inner) as packed, tarfile.open(fileobj=packed, mode="r|gz") as tar:
                for member in tar:
                    if re.fullmatch(r"package/lib/[\w-]+/index\.js", member.name):
                        reader = tar.extractfile(member)
                        assert reader is not None, member.name
                        self._files[member.name.split("/")[2]] = reader.read().decode()

    def names(self) -> list[str]:
        """What there are files of, such as `kms-key` and `data-aws-region`."""
        return sorted(self._files)

    def file(self, name: str) -> str:
        """The text of one."""
        return self._files[name]

    def provider_version(self) -> str:
        """The version of the AWS provider that it was generated from."""
        [version] = set(re.findall(r"providers/hashicorp/aws/(\d+\.\d+\.\d+)/docs", self.file("kms-key")))
        return version


def fetch() -> Package:
    """The package that schemas.lock names; downloaded once."""
    folder = CACHE / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    lock = CHECKS / "schemas.lock"
    pinned = re.search(r"^cdktn-provider-aws==(\S+)", lock.read_text(), re.M)
    assert pinned, "schemas.lock pins no cdktn-provider-aws"
    pattern = f"cdktn_provider_aws-{pinned[1]}-*.whl"
    if not list(folder.glob(pattern)):
        subprocess.run(
            [*command, "--no-deps", "--require-hashes", "--dest", str(folder), "--requirement", str(lock)],
            check=True,
        )
    [archive] = folder.glob(pattern)
    return Package(archive)
