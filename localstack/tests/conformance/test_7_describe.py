"""§7: quotas."""

import pytest


@pytest.mark.row("7", "Quota: tags/resource")
def test_a_resource_has_fifty_tags(rds):
    many = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    assert rds.create_refused(Tags=many)[:2] == ("InvalidParameterValue", 400)
    assert len(rds.create(Tags=many[:50])["TagList"]) == 50


@pytest.mark.row("7", "TagList inline")
def test_tags_are_in_every_page_of_a_description(rds):
    tags = [{"Key": "a", "Value": "b"}]
    rds.create(Tags=tags)
    (one,) = rds.call("DescribeDBInstances")["DBInstances"]
    assert one["TagList"] == tags
