"""Changes of storage (rds-semantics §4.1)."""

import pytest

COMBINATION = "InvalidParameterCombination"
LOCKED = (
    COMBINATION,
    400,
    "You can't currently modify the storage of this DB instance because the previous storage change is being "
    "optimized.",
)
BOTH = (
    "You must specify both the storage size and iops when modifying the storage size or iops on a DB "
    "instance that has iops."
)
GP3 = "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400."


def size(gib, kind="gp3"):
    return f"Invalid storage size for engine name postgres and storage type {kind}: {gib}"


@pytest.mark.row("4.1", "Grow only, ≥10 %")
@pytest.mark.parametrize("gib", [99, 101, 109, 65_537, 20])
def test_shrinking_and_growing_by_less_than_a_tenth_and_too_much_are_one_error(rds, gib):
    rds.available(AllocatedStorage=100)
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", AllocatedStorage=gib)
    assert refusal == (COMBINATION, 400, size(gib))


@pytest.mark.row("4.1", "Grow only, ≥10 %")
def test_a_tenth_is_enough(rds):
    rds.available(AllocatedStorage=100)
    rds.modify(AllocatedStorage=110, ApplyImmediately=True)
    assert rds.until("db", "available")["AllocatedStorage"] == 110


@pytest.mark.row("4.1", "Described Iops may not be sent")
@pytest.mark.parametrize("request_", [{"Iops": 3000}, {"StorageThroughput": 125}], ids=str)
def test_iops_cannot_be_sent_for_small_gp3_not_even_unchanged(rds, request_):
    rds.available()
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", AllocatedStorage=30, **request_)
    assert refusal == (COMBINATION, 400, GP3)


@pytest.mark.row("4.1", "gp3 ≥400 GiB")
def test_beyond_the_striping_boundary_the_baseline_is_another(rds):
    rds.available(AllocatedStorage=399)
    rds.modify(AllocatedStorage=450, ApplyImmediately=True)
    one = rds.until("db", "available")
    assert (one["AllocatedStorage"], one["Iops"], one["StorageThroughput"]) == (450, 12_000, 500)


@pytest.mark.row("4.1", "Iops and AllocatedStorage travel together")
@pytest.mark.parametrize("request_", [{"AllocatedStorage": 200}, {"Iops": 2000}], ids=str)
def test_size_and_provisioned_iops_travel_together(rds, request_):
    rds.available(StorageType="io1", AllocatedStorage=100, Iops=1000)
    assert rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **request_) == (COMBINATION, 400, BOTH)
    rds.modify(AllocatedStorage=200, Iops=2000, ApplyImmediately=True)
    assert rds.until("db", "available")["Iops"] == 2000


@pytest.mark.row("4.1", "Cooldown")
def test_after_a_change_comes_optimization_and_a_lock_that_lasts_longer(make_rds):
    rds = make_rds(storageOptimization=3, storageLock=10)
    rds.available()
    rds.modify(AllocatedStorage=30, ApplyImmediately=True)
    assert rds.after(0) == "storage-optimization"
    assert rds.describe()["AllocatedStorage"] == 30
    again = {"DBInstanceIdentifier": "db", "AllocatedStorage": 40, "ApplyImmediately": True}
    assert rds.refused("ModifyDBInstance", **again) == LOCKED
    assert rds.after(3) == "available"
    assert rds.refused("ModifyDBInstance", **again) == LOCKED
    assert rds.after(7) == "available"
    rds.call("ModifyDBInstance", **again)


@pytest.mark.row("3", "`storage-optimization`")
@pytest.mark.row("4.1", "Cooldown")
def test_the_lock_refuses_the_whole_call_and_passes_other_changes(make_rds):
    rds = make_rds(storageOptimization=3)
    rds.available()
    rds.modify(AllocatedStorage=30, ApplyImmediately=True)
    assert rds.after(0) == "storage-optimization"
    mixed = rds.refused(
        "ModifyDBInstance", DBInstanceIdentifier="db", AllocatedStorage=40, MasterUserPassword="new-password"
    )
    assert mixed == LOCKED
    rds.modify(MasterUserPassword="new-password")
    rds.after(0)
    assert rds.servers.passwords[rds.describe()["DbiResourceId"]] == "new-password"


@pytest.mark.row("3", "`storage-optimization`")
def test_it_is_ready_while_it_optimizes_and_becomes_available(make_rds):
    rds = make_rds(modifying=2, storageOptimization=3)
    rds.available()
    rds.modify(AllocatedStorage=30, ApplyImmediately=True)
    assert [rds.after(seconds) for seconds in (0, 2, 2.9, 0.1)] == [
        "modifying",
        "storage-optimization",
        "storage-optimization",
        "available",
    ]


@pytest.mark.row("4.1", "MaxAllocatedStorage")
def test_autoscaling_is_turned_off_by_the_size_itself(rds):
    rds.available(MaxAllocatedStorage=100)
    rds.modify(MaxAllocatedStorage=20)
    assert "MaxAllocatedStorage" not in rds.until("db", "available")


@pytest.mark.row("4.1", "MaxAllocatedStorage")
@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"MaxAllocatedStorage": 99}, "Max storage size must be greater than storage size"),
        (
            {"MaxAllocatedStorage": 109},
            "The maximum allocated storage must be increased by at least 10 percent.",
        ),
        (
            {"MaxAllocatedStorage": 65_537},
            "Invalid max storage size for engine name postgres and storage type gp3: 65537",
        ),
        # The limit is not raised by itself.
        ({"AllocatedStorage": 250}, "Max storage size must be greater than storage size"),
        (
            {"AllocatedStorage": 190, "MaxAllocatedStorage": 200},
            "The maximum allocated storage must be increased by at least 10 percent.",
        ),
    ],
    ids=str,
)
def test_the_limit_of_autoscaling_leaves_room(rds, request_, text):
    rds.available(AllocatedStorage=100, MaxAllocatedStorage=200)
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **request_)
    assert refusal == (COMBINATION, 400, text)


def test_the_limit_is_raised_along_with_the_size(rds):
    rds.available(AllocatedStorage=100, MaxAllocatedStorage=200)
    rds.modify(AllocatedStorage=250, MaxAllocatedStorage=300, ApplyImmediately=True)
    one = rds.until("db", "available")
    assert (one["AllocatedStorage"], one["MaxAllocatedStorage"]) == (250, 300)


def test_a_limit_counts_from_the_size_that_is_pending(rds):
    rds.available(AllocatedStorage=100)
    rds.modify(AllocatedStorage=200)
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", MaxAllocatedStorage=150)
    assert refusal[2] == "Max storage size must be greater than storage size"


def test_magnetic_storage_does_not_scale_by_itself(rds):
    magnetic = {"StorageType": "standard", "AllocatedStorage": 100}
    assert rds.create_refused(**magnetic, MaxAllocatedStorage=200)[:2] == (COMBINATION, 400)
    rds.available(**magnetic)
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", MaxAllocatedStorage=200)
    assert refusal[:2] == (COMBINATION, 400)


@pytest.mark.row("7", "Quota: total storage")
def test_growth_counts_towards_the_quota(rds):
    rds.available()
    rds.settings.update({"storageQuotaGiB": 25})
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", AllocatedStorage=30)
    assert refusal[:2] == ("StorageQuotaExceeded", 400)


def test_throughput_that_was_asked_for_is_told(rds):
    one = rds.available(StorageType="gp3", AllocatedStorage=400, Iops=12_000, StorageThroughput=1000)
    assert one["StorageThroughput"] == 1000


def test_throughput_has_its_bounds_and_its_ratio_to_iops(rds):
    for throughput in (499, 4001, 3001):
        refusal = rds.create_refused(
            StorageType="gp3", AllocatedStorage=400, Iops=12_000, StorageThroughput=throughput
        )
        assert refusal[:2] == (COMBINATION, 400), throughput
