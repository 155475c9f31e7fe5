"""An answer is the same, byte for byte, whether the XML of an instance is kept or written anew."""

from datetime import UTC, datetime

import pytest
from localstack.aws.protocol.serializer import BaseXMLResponseSerializer, create_serializer
from localstack.aws.spec import load_service

from rds_lab.kept_xml import patch_serializer

INSTANCE = {
    "DBInstanceIdentifier": "first",
    "AllocatedStorage": 20,
    "MultiAZ": False,
    "InstanceCreateTime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "Endpoint": {"Address": "localhost", "Port": 5432},
    "PendingModifiedValues": {},
    "SecondaryAvailabilityZone": None,
    "TagList": [{"Key": "a<kept-xml />&", "Value": "ü \\1 <b>"}],
}


@pytest.fixture
def answer(monkeypatch):
    """What is sent for some instances; patched, once asked to be."""
    for name in ("_serialize", "_node_to_string"):
        monkeypatch.setattr(BaseXMLResponseSerializer, name, getattr(BaseXMLResponseSerializer, name))
    service = load_service("rds")

    def send(operation, result, mime_type=None):
        headers = {"Accept": mime_type} if mime_type else None
        model = service.operation_model(operation)
        serializer = create_serializer(service)
        return serializer.serialize_to_response(result, model, headers, "request-1").get_data()

    return send


def several(*instances):
    return "DescribeDBInstances", {"DBInstances": list(instances), "Marker": "next"}


@pytest.mark.parametrize("mime_type", [None, "application/json"])
def test_it_is_the_same_at_first_and_when_it_was_kept(answer, mime_type):
    other = INSTANCE | {"DBInstanceIdentifier": "second"}
    asked = [
        several(INSTANCE, other),
        several(other),
        several(),
        ("CreateDBInstance", {"DBInstance": INSTANCE}),
        ("DescribeDBParameterGroups", {"DBParameterGroups": [{"DBParameterGroupName": "<kept-xml />"}]}),
    ]
    before = [answer(*each, mime_type) for each in asked]
    patch_serializer()
    assert [answer(*each, mime_type) for each in asked] == before
    assert [answer(*each, mime_type) for each in asked] == before


def test_a_change_of_whatever_shows_at_once(answer):
    patch_serializer()
    instance = INSTANCE | {"TagList": [dict(tag) for tag in INSTANCE["TagList"]]}
    assert b"<AllocatedStorage>20</AllocatedStorage>" in answer(*several(instance))
    instance["AllocatedStorage"] = 30
    assert b"<AllocatedStorage>30</AllocatedStorage>" in answer(*several(instance))
    instance["TagList"][0]["Value"] = "changed"
    assert b"<Value>changed</Value>" in answer(*several(instance))
