"""Storage types, sizes, IOPS and throughput (rds-semantics §4.1)."""

from dataclasses import dataclass

from rds_lab.rds import errors
from rds_lab.rds.catalog.engines import Engine

# GiB, smallest and largest.
SIZES = {
    "gp2": (20, 65_536),
    "gp3": (20, 65_536),
    "io1": (100, 65_536),
    "io2": (100, 65_536),
    "standard": (5, 3_072),
}
# From here on gp3 is striped over four volumes, and IOPS can be chosen.
STRIPED = 400
_RATIO = {"io1": 50, "io2": 1000, "gp3": 500}


@dataclass(frozen=True)
class Storage:
    """One consistent choice."""

    kind: str
    gib: int
    iops: int | None
    throughput: int | None


def baseline(kind: str, gib: int) -> tuple[int | None, int | None]:
    """IOPS and throughput that come with a size; Describe tells them though nobody sent them."""
    if kind != "gp3":
        return None, None
    return (12_000, 500) if gib >= STRIPED else (3_000, 125)


def choose(engine: Engine, kind: str, gib: int | None, iops: int | None, throughput: int | None) -> Storage:
    """Check what was asked for and fill in what comes by itself."""
    if kind not in SIZES:
        raise errors.invalid_value(f"Invalid storage type: {kind}")
    check_size(engine, kind, gib or 0)
    assert gib is not None
    if kind == "gp3":
        return _gp3(engine, gib, iops, throughput)
    if throughput is not None:
        raise errors.invalid_combination(f"You can't specify storage throughput for storage type {kind}.")
    if kind in ("io1", "io2"):
        if iops is None:
            raise errors.invalid_combination(f"The storage type {kind} requires iops to be specified.")
        low, high = (1_000, 19_950) if gib < STRIPED else (1_000, 256_000)
        _check_iops(engine, kind, gib, iops, low, high)
    elif iops is not None:
        raise _wrong_iops(engine, kind, iops)
    return Storage(kind, gib, iops, None)


def check_size(engine: Engine, kind: str, gib: int) -> None:
    """Out of range is told like shrinking and like too small a growth."""
    smallest, largest = SIZES[kind]
    if not smallest <= gib <= largest:
        raise wrong_size(engine, kind, gib)


def check_maximum(engine: Engine, kind: str, gib: int, maximum: int) -> None:
    """Autoscaling: at least 10 % above the size; the size itself turns it off."""
    if kind == "standard" or maximum > SIZES[kind][1]:
        raise errors.invalid_combination(
            f"Invalid max storage size for engine name {engine.name} and storage type {kind}: {maximum}"
        )
    if maximum < gib:
        raise errors.invalid_combination("Max storage size must be greater than storage size")
    if maximum != gib and maximum * 10 < gib * 11:
        raise errors.invalid_combination(
            "The maximum allocated storage must be increased by at least 10 percent."
        )


def wrong_size(engine: Engine, kind: str, gib: int) -> Exception:
    """The message names the size that was sent, not the reason."""
    return errors.invalid_combination(
        f"Invalid storage size for engine name {engine.name} and storage type {kind}: {gib}"
    )


def _gp3(engine: Engine, gib: int, iops: int | None, throughput: int | None) -> Storage:
    if gib < STRIPED and (iops is not None or throughput is not None):
        raise errors.invalid_combination(
            f"You can't specify IOPS or storage throughput for engine {engine.name} and a storage size "
            f"less than {STRIPED}."
        )
    base_iops, base_throughput = baseline("gp3", gib)
    if gib >= STRIPED:
        if iops is not None:
            _check_iops(engine, "gp3", gib, iops, 12_000, 64_000)
        if throughput is not None and not 500 <= throughput <= 4_000:
            raise errors.invalid_combination(
                f"Invalid storage throughput value for engine name {engine.name} and storage type gp3: "
                f"{throughput}"
            )
        iops, throughput = iops or base_iops, throughput or base_throughput
        if throughput * 4 > iops:
            raise errors.invalid_combination(
                f"Invalid storage throughput to iops ratio for engine name {engine.name} and storage type "
                f"gp3: {throughput / iops:.4f}"
            )
        return Storage("gp3", gib, iops, throughput)
    return Storage("gp3", gib, base_iops, base_throughput)


def _check_iops(engine: Engine, kind: str, gib: int, iops: int, low: int, high: int) -> None:
    if not low <= iops <= high:
        raise _wrong_iops(engine, kind, iops)
    if iops > gib * _RATIO[kind] or iops * 2 < gib:
        raise errors.invalid_combination(
            f"Invalid iops to storage (GB) ratio for engine name {engine.name} and storage type {kind}: "
            f"{iops / gib:.4f}"
        )


def _wrong_iops(engine: Engine, kind: str, iops: int) -> Exception:
    return errors.invalid_combination(
        f"Invalid iops value for engine name {engine.name} and storage type {kind}: {iops}"
    )
