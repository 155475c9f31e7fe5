"""A variable that cannot be used is refused with a sentence that says what to do instead."""

import json
import re
from typing import Any

import pytest

from infra_checks.paths import MODULES
from infra_checks.terraform import Copy, Failed

# Of each module: values that are wrong, and a part of the sentence that each must bring.
WRONG = {
    "key": {
        "name": ("aws-databases", "not begin with aws or rds"),
        "key_alias": ("databases", "begin with the broker's name"),
        "deletion_window_in_days": (7, "someone must have the time to notice"),
        "deletion_principal_arns": (["*"], "such as arn:aws:iam::123456789012:role/key-administrator"),
    },
    "network": {
        "name": ("Codesphere", "lower-case letters"),
        "cidr": ("10.0.0.0/8", "such as 10.42.0.0/16"),
        "availability_zones": (["a", "a"], "two or three different zones"),
        "kms_key_arn": ("alias/codesphere", "see the output arn of the module key"),
        "flow_log_retention_in_days": (100, "one of the values that CloudWatch Logs knows"),
        "transit_gateway": ({"id": "tgw-1", "cidrs": ["0.0.0.0/0"]}, "no way to the internet"),
        "peerings": ({"vpc-1": ["10.0.0.0/16"]}, "by id of a peering connection"),
        "permissions_boundary_arn": ("boundary", "the ARN of a managed policy"),
    },
    "database-defaults": {
        "name": ("a--b", "single hyphens"),
        "vpc_id": ("10.0.0.0/16", "such as vpc-"),
        "subnets": ({"eu-central-1a": "subnet-1"}, "at least two availability zones"),
        "client_cidrs": (["0.0.0.0/0"], "name the ranges of the applications"),
        "client_security_group_ids": (["default"], "such as sg-"),
        "parameter_groups": ({"aurora-postgresql17": {}}, "families are postgres17"),
        "permissions_boundary_arn": ("boundary", "the ARN of a managed policy"),
    },
    "role": {
        "name": ("Codesphere", "lower-case letters"),
        "trust": ({"service": "lambda.amazonaws.com"}, "for another give the whole policy"),
        "kms_key_arn": ("alias/codesphere", "not an alias"),
        "former_kms_key_arns": (["alias/codesphere"], "not aliases"),
        "monitoring_role_arn": ("codesphere-rds-monitoring", "the ARN of a role"),
        "permissions_boundary_arn": ("boundary", "the ARN of a managed policy"),
    },
    "broker": {
        "name": ("a" * 27, "1 to 26"),
        "image": ("registry/rds-broker:latest", "not in a tag"),
        "architecture": ("arm64", "X86_64 or ARM64"),
        "task_size": ({"cpu": 256, "memory": 4096}, "a pair that Fargate has"),
        "tasks": ({"min": 1, "max": 4}, "one for each of two zones"),
        "settings": ({"OTEL_EXPORTER_OTLP_HEADERS": "a=secret"}, "what this module sets itself or what is secret"),
        "initial_token": ("short", "as `openssl rand -hex 32` makes them"),
        "initial_token_version": (-1, "one more than before"),
        "log_retention_in_days": (1, "one of the values that CloudWatch Logs knows"),
        "kms_key_arn": ("01234567-89ab-cdef-0123-456789abcdef", "not an alias"),
        "former_kms_key_arns": (["alias/former"], "not aliases"),
        "rds_calls_per_second": (0, "divided by the most that may run"),
        "rds_burst": (0, "for all tasks together"),
        "db_instances_in_account": (0, "1 to 100000"),
        "permissions_boundary_arn": ("boundary", "the ARN of a managed policy"),
        "monitoring_role_arn": ("codesphere-rds-monitoring", "the ARN of a role"),
        "monitoring_interval_seconds": (20, "1, 5, 10, 15, 30 or 60"),
        "vpc_id": ("my-vpc", "such as vpc-"),
        "subnets": ({"eu-central-1a": "subnet-1"}, "a broker in one zone goes with it"),
        "control_plane_cidrs": (["0.0.0.0/0"], "a token would be all that guards every database"),
        "hostname": ("https://databases.example.com", "without scheme and path"),
        "private_zone_id": ("example.com", "the id of a hosted zone"),
        "certificate_arn": ("databases.pem", "does not serve without TLS"),
        "aws_apis": ({"cidrs": []}, "without AWS the broker can do nothing"),
        "metrics_security_group_ids": (["10.1.2.0/24"], "ids of security groups"),
        "otlp_endpoint": ("https://user:password@collector:4318", "without user and password"),
        "otlp_cidrs": (["0.0.0.0/0"], "IPv4 ranges of the collector"),
    },
    "observability": {
        "runbook": ("docs/operations.md", "must be a whole URL"),
        "email_addresses": (["nobody"], "must be mail addresses"),
        "topic_arns": (["topic"], "ARNs of SNS topics"),
        "kms_key_arn": ("alias/codesphere", "not an alias"),
    },
}

# A rule that names another variable is asked only where that one is right: asked once more without the wrong one.
WAITS_FOR = {"otlp_cidrs": "otlp_endpoint", "key_alias": "name"}

# What a module needs beside the wrong values, and takes without question.
REST = {
    "key": {"name": "codesphere"},
    "role": {"db_subnet_group": "codesphere"},
    "broker": {
        "db_subnet_group": "codesphere",
        "database_security_group_id": "sg-1",
        "client_security_group_id": "sg-2",
    },
    "observability": {
        "broker": {
            "name": "codesphere",
            "log_group": "/codesphere/broker",
            "cluster": "codesphere",
            "service": "codesphere",
            "load_balancer": "app/codesphere/1",
            "target_group": "targetgroup/codesphere/1",
            "fewest_tasks": 2,
            "most_tasks": 4,
            "rds_calls_per_second": 2,
        }
    },
}


def refusal(copy: Copy, module: str, wrong: dict[str, tuple[Any, str]]) -> str:
    """What Terraform says to all these values at once."""
    given = REST.get(module, {}) | {name: value for name, (value, _) in wrong.items()}
    variables = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    with pytest.raises(Failed) as refused:
        copy.run(f"modules/{module}", "plan", "-no-color", "-input=false", variables=variables)
    return str(refused.value)


@pytest.mark.parametrize("module", sorted(WRONG))
def test_each_wrong_value_is_refused_with_what_to_do(copy: Copy, module: str) -> None:
    copy.run(f"modules/{module}", "init", "-no-color", "-input=false")
    wrong = WRONG[module]
    waiting = {name: other for name, other in WAITS_FOR.items() if name in wrong}
    said = refusal(copy, module, wrong)
    assert said.count("Invalid value for variable") == len(wrong) - len(waiting), said
    for other in waiting.values():
        said += refusal(copy, module, {name: each for name, each in wrong.items() if name != other})
    for name, (_, sentence) in wrong.items():
        assert sentence in said, f"{name}: {said}"


@pytest.mark.parametrize("module", sorted(WRONG))
def test_every_validation_was_asked(module: str) -> None:
    validated = set()
    for file in (MODULES / module).glob("variables*.tf"):
        for name, body in re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', file.read_text(), re.M | re.S):
            if "validation {" in body:
                validated.add(name)
    assert validated == set(WRONG[module])
