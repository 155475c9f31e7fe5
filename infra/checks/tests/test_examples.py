"""What the examples make, seen in the state after an apply: with their own tfvars.example."""

import ipaddress
import json
import re
import shlex
import shutil
from typing import Any

import pytest
import yaml

from infra_checks.paths import EXAMPLES, REPOSITORY
from infra_checks.schema import subset
from infra_checks.terraform import Copy, Failed, policies
from tests.conftest import TOKEN, Applied, resources

KEY = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
TAGS = {
    "Application": "rds-broker",
    "Broker": "codesphere",
    "CostCentre": "4711",
    "Environment": "production",
    "ManagedBy": "terraform",
}


def test_everything_that_can_bear_tags_bears_all_of_them(stack: Applied, key: Applied) -> None:
    [schemas] = subset.read()["provider_schemas"].values()
    with_tags = {
        name for name, each in schemas["resource_schemas"].items() if "tags_all" in each["block"]["attributes"]
    }
    tagged = [each for each in stack.resources() + key.resources() if each["type"] in with_tags]
    assert len(tagged) > 20
    for each in tagged:
        assert each["values"]["tags_all"].items() >= TAGS.items(), each["address"]


def test_no_door_is_open_to_everybody(stack: Applied) -> None:
    """Into a security group lead only ranges of one's own and other groups."""
    ranges = [(rule["cidr_ipv4"], rule["cidr_ipv6"]) for rule in stack.values("aws_vpc_security_group_ingress_rule")]
    for group in stack.values("aws_security_group"):
        for rule in group["ingress"] or []:
            ranges += [(cidr, None) for cidr in rule["cidr_blocks"] or []]
            assert not rule["ipv6_cidr_blocks"]
            assert not rule["self"]
    assert len(ranges) > 2
    for ipv4, ipv6 in ranges:
        assert ipv6 is None
        assert ipv4 is None or ipaddress.ip_network(ipv4).is_private, ipv4


def test_only_the_control_plane_reaches_the_load_balancer(stack: Applied) -> None:
    groups = {group["name"]: group["id"] for group in stack.values("aws_security_group")}
    rules = stack.values("aws_vpc_security_group_ingress_rule")

    def into(name: str) -> list[tuple[str | None, str | None, int]]:
        inside = [rule for rule in rules if rule["security_group_id"] == groups[name]]
        return [(rule["cidr_ipv4"], rule["referenced_security_group_id"], rule["from_port"]) for rule in inside]

    assert into("codesphere-load-balancer") == [("10.1.2.0/24", None, 443)]
    assert into("codesphere-tasks") == [(None, groups["codesphere-load-balancer"], 8080)]
    [balancer] = stack.values("aws_lb")
    assert balancer["security_groups"] == [groups["codesphere-load-balancer"]]


def test_databases_admit_broker_and_applications(stack: Applied) -> None:
    groups = {group["name"]: group for group in stack.values("aws_security_group")}
    clients = groups["codesphere-database-clients"]["id"]
    doors = {
        rule["from_port"]: (rule["security_groups"], rule["cidr_blocks"])
        for rule in groups["codesphere-databases"]["ingress"]
    }
    assert doors == {5432: ([clients], ["10.1.0.0/16"]), 3306: ([clients], ["10.1.0.0/16"])}
    [service] = stack.values("aws_ecs_service")
    [network] = service["network_configuration"]
    assert clients in network["security_groups"]
    assert len(network["subnets"]) == 2


def test_nothing_is_public(stack: Applied) -> None:
    kinds = {each["type"] for each in stack.resources()}
    assert not kinds & {"aws_internet_gateway", "aws_nat_gateway", "aws_eip", "aws_egress_only_internet_gateway"}
    assert all(balancer["internal"] for balancer in stack.values("aws_lb"))
    assert all(not subnet["map_public_ip_on_launch"] for subnet in stack.values("aws_subnet"))
    assert all(route["destination_cidr_block"] != "0.0.0.0/0" for route in stack.values("aws_route"))
    [service] = stack.values("aws_ecs_service")
    assert service["network_configuration"][0]["assign_public_ip"] is False


def test_without_a_way_to_the_internet_tasks_reach_endpoints_only(new_vpc: Applied) -> None:
    [endpoints] = [
        group["id"] for group in new_vpc.values("aws_security_group") if group["name"] == "codesphere-endpoints"
    ]
    rules = new_vpc.values("aws_vpc_security_group_egress_rule")
    assert {rule["cidr_ipv4"] for rule in rules} == {None, "10.1.3.0/24"}, "the collector of traces, and no other range"
    assert endpoints in [rule["referenced_security_group_id"] for rule in rules]


def test_everything_is_encrypted_with_the_given_key(stack: Applied) -> None:
    for kind, attribute in [
        ("aws_cloudwatch_log_group", "kms_key_id"),
        ("aws_secretsmanager_secret", "kms_key_id"),
        ("aws_sns_topic", "kms_master_key_id"),
    ]:
        assert stack.values(kind), kind
        assert {each[attribute] for each in stack.values(kind)} == {KEY}, kind
    assert setting(stack, "BROKER_KMS_KEY_ID") == KEY
    assert not stack.resources("aws_kms_key"), "the key lives in a state of its own"


def test_logs_are_kept_for_a_year(stack: Applied) -> None:
    groups = stack.values("aws_cloudwatch_log_group")
    assert groups
    assert all(group["retention_in_days"] == 365 for group in groups)


def test_the_key_rotates_and_its_state_is_its_own(key: Applied) -> None:
    assert {each["type"] for each in key.resources()} == {"aws_kms_key", "aws_kms_alias"}
    [made] = key.values("aws_kms_key")
    assert made["enable_key_rotation"] is True
    assert key.state["values"]["outputs"]["kms_key_arn"]["value"] == made["arn"]


def test_the_token_is_in_no_state_and_no_plan(stack: Applied) -> None:
    assert len(stack.values("aws_secretsmanager_secret_version")) == 1
    for file in [path for path in stack.folder.rglob("*") if path.is_file()]:
        assert TOKEN.encode() not in file.read_bytes(), file
    assert TOKEN not in json.dumps(stack.plan) + json.dumps(stack.state)


def test_outputs_feed_the_registration(stack: Applied) -> None:
    outputs = {name: each["value"] for name, each in stack.state["values"]["outputs"].items()}
    assert outputs["endpoint_url"] == "https://databases.internal.example.com"
    assert outputs["provider_endpoints"] == {
        provider: f"https://databases.internal.example.com/{provider}" for provider in ("postgres", "mysql", "mariadb")
    }
    [secret] = stack.values("aws_secretsmanager_secret")
    assert outputs["token_secret_arn"] == secret["arn"] == setting(stack, "BROKER_TOKENS_SECRET")


def test_the_check_runs_where_and_as_what_the_service_runs(stack: Applied) -> None:
    outputs = {name: each["value"] for name, each in stack.state["values"]["outputs"].items()}
    words = shlex.split(outputs["check_command"])
    assert words[:5] == ["aws", "ecs", "run-task", "--region", "eu-central-1"]
    [service] = stack.values("aws_ecs_service")
    [network] = service["network_configuration"]
    where = words[words.index("--network-configuration") + 1]
    assert all(each in where for each in network["subnets"] + network["security_groups"])
    overrides = json.loads(words[words.index("--overrides") + 1])
    assert overrides == {"containerOverrides": [{"name": stack.container()["name"], "command": ["check"]}]}
    assert outputs["log_group"] == stack.container()["logConfiguration"]["options"]["awslogs-group"]


def test_the_tasks_together_stay_within_the_rds_budget(stack: Applied) -> None:
    [scaling] = stack.values("aws_appautoscaling_target")
    assert scaling["max_capacity"] == 4
    [service] = stack.values("aws_ecs_service")
    at_once = scaling["max_capacity"] * service["deployment_maximum_percent"] // 100
    assert 1.99 < float(setting(stack, "BROKER_RDS_CALLS_PER_SECOND")) * at_once <= 2
    assert 6 <= int(setting(stack, "BROKER_RDS_BURST")) * at_once <= 8


def test_every_setting_is_one_of_the_broker(stack: Applied) -> None:
    """A name that the broker does not know makes it exit with 64."""
    known = set(re.findall(r"^# (\w+)=", (REPOSITORY / ".env.example").read_text(), re.M))
    given = {each["name"] for each in stack.container()["environment"]}
    assert given <= known, given - known
    assert {"BROKER_NAME", "BROKER_TOKENS_SECRET", "BROKER_DB_SUBNET_GROUP", "BROKER_SECURITY_GROUP_IDS"} <= given


def test_the_container_is_locked_down(stack: Applied) -> None:
    container = stack.container()
    assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"])
    assert container["readonlyRootFilesystem"] is True
    assert container["user"] == "65532:65532"
    assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert "secrets" not in container and "mountPoints" not in container


def test_the_role_has_the_policies_of_the_repository(stack: Applied) -> None:
    by_name = {each["name"]: each for each in stack.values("aws_iam_policy")}
    attached = {each["policy_arn"] for each in stack.values("aws_iam_role_policy_attachment")}
    monitored = stack.where == "examples/new-vpc"
    purposes = ["read", "lifecycle", "secrets", "kms", *(["monitoring"] if monitored else [])]
    assert len([name for name in by_name if "boundary" not in name]) == len(purposes)
    for purpose in purposes:
        policy = by_name[f"codesphere-{purpose}-eu-central-1"]
        # The most that a managed policy may have, without blanks (IAM quotas).
        assert len(policy["policy"]) <= 6144
        assert policy["arn"] in attached
        text = (policies() / f"broker-{purpose}.json").read_text()
        sids = re.findall(r'"Sid":\s*"(\w+)"', text)
        assert [statement["Sid"] for statement in json.loads(policy["policy"])["Statement"]] == sids
        assert len(policy["policy"]) <= 6144, "AWS takes no longer policy"
        left = re.findall(r"\$\{(?!aws:|rds:|ec2:|\*\}|\?\}|\$\})[^}]*\}", policy["policy"])
        assert not left, left


def test_a_cluster_gets_a_role_and_what_its_databases_are_made_with(kubernetes: Applied) -> None:
    kinds = {each["type"] for each in kubernetes.resources()}
    assert not [kind for kind in kinds if kind.startswith(("aws_ecs", "aws_lb", "aws_secretsmanager"))]
    values = yaml.safe_load(kubernetes.state["values"]["outputs"]["helm_values"]["value"])
    [role] = [each for each in kubernetes.values("aws_iam_role") if "monitoring" not in each["name"]]
    assert values["serviceAccount"] == {"name": "rds-broker", "roleArn": role["arn"]}
    trusted = json.loads(role["assume_role_policy"])["Statement"]
    assert [each["Condition"]["StringEquals"] for each in trusted] == [
        {
            f"oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:{claim}": value
            for claim, value in (
                ("aud", "sts.amazonaws.com"),
                ("sub", "system:serviceaccount:codesphere-databases:rds-broker"),
            )
        }
    ]
    assert values["settings"].keys() <= set(re.findall(r"^# (\w+)=", (REPOSITORY / ".env.example").read_text(), re.M))
    chart = yaml.safe_load((REPOSITORY / "infra/kubernetes/rds-broker/values.yaml").read_text())
    assert values.keys() <= chart.keys() and values["serviceAccount"].keys() <= chart["serviceAccount"].keys()
    texts = [each["policy"] for each in kubernetes.values("aws_iam_policy")]
    assert not [text for text in texts if '"Resource":""' in text or ":secret:codesphere-tokens" in text]


def test_enhanced_monitoring_is_as_the_tfvars_say(new_vpc: Applied, existing_vpc: Applied) -> None:
    [role] = [each for each in new_vpc.values("aws_iam_role") if "monitoring" in each["name"]]
    arn = f"arn:aws:iam::123456789012:role/{role['name']}"
    assert setting(new_vpc, "BROKER_MONITORING_ROLE_ARN") == arn
    assert setting(new_vpc, "BROKER_MONITORING_INTERVAL_SECONDS") == "60"
    [policy] = [each["policy"] for each in new_vpc.values("aws_iam_policy") if "-monitoring-" in each["name"]]
    allowed = [(each["Action"], each["Resource"]) for each in json.loads(policy)["Statement"]]
    assert allowed == [("iam:PassRole", arn), ("iam:GetRole", arn)]
    assert not {each["name"] for each in existing_vpc.container()["environment"] if "MONITORING" in each["name"]}


@pytest.mark.parametrize(
    ("wanted", "made"),
    [({}, 0), ({"enhanced_monitoring": "true"}, 1), ({"keep_monitoring_role": "true"}, 1)],
    ids=["neither", "wanted", "kept"],
)
@pytest.mark.parametrize("example", ["existing-vpc", "kubernetes"])
def test_the_monitoring_role_is_made_where_it_is_wanted(request, example: str, wanted, made: int) -> None:
    applied = request.getfixturevalue(example.replace("-", "_"))
    roles = planned(applied.copy.plan(applied.where, **wanted), "aws_iam_role")
    assert len([each for each in roles if "-rds-monitoring-" in each["name"]]) == made


@pytest.mark.parametrize(("example", "roles"), [("new-vpc", 4), ("existing-vpc", 3), ("kubernetes", 2)])
def test_every_role_has_the_boundary_that_an_organisation_demands(request, example: str, roles: int) -> None:
    applied = request.getfixturevalue(example.replace("-", "_"))
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    plan = applied.copy.plan(applied.where, permissions_boundary_arn=boundary, enhanced_monitoring="true")
    found = planned(plan, "aws_iam_role")
    assert [each["permissions_boundary"] for each in found] == [boundary] * roles


def test_what_the_runbooks_turn_is_a_variable_of_both_stacks(stack: Applied) -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:on-call"
    plan = stack.copy.plan(
        stack.where,
        architecture="ARM64",
        task_size='{"cpu": 512, "memory": 1024}',
        log_retention_in_days="731",
        topic_arns=json.dumps([topic]),
        access_logs='{"bucket": "logs"}',
        unencrypted_databases="true",
    )
    [task] = planned(plan, "aws_ecs_task_definition")
    assert task["runtime_platform"][0]["cpu_architecture"] == "ARM64"
    assert (task["cpu"], task["memory"]) == ("512", "1024")
    kept = {each["name"]: each["retention_in_days"] for each in planned(plan, "aws_cloudwatch_log_group")}
    assert 731 in kept.values()
    alarms = planned(plan, "aws_cloudwatch_metric_alarm")
    assert alarms and all(topic in each["alarm_actions"] for each in alarms)
    [balancer] = planned(plan, "aws_lb")
    assert [each["bucket"] for each in balancer["access_logs"]] == ["logs"]
    assert "codesphere-unencrypted-eu-central-1" in {each["name"] for each in planned(plan, "aws_iam_policy")}


def test_a_cluster_s_broker_reads_tokens_from_aws_where_they_are_there(kubernetes: Applied) -> None:
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tokens-AbCdEf"
    plan = kubernetes.copy.plan(kubernetes.where, token_secret_arn=secret)
    [policy] = [each for each in planned(plan, "aws_iam_policy") if each["name"] == "codesphere-secrets-eu-central-1"]
    [read] = [each for each in json.loads(policy["policy"])["Statement"] if each["Sid"] == "ReadTheTokens"]
    assert read["Resource"] == secret
    values = yaml.safe_load(plan["planned_values"]["outputs"]["helm_values"]["value"])
    assert values["tokens"] == {"secretsManager": secret}
    given = yaml.safe_load(kubernetes.state["values"]["outputs"]["helm_values"]["value"])
    assert "tokens" not in given, "by default they are a Secret of the cluster"


def test_a_cluster_s_broker_books_without_encryption_where_the_tfvars_say_so(kubernetes: Applied) -> None:
    name = "codesphere-unencrypted-eu-central-1"
    assert name not in {each["name"] for each in kubernetes.values("aws_iam_policy")}
    plan = kubernetes.copy.plan(kubernetes.where, unencrypted_databases="true")
    assert name in {each["name"] for each in planned(plan, "aws_iam_policy")}


def test_traces_go_to_the_collector_alone(new_vpc: Applied, existing_vpc: Applied) -> None:
    assert setting(new_vpc, "OTEL_EXPORTER_OTLP_ENDPOINT") == "http://collector.internal.example.com:4318"
    rules = new_vpc.values("aws_vpc_security_group_egress_rule")
    ways = [(rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) for rule in rules if rule["cidr_ipv4"]]
    assert ways == [("10.1.3.0/24", 4318, 4318)]
    assert not {each["name"] for each in existing_vpc.container()["environment"] if each["name"].startswith("OTEL_")}


def test_a_first_apply_without_a_token_fails(tmp_path) -> None:
    """Rather than that a broker comes up which nobody can call, or whose token anybody knows."""
    copy = Copy(tmp_path)
    shutil.copy(
        EXAMPLES / "existing-vpc/terraform.tfvars.example", copy.infra / "examples/existing-vpc/terraform.tfvars"
    )
    copy.run("examples/existing-vpc", "init", "-no-color", "-input=false")
    with pytest.raises(Failed, match="You must provide either SecretString or SecretBinary"):
        copy.apply("examples/existing-vpc")


@pytest.mark.parametrize("name", ["terraform.json", "operator-boundary.json"])
def test_policies_for_people_are_rendered_with_the_same_values(name: str) -> None:
    values = {"partition", "region", "account", "prefix", "subnet_group", "kms_key_arn", "token_secret_arn"}
    used = set(re.findall(r"(?<!\$)\$\{(\w+)\}", (policies() / name).read_text()))
    assert used <= values, used - values


def planned(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What the resources of a type would be after an apply of the plan."""
    return [each["values"] for each in resources(plan["planned_values"]["root_module"]) if each["type"] == kind]


def setting(stack: Applied, name: str) -> str:
    [value] = [each["value"] for each in stack.container()["environment"] if each["name"] == name]
    return value
