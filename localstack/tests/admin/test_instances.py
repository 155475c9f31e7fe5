"""Instances that nobody needs any more are forgotten, in whatever state."""

from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


def test_what_is_named_like_this_is_gone_at_once_and_all_else_stays(aws, admin):
    rds, name = aws("rds"), f"forgotten-{uuid4()}"
    other = f"kept-{uuid4()}"
    for identifier in (f"{name}-1", f"{name}-2", other):
        rds.create_db_instance(
            DBInstanceIdentifier=identifier,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="master",
            MasterUserPassword="a-long-password",
            DeletionProtection=True,
        )
    assert admin("DELETE", f"instances?prefix={name.upper()}-") == (200, {"forgotten": 2})
    assert admin("DELETE", f"instances?prefix={name}-") == (200, {"forgotten": 0})
    shown = [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
    assert other in shown and not any(each.startswith(name) for each in shown)
    with pytest.raises(ClientError) as caught:
        rds.describe_db_instances(DBInstanceIdentifier=f"{name}-1")
    assert caught.value.response["Error"]["Code"] == "DBInstanceNotFound"
    assert admin("DELETE", f"instances?prefix={other}") == (200, {"forgotten": 1})


def test_all_of_them_are_not_meant_by_saying_nothing(admin):
    assert admin("DELETE", "instances") == (
        400,
        {"error": "prefix must say what the identifiers begin with."},
    )
