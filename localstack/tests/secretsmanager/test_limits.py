"""Sizes, tags, pages."""

from uuid import uuid4

import pytest


def tags(*keys):
    return [{"Key": key, "Value": ""} for key in keys]


@pytest.mark.row("8", "Value")
def test_a_value_has_at_most_64_kib(secrets, refused, name):
    secrets.create_secret(Name=name, SecretString="a" * 65_536)
    for too_long in ("a" * 65_537, "ä" * 32_769):
        assert (
            refused(secrets.put_secret_value, SecretId=name, SecretString=too_long)[0]
            == "ValidationException"
        )
        assert (
            refused(secrets.create_secret, Name=f"{name}x", SecretString=too_long)[0] == "ValidationException"
        )


@pytest.mark.row("8", "Tags")
def test_a_secret_has_at_most_50_tags_and_none_of_aws(secrets, refused, name):
    fifty = [str(number) for number in range(50)]
    secrets.create_secret(Name=name, SecretString="a", Tags=tags(*fifty))
    secrets.tag_resource(SecretId=name, Tags=tags("0", "1"))
    assert refused(secrets.tag_resource, SecretId=name, Tags=tags("50"))[0] == "InvalidParameterException"
    for wrong in (tags(*fifty, "50"), tags("aws:x"), tags("AWS:x")):
        code, _ = refused(secrets.create_secret, Name=f"{name}x", SecretString="a", Tags=wrong)
        assert code == "InvalidParameterException"


@pytest.mark.row("8", "CreateSecret token")
def test_a_token_has_32_to_64_characters(secrets, refused, name):
    request = {"Name": name, "SecretString": "a", "ClientRequestToken": "a" * 65}
    assert refused(secrets.create_secret, **request)[0] in (
        "InvalidParameterException",
        "ValidationException",
    )


@pytest.mark.row("8", "BatchGetSecretValue")
def test_a_batch_reads_20_and_says_what_it_could_not(secrets, refused, name):
    secrets.create_secret(Name=name, SecretString="a")
    deleted = f"{name}-deleted"
    secrets.create_secret(Name=deleted, SecretString="a")
    secrets.delete_secret(SecretId=deleted)
    answer = secrets.batch_get_secret_value(SecretIdList=[name, f"{name}-none", deleted])
    assert [one["SecretString"] for one in answer["SecretValues"]] == ["a"]
    assert [(one["SecretId"], one["ErrorCode"]) for one in answer["Errors"]] == [
        (f"{name}-none", "ResourceNotFoundException"),
        (deleted, "InvalidRequestException"),
    ]
    assert refused(secrets.batch_get_secret_value, SecretIdList=[name] * 21)[0] == "ValidationException"
    both = {"SecretIdList": [name], "Filters": [{"Key": "name", "Values": [name]}]}
    assert refused(secrets.batch_get_secret_value, **both)[0] == "InvalidParameterException"


@pytest.mark.row("8", "Listing")
def test_pages_stay_right_while_secrets_go(secrets, refused):
    prefix = f"pages-{uuid4()}/"
    for number in range(7):
        secrets.create_secret(Name=f"{prefix}{number}", SecretString="a", Tags=tags(prefix))
    query = {"Filters": [{"Key": "name", "Values": [prefix]}], "MaxResults": 3}
    first = secrets.list_secrets(**query)
    secrets.delete_secret(SecretId=f"{prefix}0", ForceDeleteWithoutRecovery=True)
    second = secrets.list_secrets(**query, NextToken=first["NextToken"])
    third = secrets.list_secrets(**query, NextToken=second["NextToken"])
    assert "NextToken" not in third
    seen = [one["Name"] for page in (first, second, third) for one in page["SecretList"]]
    assert seen == [f"{prefix}{number}" for number in range(7)]
    by_tag = secrets.list_secrets(Filters=[{"Key": "tag-key", "Values": [prefix]}])["SecretList"]
    assert len(by_tag) == 6
    assert refused(secrets.list_secrets, MaxResults=101)[0] == "ValidationException"
    assert refused(secrets.list_secrets, NextToken="no")[0] == "InvalidNextTokenException"
    assert refused(secrets.list_secrets, Filters=[{"Key": "no", "Values": ["a"]}])[0] == "ValidationException"
