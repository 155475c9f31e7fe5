"""`hide`, `late_modify`, `late_tags`, `late_create`, `refuse_tags`: answers that lack something (§7, §12)."""

import pytest

STATE = "InvalidDBInstanceState"
ONE, TWO = [{"Key": "a", "Value": "1"}], [{"Key": "a", "Value": "2"}]


def names(rds, **request):
    return [one["DBInstanceIdentifier"] for one in rds.call("DescribeDBInstances", **request)["DBInstances"]]


WAYS = [
    {},
    {"Filters": [{"Name": "db-instance-id", "Values": ["db", "other"]}]},
    {"Filters": [{"Name": "engine", "Values": ["postgres"]}]},
]


@pytest.mark.parametrize("way", WAYS, ids=["list", "by id", "by engine"])
def test_lists_lack_it_as_often_as_was_asked(rds, way):
    rds.available()
    rds.available("other")
    rds.happens("hide", count=2)
    assert [names(rds, **way) for _ in range(3)] == [["other"], ["other"], ["db", "other"]]


def test_by_its_name_it_is_not_found(rds):
    arn = rds.available()["DBInstanceArn"]
    rds.happens("hide")
    refusal = rds.refused("DescribeDBInstances", DBInstanceIdentifier=arn)
    assert refusal[:2] == ("DBInstanceNotFound", 404)
    assert rds.status() == "available"


def test_answers_that_would_not_show_it_do_not_count(rds):
    for number in range(25):
        rds.available(f"a-{number:02}")
    rds.available("zz")
    rds.happens("hide", "zz")
    names(rds, Filters=[{"Name": "db-instance-id", "Values": ["a-00"]}])
    first = rds.call("DescribeDBInstances", MaxRecords=20)
    assert rds.waiting() == ["hide"]
    assert "zz" not in names(rds, Marker=first["Marker"])
    assert rds.waiting() == []


def test_a_hidden_one_is_untouched_otherwise(rds):
    rds.happens("hide", count=9)
    rds.create()
    rds.settled()
    assert names(rds) == []
    assert rds.create_refused()[0] == "DBInstanceAlreadyExists"
    assert rds.modify(DBInstanceClass="db.t4g.small")["DBInstanceIdentifier"] == "db"
    rds.delete(SkipFinalSnapshot=True)


def test_a_change_shows_late_and_whole(make_rds):
    rds = make_rds(modifying=2)
    rds.happens("late_modify", seconds=10)
    rds.available()
    assert rds.modify(MultiAZ=True, DeletionProtection=True, ApplyImmediately=True)["PendingModifiedValues"]
    for seconds in (0, 1, 8.9):
        assert rds.after(seconds) == "available"
        one = rds.describe()
        assert (one["MultiAZ"], one["DeletionProtection"], one["PendingModifiedValues"]) == (False, False, {})
    rds.after(0.1)
    one = rds.describe()
    assert (one["MultiAZ"], one["DeletionProtection"]) == (True, True)


def test_a_refused_change_is_not_the_one_that_shows_late(rds):
    rds.available()
    rds.happens("late_modify", seconds=10)
    rds.refused("ModifyDBInstance", DBInstanceIdentifier="db")
    assert rds.waiting() == ["late_modify"]
    rds.modify(DeletionProtection=True)
    assert rds.describe()["DeletionProtection"] is False


def test_while_a_change_shows_late_tags_and_the_end_do_not(make_rds):
    rds = make_rds(deleting=5)
    arn = rds.available()["DBInstanceArn"]
    rds.happens("late_modify", seconds=10)
    rds.modify(MultiAZ=True)
    rds.call("AddTagsToResource", ResourceName=arn, Tags=ONE)
    assert rds.describe()["TagList"] == ONE
    rds.delete(SkipFinalSnapshot=True)
    assert rds.status() == "deleting"


def test_tags_that_were_written_show_late_and_no_others(rds):
    arn = rds.available(Tags=ONE)["DBInstanceArn"]
    rds.happens("late_tags", seconds=10)
    new = {"Key": "new", "Value": "x"}
    rds.call("AddTagsToResource", ResourceName=arn, Tags=[*TWO, new])
    other = {"Key": "other", "Value": "y"}
    rds.call("AddTagsToResource", ResourceName=arn, Tags=[other])
    for _ in range(2):
        assert rds.describe()["TagList"] == [*ONE, other]
        assert rds.call("ListTagsForResource", ResourceName=arn)["TagList"] == [*ONE, other]
        rds.after(4.9)
    rds.after(0.2)
    shown = sorted(rds.describe()["TagList"], key=lambda tag: tag["Key"])
    assert shown == [*TWO, new, other]


def test_removing_tags_or_a_refused_call_does_not_use_it_up(rds):
    arn = rds.available(Tags=ONE)["DBInstanceArn"]
    rds.happens("late_tags", seconds=10)
    rds.refused("AddTagsToResource", ResourceName=arn, Tags=[{"Key": "aws:a", "Value": "b"}])
    rds.call("RemoveTagsFromResource", ResourceName=arn, TagKeys=["a"])
    assert rds.describe()["TagList"] == []
    assert rds.waiting() == ["late_tags"]


def test_an_instance_shows_late_though_it_is_there(rds):
    rds.happens("late_create", seconds=10)
    rds.create_refused(AllocatedStorage=1)
    arn = rds.create()["DBInstanceArn"]
    rds.settled()
    rds.time += 9.9
    assert names(rds) == []
    assert names(rds, Filters=[{"Name": "db-instance-id", "Values": ["db"]}]) == []
    assert rds.refused("DescribeDBInstances", DBInstanceIdentifier="db")[0] == "DBInstanceNotFound"
    assert rds.create_refused()[:2] == ("DBInstanceAlreadyExists", 400)
    rds.call("AddTagsToResource", ResourceName=arn, Tags=ONE)
    rds.time += 0.1
    assert names(rds) == ["db"]


@pytest.mark.row("3", "AddTagsToResource / RemoveTags")
@pytest.mark.parametrize("operation", ["AddTagsToResource", "RemoveTagsFromResource"])
def test_tags_are_refused_in_these_states_only(make_rds, operation):
    rds = make_rds(modifying=5)
    arn = rds.available()["DBInstanceArn"]
    tags = {"Tags": ONE} if operation == "AddTagsToResource" else {"TagKeys": ["a"]}
    rds.happens("refuse_tags", statuses=["modifying", "upgrading"])
    rds.call(operation, ResourceName=arn, **tags)
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(1) == "modifying"
    for _ in range(3):
        refusal = rds.refused(operation, ResourceName=arn, **tags)
        assert refusal == (STATE, 400, "Database instance is not in available state.")
    rds.after(5)
    rds.call(operation, ResourceName=arn, **tags)


def test_refusals_of_tags_can_be_counted(rds):
    arn = rds.available()["DBInstanceArn"]
    rds.happens("refuse_tags", statuses=["available"], count=1)
    assert rds.refused("AddTagsToResource", ResourceName=arn, Tags=ONE)[0] == STATE
    rds.call("AddTagsToResource", ResourceName=arn, Tags=ONE)


@pytest.mark.parametrize("kind", ["hide", "late_modify", "late_tags", "late_create", "refuse_tags"])
def test_another_instance_is_not_meant(rds, kind):
    rds.happens(kind, "db-2", **{"seconds": 9} if "late" in kind else {"statuses": ["available"]})
    arn = rds.available()["DBInstanceArn"]
    rds.call("AddTagsToResource", ResourceName=arn, Tags=ONE)
    rds.modify(DeletionProtection=True)
    one = rds.describe()
    assert (one["TagList"], one["DeletionProtection"]) == (ONE, True)
    assert rds.waiting() == [kind]


def test_what_is_written_again_meanwhile_shows_at_once(rds):
    arn = rds.available(Tags=ONE)["DBInstanceArn"]
    rds.happens("late_tags", seconds=10)
    rds.call("AddTagsToResource", ResourceName=arn, Tags=TWO)
    assert rds.describe()["TagList"] == ONE
    three = [{"Key": "a", "Value": "3"}]
    rds.call("AddTagsToResource", ResourceName=arn, Tags=three)
    assert rds.describe()["TagList"] == three
