"""The table of what the stack costs, in docs/operations.md, against what the stack makes."""

import re

from infra_checks.paths import REPOSITORY
from tests.conftest import Applied

RUNBOOK = (REPOSITORY / "docs" / "operations.md").read_text()
# With an asterisk for the sign of multiplication.
COSTS = RUNBOOK.partition("\n## What it costs\n")[2].partition("\n## ")[0].replace("\N{MULTIPLICATION SIGN}", "*")
TABLES = re.findall(r"(?:^\|.*\n)+", COSTS, re.M)


def counted(what: str, price: str) -> int:
    """How many of something the table multiplies with its price."""
    [row] = [line for line in COSTS.splitlines() if line.startswith("|") and what in line]
    [(many, product)] = re.findall(rf"\| (\d+) \* \${re.escape(price)} \| \$([\d.]+) \|$", row)
    assert round(int(many) * float(price), 2) == float(product), row
    return int(many)


def test_every_metric_out_of_the_log_is_counted(new_vpc: Applied) -> None:
    filters = new_vpc.values("aws_cloudwatch_log_metric_filter")
    metrics = {each["metric_transformation"][0]["name"] for each in filters}
    assert counted("metrics out of the log", "0.30") == len(metrics)


def test_every_metric_that_an_alarm_watches_is_counted(new_vpc: Applied) -> None:
    watched = 0
    for alarm in new_vpc.values("aws_cloudwatch_metric_alarm"):
        watched += len([query for query in alarm["metric_query"] or [] if query["metric"]]) or 1
    # Application Auto Scaling makes two of its own for a target that it keeps to.
    watched += 2 * len(new_vpc.values("aws_appautoscaling_policy"))
    assert counted("alarms:", "0.10") == watched


def test_every_interface_endpoint_is_counted_in_each_zone(new_vpc: Applied) -> None:
    endpoints = [each for each in new_vpc.values("aws_vpc_endpoint") if each["vpc_endpoint_type"] == "Interface"]
    zones = {len(each["subnet_ids"]) for each in endpoints}
    assert f"| {len(endpoints)} * {zones.pop()} * 730 * $0.01 |" in COSTS and not zones


def test_sums_are_those_of_their_rows() -> None:
    summed = 0
    for table in TABLES:
        rows = re.findall(r"^\|(.*)\|.*\| \**\$([\d.,]+)\** \|$", table, re.M)
        above = []
        for what, amount in rows:
            dollars = float(amount.replace(",", ""))
            if "**together" in what:
                assert round(sum(above), 2) == dollars, what
                summed += 1
            above.append(dollars)
    assert summed == 2
