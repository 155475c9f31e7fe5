"""Whether a bill of materials names what the binary is made of: no crate is missing, none is invented.

usage: cargo tree --prefix none --format '{p}' … | sbom_is_whole.py SBOM Cargo.lock
"""

import json
import sys
import tomllib
from pathlib import Path


def main() -> int:
    sbom_path, lock_path = map(Path, sys.argv[1:])
    sbom = json.loads(sbom_path.read_text())
    lock = tomllib.loads(lock_path.read_text())
    listed = {(part["name"], part["version"]) for part in sbom["components"]}
    root = (sbom["metadata"]["component"]["name"], sbom["metadata"]["component"]["version"])
    # A line of the tree: name vVERSION, then perhaps where it lies or that it was shown before.
    built = {(name, version.removeprefix("v")) for name, version in map(first_two, filter(str.strip, sys.stdin))}
    locked = {(package["name"], package["version"]): package.get("checksum") for package in lock["package"]}
    problems = [f"is built in, but not listed: {crate}" for crate in sorted(built - listed - {root})]
    problems += [f"is listed, but not built in: {crate}" for crate in sorted(listed - built)]
    problems += [f"is listed, but not in Cargo.lock: {crate}" for crate in sorted(listed - set(locked))]
    for part in sbom["components"]:
        hashes = {entry["content"] for entry in part.get("hashes", []) if entry["alg"] == "SHA-256"}
        if hashes != {locked.get((part["name"], part["version"]))}:
            problems.append(f"has not the checksum of Cargo.lock: {part['name']} {part['version']}")
    for problem in problems:
        print(f"sbom: {problem}", file=sys.stderr)
    if not problems:
        print(f"sbom: {len(listed)} crates, each in Cargo.lock with its checksum", file=sys.stderr)
    return bool(problems) or not listed


def first_two(line: str) -> tuple[str, str]:
    name, version, *_ = line.split()
    return name, version


if __name__ == "__main__":
    sys.exit(main())
