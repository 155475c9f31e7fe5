"""Engine versions: those that can really run here, and which leads to which (rds-semantics §4.2)."""

from rds_lab.engines.base import Servers
from rds_lab.rds import errors

ENGINES = ("postgres", "mysql", "mariadb")
# How many of the offered majors an upgrade can go up in one step; not as on RDS, where it differs from
# version to version: here there are versions that are reached in two steps only.
_REACH = {"postgres": 3, "mysql": 1, "mariadb": 1}
_DESCRIPTIONS = {
    "postgres": ("PostgreSQL", "PostgreSQL {}-R1"),
    "mysql": ("MySQL Community Edition", "MySQL {}"),
    "mariadb": ("MariaDb Community Edition", "MariaDB {}"),
}


def number(version: str) -> tuple[int, ...]:
    """For comparisons."""
    return tuple(int(part) for part in version.split("."))


def major(version: str) -> str:
    """16 of 16.14, 8.4 of 8.4.7: all but the last number."""
    return version.rpartition(".")[0]


def family(engine: str, version: str) -> str:
    """The parameter group family."""
    return f"{engine}{major(version)}"


def option_group(engine: str, version: str) -> str:
    """The default option group, whose name takes no dots."""
    return f"default:{engine}-{major(version).replace('.', '-')}"


def description(engine: str) -> str:
    """DBEngineDescription."""
    return _DESCRIPTIONS[engine][0]


def version_description(engine: str, version: str) -> str:
    """DBEngineVersionDescription."""
    return _DESCRIPTIONS[engine][1].format(version)


def check_engine(engine: str) -> None:
    """An engine that is offered."""
    if engine not in ENGINES:
        raise errors.invalid_value(f"Invalid DB engine: {engine}")


def resolve(servers: Servers, engine: str, wanted: str | None) -> str:
    """The full version for what was asked: a major version means its newest minor, nothing the default."""
    offered = servers.versions(engine)
    if not offered:
        raise errors.invalid_value(f"Invalid DB engine: {engine}")
    if wanted is None:
        return default(servers, engine)
    if wanted in offered:
        return wanted
    minors = [version for version in offered if major(version) == wanted]
    if not minors:
        raise errors.invalid_combination(f"Cannot find version {wanted} for {engine}")
    return max(minors, key=number)


def default(servers: Servers, engine: str) -> str:
    """What an instance without a version gets: the newest of the last major but one, as RDS is careful."""
    offered = servers.versions(engine)
    majors = _majors(offered)
    wanted = majors[-2] if len(majors) > 1 else majors[-1]
    return max((version for version in offered if major(version) == wanted), key=number)


def targets(servers: Servers, engine: str, version: str) -> list[str]:
    """ValidUpgradeTarget: everything newer that is within one step."""
    offered = servers.versions(engine)
    majors = _majors([*offered, version])
    last = majors.index(major(version)) + _REACH[engine]
    return [
        other for other in offered if number(other) > number(version) and majors.index(major(other)) <= last
    ]


def _majors(offered: list[str]) -> list[str]:
    return sorted({major(version) for version in offered}, key=number)


def check_upgrade(servers: Servers, engine: str, has: str, wanted: str, allow_major: bool) -> str:
    """The version to go to, or why RDS refuses to."""
    offered = servers.versions(engine)
    known = wanted in offered or any(major(version) == wanted for version in offered)
    if not known:
        raise errors.invalid_combination(f"Cannot find version {wanted} for {engine}")
    target = resolve(servers, engine, wanted)
    if target == has:
        return target
    if target not in targets(servers, engine, has):
        raise errors.invalid_combination(f"Cannot upgrade {engine} from {has} to {target}")
    if major(target) != major(has) and not allow_major:
        raise errors.invalid_combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )
    return target
