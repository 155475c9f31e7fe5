"""Tags (rds-semantics §2, §10)."""

import pytest

ARN = "arn:aws:rds:eu-central-1:000000000000:db:"


@pytest.fixture
def tagged(rds):
    rds.available(Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    return rds


def tags(rds):
    listed = rds.call("ListTagsForResource", ResourceName=ARN + "db")["TagList"]
    assert listed == rds.describe()["TagList"]
    return {tag["Key"]: tag["Value"] for tag in listed}


@pytest.mark.row("2", "RDS tags")
def test_the_same_key_is_overwritten(tagged):
    added = [{"Key": "b", "Value": "3"}, {"Key": "c", "Value": ""}, {"Key": "A", "Value": "x"}]
    tagged.call("AddTagsToResource", ResourceName=ARN + "db", Tags=added)
    assert tags(tagged) == {"a": "1", "b": "3", "c": "", "A": "x"}


def test_a_key_that_is_not_there_is_removed_without_complaint(tagged):
    tagged.call("RemoveTagsFromResource", ResourceName=ARN + "db", TagKeys=["a", "zz"])
    assert tags(tagged) == {"b": "2"}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("AddTagsToResource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("RemoveTagsFromResource", {"TagKeys": ["a"]}),
        ("ListTagsForResource", {}),
    ],
)
def test_an_unknown_instance_is_not_found(rds, operation, request_):
    refusal = rds.refused(operation, ResourceName=ARN + "zz", **request_)
    assert refusal == ("DBInstanceNotFound", 404, "DBInstance zz not found.")
    assert rds.refused(operation, ResourceName="db", **request_)[:2] == ("InvalidParameterValue", 400)
    assert rds.refused(operation, **request_)[:2] == ("MissingParameter", 400)


@pytest.mark.row("2", "RDS tags")
@pytest.mark.parametrize(
    "tag",
    [
        {"Key": "", "Value": ""},
        {"Key": "k" * 129, "Value": ""},
        {"Key": "k", "Value": "v" * 257},
        {"Key": "aws:x", "Value": ""},
        {"Key": "rds:x", "Value": ""},
        {"Key": "k", "Value": "aws:x"},
        *({"Key": "k", "Value": f"a{sign}b"} for sign in ",;{}\"#*$%'&!?<>|~^`\\()[]\n"),
    ],
    ids=lambda tag: repr(tag)[:40],
)
def test_a_bad_tag_is_refused_and_none_of_the_call_is_set(tagged, tag):
    before = tags(tagged)
    refusal = tagged.refused(
        "AddTagsToResource", ResourceName=ARN + "db", Tags=[{"Key": "good", "Value": "1"}, tag]
    )
    assert refusal[:2] == ("InvalidParameterValue", 400)
    assert tags(tagged) == before


@pytest.mark.row("2", "RDS tags")
def test_letters_of_all_scripts_and_some_signs_are_allowed(tagged):
    value = "Grüße 世界 ٣ a_b.c:d/e=f+g-h@i"
    tagged.call("AddTagsToResource", ResourceName=ARN + "db", Tags=[{"Key": value, "Value": value}])
    assert tags(tagged)[value] == value


@pytest.mark.row("7", "Quota: tags/resource")
def test_fifty_is_the_limit_of_the_resource_not_of_the_call(tagged):
    more = [{"Key": f"k{number}", "Value": ""} for number in range(48)]
    tagged.call("AddTagsToResource", ResourceName=ARN + "db", Tags=more)
    one_more = [{"Key": "one-more", "Value": ""}]
    refusal = tagged.refused("AddTagsToResource", ResourceName=ARN + "db", Tags=one_more)
    assert refusal[:2] == ("InvalidParameterValue", 400)
    tagged.call("AddTagsToResource", ResourceName=ARN + "db", Tags=[{"Key": "k0", "Value": "again"}])
    assert len(tags(tagged)) == 50


@pytest.fixture
def resources(tagged):
    tagged.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    tagged.call(
        "CreateDBSubnetGroup",
        DBSubnetGroupName="mine",
        DBSubnetGroupDescription="mine",
        SubnetIds=["subnet-0a0a0a0a", "subnet-0b0b0b0b"],
    )
    tagged.modify(CopyTagsToSnapshot=True)
    tagged.delete(FinalDBSnapshotIdentifier="mine")
    return tagged


@pytest.mark.row("2", "RDS tags")
@pytest.mark.row("6", "Tags of a final snapshot")
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("pg", "DBParameterGroupNotFound"),
        ("subgrp", "DBSubnetGroupNotFoundFault"),
        ("snapshot", "DBSnapshotNotFound"),
    ],
)
def test_groups_and_snapshots_have_tags_of_their_own(resources, kind, code):
    arn = ARN.replace(":db:", f":{kind}:")
    copied = {"a": "1", "b": "2"} if kind == "snapshot" else {}

    def listed():
        rows = resources.call("ListTagsForResource", ResourceName=arn + "mine")["TagList"]
        return {row["Key"]: row["Value"] for row in rows}

    assert listed() == copied
    added = [{"Key": "b", "Value": "3"}, {"Key": "c", "Value": ""}]
    resources.call("AddTagsToResource", ResourceName=arn + "mine", Tags=added)
    assert listed() == copied | {"b": "3", "c": ""}
    resources.call("RemoveTagsFromResource", ResourceName=arn + "mine", TagKeys=["c", "zz"])
    assert listed() == copied | {"b": "3"}
    bad = [{"Key": "rds:x", "Value": ""}]
    refusal = resources.refused("AddTagsToResource", ResourceName=arn + "mine", Tags=bad)
    assert refusal[:2] == ("InvalidParameterValue", 400)
    assert resources.refused("ListTagsForResource", ResourceName=arn + "zz")[:2] == (code, 404)
