"""The evaluator, case by case of the IAM user guide."""

import pytest

from rds_lab.iam.evaluate import Decision, UnknownOperator, allows, decide

ARN = "arn:aws:rds:eu-central-1:000000000000:db:codesphere-1"


def policy(effect="Allow", action="rds:ModifyDBInstance", resource="*", **condition):
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    if condition:
        statement["Condition"] = {name.replace("_", ":"): keys for name, keys in condition.items()}
    return {"Version": "2012-10-17", "Statement": statement}


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], False),
        ([policy()], True),
        ([policy(action="RDS:modify*")], True),
        ([policy(action="rds:Delete*")], False),
        ([policy(resource="arn:aws:rds:*:*:db:codesphere-*")], True),
        ([policy(resource="arn:aws:rds:*:*:db:Codesphere-*")], False),
        ([policy(resource="arn:aws:rds:*:*:db:codesphere-?")], True),
        ([policy(), policy("Deny", action="rds:*")], False),
        ([{"Statement": [{"Effect": "Allow", "NotAction": "rds:*", "Resource": "*"}]}], False),
        ([{"Statement": [{"Effect": "Allow", "Action": "*", "NotResource": ARN}]}], False),
    ],
)
def test_actions_and_resources(policies, expected):
    assert allows(policies, "rds:ModifyDBInstance", ARN, {}) is expected


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"aws:ResourceTag/a": "1"}}, {"aws:resourcetag/a": ["1"]}, True),
        ({"StringEquals": {"aws:ResourceTag/a": ["0", "1"]}}, {"aws:resourcetag/a": ["1"]}, True),
        ({"StringEquals": {"aws:ResourceTag/a": "1"}}, {"aws:resourcetag/a": ["2"]}, False),
        ({"StringEquals": {"aws:ResourceTag/a": "1"}}, {}, False),
        ({"StringEqualsIfExists": {"aws:ResourceTag/a": "1"}}, {}, True),
        ({"StringNotEquals": {"aws:ResourceTag/a": "1"}}, {}, True),
        ({"StringNotEquals": {"aws:ResourceTag/a": "1"}}, {"aws:resourcetag/a": ["1"]}, False),
        ({"StringLike": {"k": "a*"}}, {"k": ["abc"]}, True),
        ({"Null": {"k": "true"}}, {}, True),
        ({"Null": {"k": True}}, {"k": ["x"]}, False),
        ({"Bool": {"k": "false"}}, {"k": ["false"]}, True),
        ({"Bool": {"k": False}}, {}, False),
        ({"ForAllValues:StringLike": {"k": "a*"}}, {"k": ["ab", "ac"]}, True),
        ({"ForAllValues:StringLike": {"k": "a*"}}, {"k": ["ab", "bc"]}, False),
        ({"ForAllValues:StringLike": {"k": "a*"}}, {}, True),
        ({"ForAnyValue:StringEquals": {"k": "b"}}, {"k": ["a", "b"]}, True),
        ({"ForAnyValue:StringEquals": {"k": "b"}}, {}, False),
        ({"NumericLessThanEquals": {"k": "7"}}, {"k": ["7"]}, True),
        (
            {"StringEquals": {"k": "${aws:PrincipalTag/team}"}},
            {"k": ["x"], "aws:principaltag/team": ["x"]},
            True,
        ),
        ({"StringEquals": {"k": "${aws:PrincipalTag/team}"}}, {"k": ["${aws:PrincipalTag/team}"]}, False),
        ({"StringEquals": {"k": "1"}, "Null": {"l": "true"}}, {"k": ["1"]}, True),
        ({"StringEquals": {"k": "1", "l": "1"}}, {"k": ["1"]}, False),
    ],
)
def test_conditions(condition, context, expected):
    document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]}
    assert allows([document], "rds:ModifyDBInstance", ARN, context) is expected


def test_the_statements_that_decided_are_named():
    def named(sid, *arguments):
        document = policy(*arguments)
        document["Statement"]["Sid"] = sid
        return document

    one, two, other = named("One"), named("Two"), named("Other", "Allow", "rds:DeleteDBInstance")
    no = named("No", "Deny", "rds:Modify*")
    told = [decide(each, "rds:ModifyDBInstance", ARN, {}) for each in ([one, two, other], [one, no], [other])]
    assert told == [Decision(True, ("One", "Two")), Decision(False, ("No",)), Decision(False, ())]


def test_what_it_does_not_know_is_not_guessed():
    unknown = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringSounds": {"k": "1"}}}
    with pytest.raises(UnknownOperator):
        allows([{"Statement": [unknown]}], "rds:ModifyDBInstance", ARN, {"k": ["1"]})
