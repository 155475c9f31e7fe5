"""Storage: sizes and IOPS by type, growth by a tenth at least, never less (rds-semantics §4.1)."""

from typing import Any

from rds_lab.rds import errors

# GiB: least and most.
_SIZES = {
    "gp2": (20, 65_536),
    "gp3": (20, 65_536),
    "io1": (100, 65_536),
    "io2": (100, 65_536),
    "standard": (5, 3_072),
}
# From here on a gp3 volume is striped over four.
STRIPED = 400
_GP3_IOPS = (12_000, 64_000)
_PROVISIONED = ("io1", "io2")


def _of(engine: str, kind: str) -> str:
    return f"for engine name {engine} and storage type {kind}"


def size(engine: str, kind: str, gib: int) -> None:
    """A size that this type can have."""
    if kind not in _SIZES:
        raise errors.invalid_value(f"Invalid storage type: {kind}")
    least, most = _SIZES[kind]
    if not least <= gib <= most:
        raise errors.invalid_combination(f"Invalid storage size {_of(engine, kind)}: {gib}")


def growth(engine: str, kind: str, has: int, gib: int) -> None:
    """Shrinking and growing by less than a tenth are refused in the same words."""
    size(engine, kind, gib)
    if gib != has and gib * 10 < has * 11:
        raise errors.invalid_combination(f"Invalid storage size {_of(engine, kind)}: {gib}")


def iops(engine: str, kind: str, gib: int, wanted: int | None, throughput: int | None) -> int | None:
    """The IOPS the volume gets, or why those that were sent are refused."""
    if kind == "gp3" and gib < STRIPED:
        if wanted is not None or throughput is not None:
            raise errors.invalid_combination(
                f"You can't specify IOPS or storage throughput for engine {engine} and a storage size less "
                f"than {STRIPED}."
            )
        return 3_000
    if kind == "gp3":
        least, most = _GP3_IOPS
        if wanted is not None and not least <= wanted <= most:
            raise errors.invalid_combination(f"Invalid iops value {_of(engine, kind)}: {wanted}")
        return wanted or least
    if kind in _PROVISIONED:
        if wanted is None:
            raise errors.invalid_combination(f"The storage type {kind} requires iops to be specified.")
        if not 0.5 <= wanted / gib <= 50 or not 1_000 <= wanted <= 256_000:
            raise errors.invalid_combination(
                f"Invalid iops to max storage (GB) ratio {_of(engine, kind)}: {wanted / gib:.4f}"
            )
        return wanted
    if wanted is not None:
        raise errors.invalid_combination(f"Invalid iops value {_of(engine, kind)}: {wanted}")
    return None


def maximum(engine: str, kind: str, gib: int, most: int) -> None:
    """Autoscaling up to a size that is a tenth more at least."""
    if kind == "standard" and most != gib:
        raise errors.invalid_combination(f"Storage autoscaling is not supported {_of(engine, kind)}")
    if most < gib:
        raise errors.invalid_combination("Max storage size must be greater than storage size")
    if most > _SIZES[kind][1]:
        raise errors.invalid_combination(f"Invalid max storage size {_of(engine, kind)}: {most}")
    if most != gib and most * 10 < gib * 11:
        raise errors.invalid_combination(
            "The maximum allocated storage must be increased by at least 10 percent."
        )


def throughput(engine: str, kind: str, gib: int, iops: int | None, wanted: int | None) -> int | None:
    """MiB/s the volume gets, or why those that were sent are refused."""
    if kind != "gp3":
        if wanted is not None:
            raise errors.invalid_combination(
                f"Invalid storage throughput value {_of(engine, kind)}: {wanted}"
            )
        return None
    if wanted is None:
        return 500 if gib >= STRIPED else 125
    if not 500 <= wanted <= 4_000:
        raise errors.invalid_combination(f"Invalid storage throughput value {_of(engine, kind)}: {wanted}")
    if iops and wanted > iops * 0.25:
        raise errors.invalid_combination(
            f"Invalid storage throughput to iops ratio {_of(engine, kind)}: {wanted / iops:.4f}"
        )
    return wanted


def valid(has: int) -> list[dict[str, Any]]:
    """For DescribeValidDBInstanceModifications: what a volume of this size could become."""
    return [_valid(kind, has) for kind, (_, most) in _SIZES.items() if has <= most]


def _valid(kind: str, has: int) -> dict[str, Any]:
    least, most = _SIZES[kind]
    # It stays as it is, or grows by a tenth at least.
    row: dict[str, Any] = {
        "StorageType": kind,
        "StorageSize": [{"From": max(least, has), "To": most, "Step": 1}],
        "SupportsStorageAutoscaling": kind != "standard",
    }
    if kind in _PROVISIONED:
        row["ProvisionedIops"] = [{"From": 1_000, "To": 256_000, "Step": 1}]
        row["IopsToStorageRatio"] = [{"From": 0.5, "To": 50.0}]
    if kind == "gp3":
        row["ProvisionedIops"] = [{"From": _GP3_IOPS[0], "To": _GP3_IOPS[1], "Step": 1}]
        row["IopsToStorageRatio"] = [{"From": 0.0, "To": 500.0}]
        row["ProvisionedStorageThroughput"] = [{"From": 500, "To": 4_000, "Step": 1}]
        row["StorageThroughputToIopsRatio"] = [{"From": 0.0, "To": 0.25}]
    return row
