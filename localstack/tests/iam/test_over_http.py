"""How each service words that a role may not: EC2, KMS and RDS over plain HTTP."""

import json
import re
from uuid import uuid4

import pytest
import requests

EC2, KMS, RDS = "ec2", "kms", "rds"
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
def role(lab):
    """The access key and ARN of a role that may do what is named, to what is named."""

    def give(*actions, resource="*"):
        key = f"ROLE{uuid4().hex}"
        statement = {"Sid": "May", "Effect": "Allow", "Action": list(actions), "Resource": resource}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        arn = f"arn:aws:sts::000000000000:assumed-role/{key}/test"
        body = json.dumps({"accessKeyId": key, "arn": arn, "policies": [policy]})
        with requests.Session() as session:
            session.trust_env = False
            assert session.post(f"{lab.endpoint}/_localstack/rds-lab/iam/roles", data=body).status_code == 204
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


def test_rds_refuses_with_its_envelope(call, role):
    key, arn = role("ec2:DescribeSecurityGroups")
    answer = instances(call, key)
    assert answer.status_code == 403
    where = " on resource: arn:aws:rds:eu-central-1:000000000000:db:*"
    assert "<Code>AccessDenied</Code>" in answer.text
    assert no_policy(arn, "rds:DescribeDBInstances", where) in answer.text
