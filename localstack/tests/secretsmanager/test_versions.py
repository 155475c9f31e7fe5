"""Tokens and staging labels."""

import pytest


def stages(secrets, name):
    return secrets.describe_secret(SecretId=name)["VersionIdsToStages"]


@pytest.mark.row("8", "CreateSecret token")
def test_a_repeated_create_succeeds_and_another_one_does_not(secrets, refused, name, tokens):
    first = secrets.create_secret(Name=name, SecretString="a", ClientRequestToken=tokens[0])
    again = secrets.create_secret(Name=name, SecretString="a", ClientRequestToken=tokens[0])
    assert [first[key] for key in ("ARN", "VersionId")] == [again[key] for key in ("ARN", "VersionId")]
    other_value = refused(secrets.create_secret, Name=name, SecretString="b", ClientRequestToken=tokens[0])
    assert other_value[0] == "ResourceExistsException"
    other_token = refused(secrets.create_secret, Name=name, SecretString="a", ClientRequestToken=tokens[1])
    message = f"The operation failed because the secret {name} already exists."
    assert other_token == ("ResourceExistsException", message)
    assert stages(secrets, name) == {tokens[0]: ["AWSCURRENT"]}


@pytest.mark.row("8", "PutSecretValue token")
def test_a_repeated_put_has_the_whole_answer(secrets, refused, name, tokens):
    secrets.create_secret(Name=name, SecretString="a", ClientRequestToken=tokens[0])
    put = {"SecretId": name, "SecretString": "b", "ClientRequestToken": tokens[1]}
    for _ in range(2):
        answer = secrets.put_secret_value(**put)
        assert (answer["Name"], answer["VersionId"]) == (name, tokens[1])
        assert answer["VersionStages"] == ["AWSCURRENT"]
    assert refused(secrets.put_secret_value, **put | {"SecretString": "c"})[0] == "ResourceExistsException"
    assert stages(secrets, name) == {tokens[0]: ["AWSPREVIOUS"], tokens[1]: ["AWSCURRENT"]}


@pytest.mark.row("8", "UpdateSecret")
def test_a_used_token_is_refused_by_update_secret(secrets, refused, name, tokens):
    secrets.create_secret(Name=name, SecretString="a", ClientRequestToken=tokens[0])
    update = {"SecretId": name, "SecretString": "b", "ClientRequestToken": tokens[1]}
    assert secrets.update_secret(**update)["VersionId"] == tokens[1]
    assert refused(secrets.update_secret, **update)[0] == "ResourceExistsException"
    assert "VersionId" not in secrets.update_secret(SecretId=name, Description="only that")


@pytest.mark.row("8", "Stages")
def test_a_pending_version_becomes_current_from_where_the_caller_knows_it(secrets, refused, name, tokens):
    old, new = tokens[:2]
    secrets.create_secret(Name=name, SecretString="a", ClientRequestToken=old)
    secrets.put_secret_value(
        SecretId=name, SecretString="b", ClientRequestToken=new, VersionStages=["AWSPENDING"]
    )
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "a"
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPENDING")["SecretString"] == "b"
    move = {"SecretId": name, "VersionStage": "AWSCURRENT", "MoveToVersionId": new}
    assert refused(secrets.update_secret_version_stage, **move)[0] == "InvalidParameterException"
    wrong = move | {"RemoveFromVersionId": tokens[2]}
    assert refused(secrets.update_secret_version_stage, **wrong)[0] == "ResourceNotFoundException"
    secrets.update_secret_version_stage(**move, RemoveFromVersionId=old)
    assert stages(secrets, name) == {old: ["AWSPREVIOUS"], new: ["AWSCURRENT"]}
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "b"


@pytest.mark.row("8", "Stages")
def test_a_version_without_a_label_can_still_be_read(secrets, name, tokens):
    secrets.create_secret(Name=name, SecretString="0", ClientRequestToken=tokens[0])
    for number in (1, 2):
        secrets.put_secret_value(SecretId=name, SecretString=str(number), ClientRequestToken=tokens[number])
    assert tokens[0] not in stages(secrets, name)
    assert secrets.get_secret_value(SecretId=name, VersionId=tokens[0])["SecretString"] == "0"
    again = secrets.put_secret_value(SecretId=name, SecretString="0", ClientRequestToken=tokens[0])
    assert again["VersionId"] == tokens[0]
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "2"


@pytest.mark.row("8", "Value")
def test_binary_values(secrets, name, tokens):
    secrets.create_secret(Name=name, SecretBinary=b"\x00\xff", ClientRequestToken=tokens[0])
    secrets.create_secret(Name=name, SecretBinary=b"\x00\xff", ClientRequestToken=tokens[0])
    assert secrets.get_secret_value(SecretId=name)["SecretBinary"] == b"\x00\xff"
    secrets.put_secret_value(SecretId=name, SecretBinary=b"\x01")
    assert secrets.get_secret_value(SecretId=name)["SecretBinary"] == b"\x01"
