"""What a posted fault is read as, and which calls it is meant for."""

import pytest

from rds_lab.admin.fault import parse
from rds_lab.admin.faults import Faults


def test_defaults():
    fault = parse({"operation": "CreateDBInstance", "kind": "error"})
    assert (fault.code, fault.status, fault.remaining, fault.probability) == ("InternalFailure", 500, 1, 1.0)
    assert parse({"operation": "*", "kind": "throttle", "count": None}).remaining is None


def test_a_code_that_is_known_brings_its_status_unless_another_is_told():
    capacity = {"operation": "*", "kind": "error", "code": "InsufficientDBInstanceCapacity"}
    assert parse(capacity).status == 400
    assert parse(capacity | {"status": 503}).status == 503
    assert parse(capacity | {"code": "AccessDenied"}).status == 403
    assert parse(capacity | {"code": "SomethingElse"}).status == 500
    assert parse(capacity | {"message": "Full."}).as_json()["message"] == "Full."


def test_a_field_that_the_kind_does_not_use_is_ignored():
    unused = {"delaySeconds": "soon", "code": 7, "status": "x", "other": []}
    assert parse({"operation": "*", "kind": "drop_after"} | unused).delay_seconds is None
    assert parse({"operation": "*", "kind": "throttle", "status": 999}).status is None
    assert parse({"operation": "*", "kind": "delay", "delaySeconds": 0.5, "code": {}}).code is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "kind must be one of throttle, error, delay, drop_before, drop_after."),
        ({"kind": ["throttle"]}, "kind must be one of"),
        ({"kind": "throttle"}, "operation is missing"),
        ({"kind": "throttle", "operation": ""}, "operation must be a string"),
        ({"kind": "throttle", "operation": "*", "service": 1}, "service must be a string"),
        ({"kind": "throttle", "operation": "*", "identifier": []}, "identifier must be a string"),
        ({"kind": "throttle", "operation": "*", "count": 0}, "count must be at least 1."),
        ({"kind": "throttle", "operation": "*", "count": 1.5}, "count must be a whole number."),
        ({"kind": "throttle", "operation": "*", "count": True}, "count must be a whole number."),
        ({"kind": "throttle", "operation": "*", "probability": 2}, "probability must be between 0 and 1."),
        ({"kind": "throttle", "operation": "*", "probability": "1"}, "probability must be a number."),
        ({"kind": "delay", "operation": "*"}, "delaySeconds is missing"),
        ({"kind": "delay", "operation": "*", "delaySeconds": -1}, "delaySeconds must be between 0 and 600."),
        ({"kind": "error", "operation": "*", "status": 200}, "status must be between 400 and 599."),
        ({"kind": "error", "operation": "*", "code": 5}, "code must be a string"),
        ({"kind": "error", "operation": "*", "message": ""}, "message must be a string"),
    ],
)
def test_what_is_wrong_is_said(body, sentence):
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        parse(body)


def test_a_fault_is_meant_for_a_service_an_operation_and_an_identifier():
    fault = parse(
        {"operation": "DeleteSecret", "service": "secretsmanager", "identifier": "Team/A", "kind": "error"}
    )
    assert fault.matches("secretsmanager", "DeleteSecret", ["x", "arn:...:secret:team/a-AbCdEf"])
    assert not fault.matches("secretsmanager", "DeleteSecret", ["team/b"])
    assert not fault.matches("secretsmanager", "DeleteSecret", [])
    assert not fault.matches("rds", "DeleteSecret", ["team/a"])
    assert not fault.matches("secretsmanager", "CreateSecret", ["team/a"])


def test_delays_add_up_and_the_next_other_fault_ends_it():
    faults = Faults()
    delay = {"operation": "*", "kind": "delay", "delaySeconds": 0}
    for body in (delay, delay, {"operation": "*", "kind": "error"}, {"operation": "*", "kind": "throttle"}):
        faults.add(parse(body))
    assert [one.kind for one in faults.take("rds", "X", [])] == ["delay", "delay", "error"]
    assert [one.kind for one in faults.take("rds", "X", [])] == ["throttle"]
    assert faults.take("rds", "X", []) == []


def test_a_probability_of_nought_never_hits_and_is_not_used_up():
    faults = Faults()
    faults.add(parse({"operation": "*", "kind": "error", "probability": 0}))
    assert faults.take("rds", "X", []) == []
    assert faults.all()[0]["count"] == 1
