"""What a call names, and what of it is never looked at."""

from rds_lab.identifiers import identifiers


def test_names_arns_and_filter_values():
    assert identifiers({"DBInstanceIdentifier": "a", "AllocatedStorage": 20}) == ["a"]
    assert identifiers({"Filters": [{"Name": "db-instance-id", "Values": ["a", "b"]}]}) == ["a", "b"]
    assert identifiers({"SecretIdList": ["a", "b"]}) == ["a", "b"]
    assert identifiers({"ResourceName": "arn:aws:rds:eu-central-1:1:db:a"}) == [
        "arn:aws:rds:eu-central-1:1:db:a"
    ]


def test_values_are_not_names():
    assert identifiers({"Name": "n", "SecretString": "secret", "MasterUserPassword": "secret"}) == ["n"]
    assert identifiers(None) == []
