"""How each service words that a role may not, over plain HTTP; and what the lab tells and does about IAM."""

import json
import re
import time
from uuid import uuid4

import pytest
import requests

EC2, KMS, RDS, SECRETS = "ec2", "kms", "rds", "secretsmanager"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def call(lab):
    """Send a request under an access key. LocalStack reads the key, and checks no signature."""

    def send(access_key, service, headers, body):
        scope = f"{access_key}/20260101/eu-central-1/{service}/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
        with requests.Session() as session:
            session.trust_env = False
            return session.post(lab.endpoint, headers=headers | {"Authorization": signed}, data=body)

    return send


@pytest.fixture
def admin(lab):
    """Call an admin route; the answer as JSON, where there is one."""

    def send(method, route, body=None):
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{lab.endpoint}/_localstack/rds-lab/{route}", json=body)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    return send


@pytest.fixture
def role(admin):
    """The access key and ARN of a role that may do what is named, to what is named, on a condition."""

    def give(*actions, resource="*", **condition):
        key = f"ROLE{uuid4().hex}"
        statement = {"Sid": "May", "Effect": "Allow", "Action": list(actions), "Resource": resource}
        policy = {"Version": "2012-10-17", "Statement": [statement | condition]}
        arn = f"arn:aws:sts::000000000000:assumed-role/{key}/test"
        admin("POST", "iam/roles", {"accessKeyId": key, "arn": arn, "policies": [policy]})
        return key, arn

    return give


def groups(call, key):
    return call(key, EC2, FORM, "Action=DescribeSecurityGroups&Version=2016-11-15")


def kms(call, key, operation, **request):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"TrentService.{operation}"}
    return call(key, KMS, headers, json.dumps(request))


def instances(call, key):
    return call(key, RDS, FORM, "Action=DescribeDBInstances&Version=2014-10-31")


def no_policy(arn, action, where=""):
    return (
        f"User: {arn} is not authorized to perform: {action}{where} because no identity-based policy "
        f"allows the {action} action"
    )


@pytest.mark.row("9", "EC2")
def test_ec2_refuses_in_its_own_format(call, role):
    key, arn = role("kms:DescribeKey")
    answer = groups(call, key)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/xml")
    text = f"You are not authorized to perform this operation. {no_policy(arn, 'ec2:DescribeSecurityGroups')}"
    error = f"<Error><Code>UnauthorizedOperation</Code><Message>{text}</Message></Error>"
    envelope = f"<Response[^>]*><Errors>{re.escape(error)}</Errors><RequestID>[^<]+</RequestID></Response>"
    assert re.search(envelope, answer.text)
    allowed, _ = role("ec2:DescribeSecurityGroups")
    assert groups(call, allowed).status_code == 200


@pytest.mark.row("9", "KMS CMK")
def test_kms_refuses_with_json(call, role):
    made = kms(call, "test", "CreateKey").json()["KeyMetadata"]["Arn"]
    other = kms(call, "test", "CreateKey").json()["KeyMetadata"]["Arn"]
    key, arn = role("kms:DescribeKey", resource=made)
    answer = kms(call, key, "DescribeKey", KeyId=other)
    assert answer.status_code == 400
    told = answer.json()
    assert told["__type"] == "AccessDeniedException"
    assert no_policy(arn, "kms:DescribeKey", f" on resource: {other}") in told.values()
    assert kms(call, key, "DescribeKey", KeyId=made).json()["KeyMetadata"]["Arn"] == made


@pytest.mark.row("9", "KMS CMK")
def test_an_alias_stands_for_its_key(call, role):
    made = kms(call, "test", "CreateKey").json()["KeyMetadata"]["Arn"]
    alias = f"alias/{uuid4()}"
    kms(call, "test", "CreateAlias", AliasName=alias, TargetKeyId=made)
    key, _ = role("kms:DescribeKey", resource=made)
    assert kms(call, key, "DescribeKey", KeyId=alias).status_code == 200
    stranger, _ = role("kms:DescribeKey", resource=f"{made.rpartition('/')[0]}/{uuid4()}")
    assert kms(call, stranger, "DescribeKey", KeyId=alias).status_code == 400


def test_a_tagged_key_is_a_question_about_its_tags(call, role):
    key, _ = role("kms:DescribeKey")
    tags = [{"TagKey": "broker", "TagValue": "one"}]
    assert kms(call, key, "CreateKey", Tags=tags).json()["__type"] == "AccessDeniedException"
    allowed, _ = role("kms:CreateKey")
    assert kms(call, allowed, "CreateKey", Tags=tags).status_code == 200


@pytest.mark.row("1", "Un-modelled codes")
def test_rds_refuses_with_its_envelope(call, role):
    key, arn = role("ec2:DescribeSecurityGroups")
    answer = instances(call, key)
    assert answer.status_code == 403
    where = " on resource: arn:aws:rds:eu-central-1:000000000000:db:*"
    assert "<Code>AccessDenied</Code>" in answer.text
    assert no_policy(arn, "rds:DescribeDBInstances", where) in answer.text


def rds(call, key, operation, **request):
    fields = "".join(f"&{name}={value}" for name, value in request.items())
    return call(key, RDS, FORM, f"Action={operation}&Version=2014-10-31{fields}")


def secrets(call, key, operation, **request):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"secretsmanager.{operation}"}
    return call(key, SECRETS, headers, json.dumps(request))


@pytest.fixture
def instance(call):
    """Make an instance that carries the tag `broker: one`; it is deleted in the end."""
    made = []

    def make(identifier, **more):
        request = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20}
        request |= {"MasterUsername": "master", "MasterUserPassword": "a-password"}
        tags = {"Tags.Tag.1.Key": "broker", "Tags.Tag.1.Value": "one"}
        answer = rds(
            call, "test", "CreateDBInstance", DBInstanceIdentifier=identifier, **request, **tags, **more
        )
        assert answer.status_code == 200, answer.text
        made.append(identifier)
        return re.search("<DBInstanceArn>(.*)</DBInstanceArn>", answer.text)[1]

    yield make
    for identifier in made:
        rds(call, "test", "DeleteDBInstance", DBInstanceIdentifier=identifier, SkipFinalSnapshot="true")


BY_TAG = {"StringEquals": {"aws:ResourceTag/broker": "one"}}
TAG = {"Tags.Tag.1.Key": "seen", "Tags.Tag.1.Value": "yes"}


def until_allowed(ask):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if (answer := ask()).status_code == 200:
            return
        time.sleep(0.1)
    raise AssertionError(answer.text)


@pytest.mark.row("9", "Tags are cached")
def test_of_a_young_instance_iam_knows_the_tags_late(call, role, admin, instance):
    name = f"young-{uuid4()}"
    admin("POST", "happenings", {"kind": "late_authorization", "identifier": name, "seconds": 2})
    arn = instance(name)
    key, _ = role("rds:AddTagsToResource", Condition=BY_TAG)

    def tag():
        return rds(call, key, "AddTagsToResource", ResourceName=arn, **TAG)

    assert "<Code>AccessDenied</Code>" in tag().text
    # RDS itself knows them.
    assert "<Value>one</Value>" in rds(call, "test", "ListTagsForResource", ResourceName=arn).text
    until_allowed(tag)


@pytest.mark.row("9", "Tags are cached")
def test_of_one_that_is_there_iam_forgets_them_and_those_of_what_belongs_to_it(call, role, admin, instance):
    name, other = f"old-{uuid4()}", f"old-{uuid4()}"
    arns = [instance(name), instance(other)]
    tags = [{"Key": "broker", "Value": "one"}]
    request = {"Name": f"{name}/password", "SecretString": "secret", "ClientRequestToken": str(uuid4())}
    assert secrets(call, "test", "CreateSecret", Tags=tags, **request).status_code == 200
    key, _ = role("rds:AddTagsToResource", "secretsmanager:GetSecretValue", Condition=BY_TAG)

    def asked():
        calls = [rds(call, key, "AddTagsToResource", ResourceName=arn, **TAG) for arn in arns]
        return [*calls, secrets(call, key, "GetSecretValue", SecretId=f"{name}/password")]

    assert [each.status_code for each in asked()] == [200, 200, 200]
    happening = {"kind": "late_authorization", "identifier": name, "also": [f"{name}/"]}
    admin("POST", "happenings", happening)
    assert [each.status_code for each in asked()] == [403, 200, 400]
    admin("POST", "happenings", {"kind": "recover", "identifier": name})
    assert [each.status_code for each in asked()] == [200, 200, 200]


@pytest.fixture
def asked(admin):
    """What a role was asked about for an action: the last two parts of ARNs."""

    def look(arn, action):
        entries = admin("GET", "iam/audit")["decisions"]
        found = [each for each in entries if (each["principal"], each["action"]) == (arn, action)]
        return [each["resource"].split(":", 5)[5] for each in found]

    return look


@pytest.mark.row("9", "rds:CreateDBInstance")
def test_who_creates_an_instance_is_asked_about_the_default_groups(call, role, asked):
    key, arn = role("rds:CreateDBInstance", "iam:CreateServiceLinkedRole")
    name = f"new-{uuid4()}"
    request = {"DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "17"}
    # RDS itself refuses it in the end: nothing is made.
    answer = rds(call, key, "CreateDBInstance", **request, DBInstanceClass="db.nothing")
    assert "AccessDenied" not in answer.text
    assert asked(arn, "rds:CreateDBInstance") == [
        f"db:{name}",
        "subgrp:default",
        "pg:default.postgres17",
        "og:default:postgres-17",
    ]
    allowed = [f"arn:aws:rds:*:*:{kind}:*" for kind in ("db", "subgrp", "pg")]
    key, arn = role("rds:CreateDBInstance", resource=allowed)
    refused = rds(call, key, "CreateDBInstance", **request)
    where = " on resource: arn:aws:rds:eu-central-1:000000000000:og:default:postgres-17"
    assert no_policy(arn, "rds:CreateDBInstance", where) in refused.text


@pytest.mark.row("9", "rds:ModifyDBInstance, DeleteDBInstance, AddTagsToResource")
def test_who_changes_an_instance_is_asked_about_the_groups_it_uses_and_will_use(call, role, asked, instance):
    name = f"used-{uuid4()}"
    instance(name, EngineVersion="17")
    groups = {
        "17": ["subgrp:default", "pg:default.postgres17", "og:default:postgres-17"],
        "18": ["subgrp:default", "pg:default.postgres18", "og:default:postgres-18"],
    }
    for version, expected in groups.items():
        key, arn = role("rds:ModifyDBInstance")
        # Refused by RDS where it is another version: it is not said that this is wanted.
        answer = rds(call, key, "ModifyDBInstance", DBInstanceIdentifier=name, EngineVersion=version)
        assert "AccessDenied" not in answer.text
        assert asked(arn, "rds:ModifyDBInstance") == [f"db:{name}", *expected]
    key, arn = role("rds:ModifyDBInstance")
    rds(call, key, "ModifyDBInstance", DBInstanceIdentifier=name, DBParameterGroupName="of-my-own")
    assert "pg:of-my-own" in asked(arn, "rds:ModifyDBInstance")
    assert "pg:default.postgres17" not in asked(arn, "rds:ModifyDBInstance")


def test_the_audit_tells_which_statement_of_which_role_decided(call, role, admin):
    key, arn = role("ec2:DescribeSecurityGroups")
    groups(call, key)
    groups(call, key)
    instances(call, key)
    audit = admin("GET", "iam/audit")
    told = [each for each in audit["decisions"] if each["principal"] == arn]
    assert [(each["action"], each["allowed"], each["by"]) for each in told] == [
        ("ec2:DescribeSecurityGroups", True, ["May"]),
        ("rds:DescribeDBInstances", False, []),
    ]
    [number] = {each["role"] for each in told}
    [policy] = audit["roles"][number]["policies"]
    assert policy["Statement"][0]["Action"] == ["ec2:DescribeSecurityGroups"]


def test_a_role_that_is_given_again_is_the_same_and_with_other_policies_another(call, admin):
    key = f"ROLE{uuid4().hex}"
    arn = f"arn:aws:sts::000000000000:assumed-role/{key}/test"
    for action in ("ec2:Describe*", "ec2:Describe*", "rds:Describe*"):
        policy = {"Statement": [{"Sid": "May", "Effect": "Allow", "Action": action, "Resource": "*"}]}
        body = {"accessKeyId": key, "arn": arn, "policies": [policy], "story": "looks around"}
        admin("POST", "iam/roles", body)
        groups(call, key)
    told = [each for each in admin("GET", "iam/audit")["decisions"] if each["principal"] == arn]
    assert [(each["story"], each["allowed"]) for each in told] == [
        ("looks around", True),
        ("looks around", False),
    ]
    assert told[0]["role"] != told[1]["role"]


def test_a_lab_that_is_stopped_leaves_the_audit(make_lab):
    lab = make_lab()
    assert lab.run("start").returncode == 0
    policy = {"Statement": [{"Sid": "Look", "Effect": "Allow", "Action": "rds:Describe*", "Resource": "*"}]}
    role = {
        "accessKeyId": "ROLEaudit",
        "arn": "arn:aws:sts::000000000000:assumed-role/a/b",
        "policies": [policy],
    }
    scope = "Credential=ROLEaudit/20260101/eu-central-1/rds/aws4_request"
    headers = FORM | {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"}
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{lab.endpoint}/_localstack/rds-lab/iam/roles", json=role)
        session.post(lab.endpoint, headers=headers, data="Action=DescribeDBInstances&Version=2014-10-31")
    lab.run("stop")
    audit = json.loads((lab.var / "audit.json").read_text())
    [entry] = audit["decisions"]
    assert (entry["action"], entry["by"]) == ("rds:DescribeDBInstances", ["Look"])
    assert audit["roles"][entry["role"]]["policies"] == [policy]
