"""§2: input validation."""

import pytest

VALUE = "InvalidParameterValue"


@pytest.mark.row("2", "Snapshot ids (manual + final)")
@pytest.mark.parametrize("name", ["1st", "last-", "la--st", "rds:last", "l" * 256])
def test_a_snapshots_name_is_checked_under_its_parameters_name(rds, name):
    rds.available()
    code, status, text = rds.refused(
        "DeleteDBInstance", DBInstanceIdentifier="db", FinalDBSnapshotIdentifier=name
    )
    assert (code, status) == (VALUE, 400)
    assert text.startswith("The parameter FinalDBSnapshotIdentifier is not a valid identifier.")
    assert rds.status() == "available"


@pytest.mark.row("2", "Snapshot ids (manual + final)")
def test_a_snapshots_name_has_up_to_255_characters(rds):
    rds.available()
    rds.delete(FinalDBSnapshotIdentifier="L" * 255)
    (snapshot,) = rds.call("DescribeDBSnapshots")["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == "l" * 255


@pytest.mark.row("2", "Parameter/subnet group names")
@pytest.mark.parametrize(("name", "accepted"), [("a" * 255, True), ("a" * 256, False), ("Mine", True)])
def test_group_names_have_up_to_255_characters_and_are_lower_case(rds, name, accepted):
    group = {"DBParameterGroupName": name, "DBParameterGroupFamily": "postgres16", "Description": "d"}
    subnets = {
        "DBSubnetGroupName": name,
        "DBSubnetGroupDescription": "d",
        "SubnetIds": ["subnet-0a0a0a0a", "subnet-0b0b0b0b"],
    }
    if accepted:
        made = rds.call("CreateDBParameterGroup", **group)["DBParameterGroup"]
        assert made["DBParameterGroupName"] == name.lower()
        made = rds.call("CreateDBSubnetGroup", **subnets)["DBSubnetGroup"]
        assert made["DBSubnetGroupName"] == name.lower()
    else:
        assert rds.refused("CreateDBParameterGroup", **group)[:2] == (VALUE, 400)
        assert rds.refused("CreateDBSubnetGroup", **subnets)[:2] == (VALUE, 400)


@pytest.mark.row("2", "Port")
def test_a_port_has_its_bounds_and_its_default(rds):
    for number in (1149, 65_536):
        assert rds.create_refused(Port=number)[:2] == (VALUE, 400)
    rds.settings.update({"engines": False})
    assert rds.available("one", Port=1150)["Endpoint"]["Port"] == 1150
    assert rds.available("two")["Endpoint"]["Port"] == 5432


@pytest.mark.row("2", "BackupRetentionPeriod")
@pytest.mark.parametrize(("sent", "shown"), [(None, 1), (0, 0), (35, 35), (36, None), (-1, None)])
def test_backups_are_kept_for_up_to_35_days_and_for_one_by_default(rds, sent, shown):
    request = {} if sent is None else {"BackupRetentionPeriod": sent}
    if shown is None:
        assert rds.create_refused(**request)[:2] == (VALUE, 400)
    else:
        assert rds.create(**request)["BackupRetentionPeriod"] == shown


@pytest.mark.row("2", "AvailabilityZone")
def test_a_zone_is_not_for_multi_az(rds):
    zone = "eu-central-1b"
    refusal = rds.create_refused(MultiAZ=True, AvailabilityZone=zone)
    assert refusal[:2] == ("InvalidParameterCombination", 400)
    assert rds.available(AvailabilityZone=zone)["AvailabilityZone"] == zone
