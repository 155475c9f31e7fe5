"""Quotas, certificates, maintenance, and what an instance could become (rds-semantics §4.1, §4.2, §7)."""

import pytest


@pytest.mark.row("7", "DescribeAccountAttributes")
def test_quotas_are_told_with_their_use(rds):
    rds.settings.update({"instanceQuota": 7, "storageQuotaGiB": 500, "parameterGroupQuota": 5})
    rds.available(AllocatedStorage=30)
    rds.available("two")
    rds.delete("two", FinalDBSnapshotIdentifier="last")
    rds.settled()
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    rows = rds.call("DescribeAccountAttributes")["AccountQuotas"]
    told = {row["AccountQuotaName"]: (row["Used"], row["Max"]) for row in rows}
    assert told["DBInstances"] == (1, 7)
    assert told["AllocatedStorage"] == (30, 500)
    assert told["DBParameterGroups"] == (1, 5)
    assert told["ManualSnapshots"] == (1, 100)


@pytest.mark.row("4.2", "CA")
def test_there_are_three_authorities(rds):
    answer = rds.call("DescribeCertificates")
    assert answer["DefaultCertificateForNewLaunches"] == "rds-ca-rsa2048-g1"
    names = {row["CertificateIdentifier"] for row in answer["Certificates"]}
    assert names == {"rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"}
    (one,) = rds.call("DescribeCertificates", CertificateIdentifier="rds-ca-ecc384-g1")["Certificates"]
    assert one["CertificateType"] == "CA"
    refusal = rds.refused("DescribeCertificates", CertificateIdentifier="rds-ca-2019")
    assert refusal[:2] == ("CertificateNotFound", 404)


@pytest.mark.row("7", "DescribePendingMaintenanceActions")
def test_no_maintenance_is_pending(rds):
    rds.available()
    assert rds.call("DescribePendingMaintenanceActions")["PendingMaintenanceActions"] == []
    refusal = rds.refused("DescribePendingMaintenanceActions", Filters=[{"Name": "x", "Values": ["y"]}])
    assert refusal[:2] == ("InvalidParameterValue", 400)


@pytest.mark.row("4.1", "Valid storage modifications")
def test_storage_that_an_instance_could_have(make_rds):
    rds = make_rds(creating=5)
    rds.create(AllocatedStorage=50)
    refusal = rds.refused("DescribeValidDBInstanceModifications", DBInstanceIdentifier="db")
    assert refusal[:2] == ("InvalidDBInstanceState", 400)
    rds.after(5)
    answer = rds.call("DescribeValidDBInstanceModifications", DBInstanceIdentifier="db")
    storage = {row["StorageType"]: row for row in answer["ValidDBInstanceModificationsMessage"]["Storage"]}
    assert storage["gp3"]["StorageSize"] == [{"From": 50, "To": 65_536, "Step": 1}]
    assert storage["io1"]["StorageSize"][0]["From"] == 100
    assert storage["io1"]["IopsToStorageRatio"] == [{"From": 0.5, "To": 50.0}]


@pytest.mark.row("2", "Windows")
@pytest.mark.parametrize(
    ("request_", "backup", "maintenance"),
    [
        ({"PreferredMaintenanceWindow": "Sun:05:00-SUN:06:00"}, "03:00-03:30", "sun:05:00-sun:06:00"),
        ({"PreferredBackupWindow": "04:00-05:00"}, "04:00-05:00", "sun:20:00-sun:20:30"),
        ({"PreferredMaintenanceWindow": "sun:03:00-sun:04:00"}, "22:00-22:30", "sun:03:00-sun:04:00"),
    ],
    ids=str,
)
def test_a_window_that_is_not_given_is_apart_from_the_one_that_is(rds, request_, backup, maintenance):
    one = rds.create(**request_)
    assert (one["PreferredBackupWindow"], one["PreferredMaintenanceWindow"]) == (backup, maintenance)


@pytest.mark.row("2", "Windows")
def test_windows_may_not_be_moved_over_each_other(rds):
    rds.available()
    refusal = rds.refused(
        "ModifyDBInstance", DBInstanceIdentifier="db", PreferredMaintenanceWindow="MON:02:00-MON:04:00"
    )
    text = "The backup window and maintenance window must not overlap."
    assert refusal == ("InvalidParameterValue", 400, text)
    rds.modify(PreferredMaintenanceWindow="Sun:05:00-Sun:06:00")
    assert rds.describe()["PreferredMaintenanceWindow"] == "sun:05:00-sun:06:00"
