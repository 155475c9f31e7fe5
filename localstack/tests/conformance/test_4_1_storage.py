"""§4.1: sizes, IOPS and throughput by storage type."""

import pytest

COMBINATION = "InvalidParameterCombination"


def outcome(rds, number, **request):
    """What the volume is, or the text of the refusal."""
    if number:
        one = rds.create(f"db-{number}", **request)
        return one["AllocatedStorage"], one.get("Iops"), one.get("StorageThroughput")
    code, status, text = rds.create_refused(**request)
    assert (code, status) == (COMBINATION, 400)
    return text


def size(kind, gib):
    return f"Invalid storage size for engine name postgres and storage type {kind}: {gib}"


@pytest.mark.row("4.1", "gp2")
def test_gp2_has_iops_by_its_size_only(rds):
    assert outcome(rds, 1, StorageType="gp2", AllocatedStorage=20)[0] == 20
    assert outcome(rds, 2, StorageType="gp2", AllocatedStorage=65_536)[0] == 65_536
    assert outcome(rds, 0, StorageType="gp2", AllocatedStorage=19) == size("gp2", 19)
    assert outcome(rds, 0, StorageType="gp2", AllocatedStorage=65_537) == size("gp2", 65_537)
    text = "Invalid iops value for engine name postgres and storage type gp2: 4000"
    assert outcome(rds, 0, StorageType="gp2", AllocatedStorage=20, Iops=4000) == text


@pytest.mark.row("4.1", "gp3 <400 GiB")
@pytest.mark.parametrize("gib", [20, 399])
def test_small_gp3_has_fixed_iops_and_takes_none(rds, gib):
    gp3 = {"StorageType": "gp3", "AllocatedStorage": gib}
    text = (
        "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400."
    )
    assert outcome(rds, 1, **gp3) == (gib, 3_000, 125)
    assert outcome(rds, 0, **gp3, Iops=3_000) == text
    assert outcome(rds, 0, **gp3, StorageThroughput=125) == text


@pytest.mark.row("4.1", "gp3 ≥400 GiB")
def test_large_gp3_has_a_baseline_and_bounds(rds):
    gp3 = {"StorageType": "gp3", "AllocatedStorage": 400}
    assert outcome(rds, 1, **gp3) == (400, 12_000, 500)
    assert outcome(rds, 2, **gp3, Iops=64_000, StorageThroughput=4_000) == (400, 64_000, 4_000)
    for iops in (11_999, 64_001):
        text = f"Invalid iops value for engine name postgres and storage type gp3: {iops}"
        assert outcome(rds, 0, **gp3, Iops=iops) == text
    assert "ratio" in outcome(rds, 0, **gp3, Iops=12_000, StorageThroughput=3_001)


@pytest.mark.row("4.1", "io1 / io2")
@pytest.mark.parametrize("kind", ["io1", "io2"])
def test_provisioned_iops_are_in_a_ratio_to_the_size(rds, kind):
    assert outcome(rds, 1, StorageType=kind, AllocatedStorage=100, Iops=1_000) == (100, 1_000, None)
    assert outcome(rds, 2, StorageType=kind, AllocatedStorage=400, Iops=20_000) == (400, 20_000, None)
    text = f"The storage type {kind} requires iops to be specified."
    assert outcome(rds, 0, StorageType=kind, AllocatedStorage=100) == text
    assert outcome(rds, 0, StorageType=kind, AllocatedStorage=99, Iops=1_000) == size(kind, 99)
    text = f"Invalid iops to max storage (GB) ratio for engine name postgres and storage type {kind}: "
    assert outcome(rds, 0, StorageType=kind, AllocatedStorage=100, Iops=5_001) == text + "50.0100"
    assert outcome(rds, 0, StorageType=kind, AllocatedStorage=5_000, Iops=1_500) == text + "0.3000"


@pytest.mark.row("4.1", "standard (magnetic)")
def test_magnetic_is_small(rds):
    assert outcome(rds, 1, StorageType="standard", AllocatedStorage=5) == (5, None, None)
    assert outcome(rds, 0, StorageType="standard", AllocatedStorage=4) == size("standard", 4)
    assert outcome(rds, 0, StorageType="standard", AllocatedStorage=3_073) == size("standard", 3_073)


@pytest.mark.row("4.1", "MaxAllocatedStorage")
def test_autoscaling_leaves_room_for_a_tenth_at_least(rds):
    higher = "Max storage size must be greater than storage size"
    tenth = "The maximum allocated storage must be increased by at least 10 percent."
    most = "Invalid max storage size for engine name postgres and storage type gp3: 65537"
    wanted = {"AllocatedStorage": 100}
    assert outcome(rds, 0, **wanted, MaxAllocatedStorage=99) == higher
    assert outcome(rds, 0, **wanted, MaxAllocatedStorage=109) == tenth
    assert outcome(rds, 0, **wanted, MaxAllocatedStorage=65_537) == most
    assert rds.create("a", **wanted, MaxAllocatedStorage=110)["MaxAllocatedStorage"] == 110
    assert "MaxAllocatedStorage" not in rds.create("b", **wanted, MaxAllocatedStorage=100)
