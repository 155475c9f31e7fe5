"""What a posted happening is read as, and what is wrong with those that are refused."""

import pytest

from rds_lab.rds.happenings.happening import parse


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"kind": "fail_modify"}, 1),
        ({"kind": "fail_modify", "count": None}, None),
        ({"kind": "hide"}, 1),
        ({"kind": "hide", "count": 4}, 4),
        ({"kind": "refuse_tags", "statuses": ["available"]}, None),
        ({"kind": "refuse_tags", "statuses": ["available"], "count": 2}, 2),
    ],
    ids=str,
)
def test_counts(body, count):
    assert parse(body | {"identifier": "X"}).as_json()["count"] == count


def test_it_is_shown_as_it_was_posted_with_the_name_in_lower_case():
    posted = {"kind": "status", "identifier": "DB", "status": "failed", "seconds": 2.5}
    shown = parse(posted).as_json()
    assert shown == posted | {"identifier": "db", "count": 1, "id": shown["id"]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {},
            "kind must be one of fail_modify, fail_snapshot, status, stuck, recover, autoscale,",
        ),
        ({"kind": ["hide"]}, "kind must be one of"),
        ({"kind": "hide"}, "identifier must be a string that is not empty."),
        ({"kind": "hide", "identifier": 1}, "identifier must be a string that is not empty."),
        ({"kind": "hide", "identifier": "x", "count": 0}, "count must be at least 1."),
        ({"kind": "hide", "identifier": "x", "count": 1.5}, "count must be a whole number."),
        (
            {"kind": "fail_modify", "identifier": "x", "field": "Colour"},
            "field must be one of DBInstanceClass,",
        ),
        ({"kind": "fail_modify", "identifier": "x", "field": []}, "field must be one of DBInstanceClass,"),
        ({"kind": "fail_modify", "identifier": "x", "message": ""}, "message must be a string"),
        ({"kind": "status", "identifier": "x"}, "status must be a string that is not empty."),
        ({"kind": "status", "identifier": "x", "status": "a", "seconds": "1"}, "seconds must be a number."),
        ({"kind": "late_modify", "identifier": "x"}, "seconds must be a number."),
        ({"kind": "late_tags", "identifier": "x", "seconds": -1}, "seconds must be between 0 and 2592000."),
        ({"kind": "late_create", "identifier": "x", "seconds": True}, "seconds must be a number."),
        ({"kind": "autoscale", "identifier": "x"}, "gib must be a whole number."),
        ({"kind": "autoscale", "identifier": "x", "gib": 0}, "gib must be at least 1."),
        ({"kind": "minor_upgrade", "identifier": "x"}, "version must be a string that is not empty."),
        ({"kind": "refuse_tags", "identifier": "x"}, "statuses must be a list of statuses."),
        ({"kind": "refuse_tags", "identifier": "x", "statuses": []}, "statuses must be a list of statuses."),
        ({"kind": "refuse_tags", "identifier": "x", "statuses": [1]}, "statuses must be a list of statuses."),
        ({"kind": "late_authorization", "identifier": "x", "seconds": "1"}, "seconds must be a number."),
        (
            {"kind": "late_authorization", "identifier": "x", "seconds": 1, "also": "x/"},
            "also must be a list of parts of names.",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_a_sentence(body, said):
    with pytest.raises(ValueError) as caught:
        parse(body)
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(".")
