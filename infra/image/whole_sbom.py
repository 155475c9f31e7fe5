"""Cuts a bill of materials down to what is built, and makes sure that it is all there.

usage: cargo tree --prefix none --format '{p}' … | whole_sbom.py SBOM Cargo.lock BINARY MAP AUTHORITIES OUT

`cargo metadata`, which the generator asks, also names crates that only tests, or features that are off,
would bring; `cargo tree` says what is compiled. Each crate must have the checksum of Cargo.lock. Rust's own
libraries, the C library, the compiler's and bundles of certificate authorities are added, as `linked` finds
them.
"""

import json
import sys
import tomllib
from pathlib import Path

import linked

Crate = tuple[str, str]


def main() -> int:
    source, lock_path, binary, linker_map, authorities, out = map(Path, sys.argv[1:])
    # Where it was made says nothing, and would make two builds differ.
    sbom = json.loads(source.read_text().replace(str(source.resolve().parent), "/src"))
    # A line of the tree: name vVERSION, then perhaps where it lies or that it was shown before.
    lines = [line.split() for line in sys.stdin if line.strip()]
    built = {(name, version.removeprefix("v")) for name, version, *_ in lines}
    built.discard(crate(sbom["metadata"]["component"]))

    left_out = {part["bom-ref"] for part in sbom["components"] if crate(part) not in built}
    sbom["components"] = [part for part in sbom["components"] if part["bom-ref"] not in left_out]
    sbom["dependencies"] = [
        entry | {"dependsOn": [ref for ref in entry["dependsOn"] if ref not in left_out]}
        if "dependsOn" in entry
        else entry
        for entry in sbom["dependencies"]
        if entry["ref"] not in left_out
    ]

    problems = mistakes(sbom["components"], built, tomllib.loads(lock_path.read_text())["package"])
    others = []
    try:
        # Where cargo puts things: the directory of all profiles, in which the binary's is.
        others = linked.components(linker_map, binary, binary.parent.parent, authorities)
    except linked.Unknown as problem:
        problems.append(str(problem))
    for problem in problems:
        print(f"sbom: {problem}", file=sys.stderr)
    if problems:
        return 1
    sbom["components"] += others
    root = sbom["metadata"]["component"]["bom-ref"]
    [top] = [entry for entry in sbom["dependencies"] if entry["ref"] == root]
    top["dependsOn"] += [part["bom-ref"] for part in others]
    sbom["dependencies"] += [{"ref": part["bom-ref"]} for part in others]
    out.write_text(json.dumps(sbom, indent=1) + "\n")
    beside = ", ".join(f"{part['name']} {part['version'].removeprefix('sha256:')[:12]}" for part in others)
    print(f"sbom: {len(built)} crates, each with the checksum of Cargo.lock; {beside}", file=sys.stderr)
    return 0


def mistakes(components: list[dict], built: set[Crate], packages: list[dict]) -> list[str]:
    checksums = {(package["name"], package["version"]): package.get("checksum") for package in packages}
    listed = {crate(part) for part in components}
    found = [f"{' '.join(missing)} is built in, but not listed" for missing in sorted(built - listed)]
    for part in components:
        sums = {entry["content"] for entry in part.get("hashes", []) if entry["alg"] == "SHA-256"}
        if sums != {checksums.get(crate(part))}:
            found.append(f"{' '.join(crate(part))} has not the checksum of Cargo.lock")
    return found if built else ["nothing is built"]


def crate(part: dict) -> Crate:
    return part["name"], part["version"]


if __name__ == "__main__":
    sys.exit(main())
