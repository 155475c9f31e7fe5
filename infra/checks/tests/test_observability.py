"""Alarms and metrics against the broker itself: its log lines, AWS's error codes, and the runbook."""

import json
import re
from typing import Any

import pytest

from infra_checks.paths import REPOSITORY
from tests.conftest import Applied
from tests.filter_pattern import matches

SOURCE = REPOSITORY / "src"
RUNBOOK = REPOSITORY / "docs" / "operations.md"

# The headings that alarms link to.
HEADINGS = {
    "aws-refuses-the-broker",
    "broker-not-ready",
    "changes-wait-for-the-budget",
    "databases-unreachable",
    "errors-5xx",
    "passwords-lost",
    "requests-turned-away",
    "services-in-error",
    "slow-answers",
    "snapshot-too-old",
    "tasks-cpu",
    "tasks-memory",
    "throttled-by-rds",
    "unknown-status",
}


def filters(stack: Applied) -> list[tuple[str, str]]:
    """All filters, as metric and pattern."""
    found = stack.values("aws_cloudwatch_log_metric_filter")
    return [(each["metric_transformation"][0]["name"], each["pattern"]) for each in found]


def counted(stack: Applied, line: dict[str, Any]) -> set[str]:
    """The metrics that count a line."""
    return {metric for metric, pattern in filters(stack) if matches(pattern, line)}


# Lines as src/telemetry writes them: one object, the fields beside level, target and message.
def request(route: str, status: int, **fields: str) -> dict[str, Any]:
    line = {"level": "WARN" if status >= 500 else "INFO", "method": "GET", "route": route, "status": status}
    return {**line, "duration_ms": 12, "message": f"GET {route} {status}", "target": "rds_broker::http::log", **fields}


def said(message: str, **fields: str) -> dict[str, Any]:
    return {"level": "WARN", "message": message, "target": "rds_broker::engine", **fields}


BUSY = "AWS is limiting calls at the moment; nothing was lost, try again."
LINES = [
    (request("/postgres", 200), set()),
    (request("/postgres", 404), set()),
    (request("/postgres", 500), {"FailedRequests"}),
    (request("/postgres/{id}", 501), set()),
    (request("/ready", 503), set()),
    (request("/health/", 503), set()),
    (
        request("/postgres", 503, error=BUSY, cause="CreateDBInstance failed with Throttling (Rate exceeded)"),
        {"FailedRequests", "Throttled"},
    ),
    (
        request("/postgres", 502, error="AWS refuses.", cause="CreateDBInstance failed with AccessDenied (no)"),
        {"FailedRequests", "Refused"},
    ),
    (
        said("Could not observe RDS; what is known stays", error="DescribeDBInstances failed with ThrottlingException"),
        {"Unobserved", "Throttled"},
    ),
    (
        said("Could not observe RDS; what is known stays", error="DescribeDBInstances failed: dispatch failure"),
        {"Unobserved"},
    ),
    (
        said("A step failed: delete", error="DeleteDBInstance failed with DBSubnetGroupNotFoundFault (x)"),
        {"FailedSteps", "Refused"},
    ),
    (said("Took a step: record done", step="record done"), {"Steps"}),
    (said("A DB instance needs help", hint="Enable the key."), {"ServicesInError"}),
    (said("The record of a service cannot be read", problem="codesphere:wish is missing"), {"ServicesInError"}),
    (said("RDS gave up on the version"), {"ServicesInError"}),
    (said("RDS reports a status this broker does not know; it counts as in progress"), {"UnknownStatuses"}),
    (said("The database could not be asked", error="connection refused"), {"DatabasesUnreachable"}),
    (said("A change waited long for its turn to call AWS", service="rds"), {"ChangesWaited"}),
    (said("The user password is gone from Secrets Manager"), {"PasswordsLost"}),
    (
        said(
            "Tokens could not be read again; those read before stay valid",
            problem="BROKER_TOKENS_SECRET: GetSecretValue failed with AccessDeniedException (x)",
        ),
        {"Refused"},
    ),
]


@pytest.mark.parametrize(("line", "metrics"), LINES, ids=[line["message"] for line, _ in LINES])
def test_a_line_counts_for_what_it_tells(new_vpc: Applied, line: dict[str, Any], metrics: set[str]) -> None:
    assert counted(new_vpc, line) == metrics


def test_every_message_is_one_that_the_broker_writes(new_vpc: Applied) -> None:
    """Messages are looked for in the source, where a placeholder stands for what a pattern leaves open."""
    source = "\n".join(file.read_text() for file in SOURCE.rglob("*.rs"))
    looked_for = [words for _, pattern in filters(new_vpc) for words in re.findall(r'\$\.message = "([^"]*)"', pattern)]
    assert len(looked_for) == 11
    for words in looked_for:
        beginning = '"' if not words.startswith("*") else ""
        assert beginning + words.strip("*").rstrip(" ") in source, words


def test_every_field_is_one_that_the_broker_writes(new_vpc: Applied) -> None:
    source = "\n".join(file.read_text() for file in SOURCE.rglob("*.rs"))
    fields = {field for _, pattern in filters(new_vpc) for field in re.findall(r"\$\.(\w+)", pattern)}
    assert fields == {"message", "status", "route", "error", "cause", "problem"}
    for field in fields - {"message"}:
        assert re.search(rf"tracing::\w+!\([^;]*\b{field}\b", source), field


def test_error_codes_are_sorted_as_the_broker_sorts_them(new_vpc: Applied) -> None:
    text = (SOURCE / "aws" / "failure.rs").read_text()
    [classify] = re.findall(r"^fn classify\(.*?^\}", text, re.M | re.S)
    arms = re.findall(r"((?:\"\w+\"\s*\|?\s*)+)=> (?:\{\s*)?Cause::(\w+)", classify)
    codes = {code: cause for names, cause in arms for code in re.findall(r'"(\w+)"', names)}
    for metric, causes in [("Throttled", {"Throttled"}), ("Refused", {"Denied", "Misconfigured"})]:
        patterns = [pattern for name, pattern in filters(new_vpc) if name == metric]
        listed = {code for each in patterns for code in re.findall(r"failed with (\w+)\*", each)}
        assert listed
        assert {codes[code] for code in listed} <= causes, listed
        if metric == "Throttled":
            wanted = {code for code, cause in codes.items() if cause in causes}
        else:
            wanted = {code for code, cause in codes.items() if cause == "Denied"}
        missed = {code for code in wanted if not any(code.startswith(each) for each in listed)}
        assert not missed, missed


def test_no_pattern_is_longer_than_cloudwatch_takes(new_vpc: Applied) -> None:
    assert all(len(pattern) <= 1024 for _, pattern in filters(new_vpc))


def test_every_alarm_on_the_log_has_a_metric(stack: Applied) -> None:
    made = {metric for metric, _ in filters(stack)}
    namespaces = {
        each["metric_transformation"][0]["namespace"] for each in stack.values("aws_cloudwatch_log_metric_filter")
    }
    assert namespaces == {"RdsBroker/codesphere"}
    for alarm in stack.values("aws_cloudwatch_metric_alarm"):
        asked = [(alarm["namespace"], alarm["metric_name"])]
        for query in alarm["metric_query"] or []:
            asked += [(metric["namespace"], metric["metric_name"]) for metric in query["metric"] or []]
        for namespace, metric in asked:
            if namespace in namespaces:
                assert metric in made, alarm["alarm_name"]


def test_every_alarm_links_to_a_heading_of_the_runbook(stack: Applied) -> None:
    alarms = stack.values("aws_cloudwatch_metric_alarm")
    # The page is the one of terraform.tfvars.example.
    link = " https://wiki.example.com/operations#"
    linked = {alarm["alarm_name"]: alarm["alarm_description"].partition(link)[2] for alarm in alarms}
    assert linked == {f"codesphere-{heading}": heading for heading in HEADINGS}
    entries = dict(re.findall(r"^### `?([\w-]+)`?\n(.*?)(?=^##|\Z)", RUNBOOK.read_text(), re.M | re.S))
    for heading in HEADINGS:
        for part in ("**What it means.**", "**What to look at.**", "**What to do.**"):
            assert part in entries[heading], heading


def test_every_alarm_tells_someone(stack: Applied) -> None:
    [topic] = stack.values("aws_sns_topic")
    [mail] = stack.values("aws_sns_topic_subscription")
    assert (mail["topic_arn"], mail["endpoint"]) == (topic["arn"], "databases@example.com")
    for alarm in stack.values("aws_cloudwatch_metric_alarm"):
        assert alarm["alarm_actions"] == [topic["arn"]], alarm["alarm_name"]


def test_nobody_is_told_that_trouble_is_over_which_is_logged_only_once(stack: Applied) -> None:
    [topic] = stack.values("aws_sns_topic")
    silent = set()
    for alarm in stack.values("aws_cloudwatch_metric_alarm"):
        says_so = "The alarm ends by itself while the trouble goes on." in alarm["alarm_description"]
        assert says_so != (alarm["ok_actions"] == [topic["arn"]]), alarm["alarm_name"]
        if says_so:
            silent.add(alarm["alarm_name"].removeprefix("codesphere-"))
    assert silent == {"passwords-lost", "services-in-error", "unknown-status"}


def test_the_dashboard_shows_what_is_counted_and_every_alarm(stack: Applied) -> None:
    [dashboard] = stack.values("aws_cloudwatch_dashboard")
    widgets = json.loads(dashboard["dashboard_body"])["widgets"]
    [shown] = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
    assert set(shown) == {alarm["arn"] for alarm in stack.values("aws_cloudwatch_metric_alarm")}
    graphs = [widget["properties"] for widget in widgets if widget["type"] == "metric"]
    drawn = {metric[1] for graph in graphs for metric in graph["metrics"] if metric[0] == "RdsBroker/codesphere"}
    assert drawn == {metric for metric, _ in filters(stack)} - {"FailedRequests"}
