"""What is in the image beside crates: components of its bill of materials, each seen where it was put in.

What the linker took is read off its map. Each archive of it must be of a crate, of Rust's own libraries, of
the C library or of the compiler's; what is none of these is a mistake, and nothing is left out unseen.
"""

import hashlib
import re
import subprocess
from pathlib import Path

Component = dict
# An archive or object, as linkers write it: alone, or with a member in brackets behind it.
INPUT = re.compile(r"(/[^\s():]+\.(?:a|rlib|o))(?=[\s():]|$)")
# Optimisation at link time makes anew what it takes of a library, beside the program, and names it after it.
REMADE = re.compile(r"\.(\w+-[0-9a-f]{16})\.")
# Where rustc puts what it makes for the linker alone.
PASSING = re.compile(r"/rustc\w{6}/")
BUNDLE = Path("src/sql/rds-global-bundle.pem")


class Unknown(Exception):
    """Something was linked of which nobody knows what it is."""


def components(linker_map: Path, binary: Path, target: Path, authorities: Path) -> list[Component]:
    found = {name: set() for name in ("crates", "rust-std", "musl", "glibc", "libgcc")}
    sysroot = Path(said("rustc", "--print", "sysroot")).resolve()
    own = libraries(sysroot)
    for path in inputs(linker_map.read_text(errors="replace")):
        path = origin(path, own)
        found[owner(path, sysroot, target.resolve())].add(path.name)
    versions = {"rust-std": rust()["release"], "musl": f"of Rust {rust()['release']}"}
    if found["glibc"]:
        versions["glibc"] = glibc()
    if found["libgcc"]:
        versions["libgcc"] = said("cc", "-dumpfullversion")
    for name in ("crates", "rust-std"):
        if not found[name]:
            raise Unknown(f"{linker_map} names nothing of {name}: it is not the map of the binary")
    linked = [library(name, versions[name], sorted(found[name])) for name in versions if found[name]]
    bundle = BUNDLE.read_bytes()
    if bundle not in binary.read_bytes():
        raise Unknown(f"{BUNDLE} is not compiled in as it is")
    return [
        *linked,
        file(BUNDLE.name, bundle, None),
        file(authorities.name, authorities.read_bytes(), package(authorities)),
    ]


def inputs(text: str) -> set[Path]:
    """Those that were used: GNU's linker also names what it only looked into."""
    lines = (line for line in text.splitlines() if not line.startswith("LOAD "))
    return {Path(found) for line in lines for found in INPUT.findall(line)}


def libraries(sysroot: Path) -> dict[str, Path]:
    """Rust's own: name and hash to file."""
    files = sysroot.glob("lib/rustlib/*/lib/lib*.rlib")
    return {file.stem.removeprefix("lib"): file for file in files}


def origin(path: Path, own: dict[str, Path]) -> Path:
    """The library of Rust's that an object was made of, or what it is."""
    remade = REMADE.search(path.name)
    return own.get(remade[1], path) if remade else path


def owner(path: Path, sysroot: Path, target: Path) -> str:
    where = path.resolve()
    if where.is_relative_to(sysroot):
        return "musl" if "self-contained" in where.parts else "rust-std"
    if where.is_relative_to(target) or PASSING.search(str(path)):
        return "crates"
    if re.fullmatch(r"libgcc(_eh)?\.a|crt(begin|end|fastmath)\w*\.o", path.name):
        return "libgcc"
    # The C library is in one archive, or in some that are left for the sake of old names.
    if re.fullmatch(
        r"lib(c|c_nonshared|m|m-[\d.]+|mvec|pthread|dl|rt|util|resolv)\.a|[rg]?crt[1in]\.o|grcrt1\.o",
        path.name,
    ):
        return "glibc"
    raise Unknown(f"{path} is linked, and it is not known what it is")


def glibc() -> str:
    """By the headers that stand beside the archives."""
    macros = dict(
        re.findall(
            r"#define (__GLIBC\w*__) (\d+)",
            said("cc", "-dM", "-E", "-x", "c", "-include", "features.h", "/dev/null"),
        )
    )
    if "__GLIBC__" not in macros:
        raise Unknown("the C library is not the GNU C library")
    return f"{macros['__GLIBC__']}.{macros['__GLIBC_MINOR__']}"


def rust() -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+): (.+)$", said("rustc", "-vV"), re.M))


def library(name: str, version: str, parts: list[str]) -> Component:
    properties = [{"name": "linked", "value": part} for part in parts]
    if name == "rust-std":
        properties.append({"name": "commit", "value": rust()["commit-hash"]})
    elif distribution := package(Path(said("cc", f"-print-file-name={parts[-1]}"))):
        properties.append({"name": "package", "value": distribution})
    return {
        "type": "library",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:generic/{name}@{version.replace(' ', '%20')}",
        "scope": "required",
        "properties": properties,
    }


def file(name: str, content: bytes, distribution: str | None) -> Component:
    digest = hashlib.sha256(content).hexdigest()
    certificates = content.count(b"-----BEGIN CERTIFICATE-----")
    properties = [{"name": "certificates", "value": str(certificates)}]
    if distribution:
        properties.append({"name": "package", "value": distribution})
    return {
        "type": "file",
        "bom-ref": f"{name}@{digest}",
        "name": name,
        # It has no other: its content is what it is.
        "version": f"sha256:{digest}",
        "scope": "required",
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "properties": properties,
    }


def package(path: Path) -> str | None:
    """Package and version of the distribution, where Debian's tools know it."""
    # This one is put together after its installation, and belongs to no package.
    name = "ca-certificates" if path == Path("/etc/ssl/certs/ca-certificates.crt") else None
    try:
        name = name or said("dpkg-query", "--search", str(path.resolve())).partition(": ")[0]
        return f"{name.partition(':')[0]} " + said("dpkg-query", "--show", "--showformat", "${Version}", name)
    except (OSError, subprocess.CalledProcessError):
        return None


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
