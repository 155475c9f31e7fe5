"""Whether rules and dashboard name what the broker tells, and each alert has its runbook and its test."""

import json
import re
import unittest
from pathlib import Path

import source

HERE = Path(__file__).parent
RULES = (HERE / "alerts.yaml").read_text()
ALERTS = re.findall(r"- alert: (\S+)", RULES)
DASHBOARD = json.loads((HERE / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]] + [
    variable["query"]["query"] for variable in DASHBOARD["templating"]["list"] if variable["type"] == "query"
]
# Without its comments, which may speak of anything.
EXPRESSIONS = [*QUERIES, re.sub(r"^\s*#.*$", "", RULES, flags=re.M)]
SECTION = source.read("docs/operations.md").partition("\n## Alerts\n")[2].partition("\n## ")[0]
RUNBOOKS = dict(re.findall(r"^### `?([\w-]+)`?\n(.*?)(?=^### |\Z)", SECTION, re.M | re.S))


class Names(unittest.TestCase):
    def test_every_metric_that_is_asked_for_is_told(self):
        told = source.metrics()
        asked = {name for text in EXPRESSIONS for name in re.findall(r"rds_broker_\w+", text)}
        self.assertTrue(asked)
        self.assertEqual(asked - set(told), set())

    def test_every_metric_that_is_told_is_shown(self):
        shown = {name for text in QUERIES for name in re.findall(r"rds_broker_\w+", text)}
        # Of a time to answer the number and the sum say nothing that is not shown already.
        told = {name for name in source.metrics() if not name.endswith(("_sum", "_count"))}
        self.assertEqual(told - shown, set())

    def test_no_label_has_a_name_that_whoever_scrapes_gives_to_its_own(self):
        taken = source.TARGET_LABELS | source.OPERATOR_LABELS
        for name, labels in source.metrics().items():
            self.assertEqual(labels & taken, set(), name)

    def test_labels_and_their_values_are_those_of_the_metric(self):
        told, words = source.metrics(), source.words()
        for text in EXPRESSIONS:
            for name, selectors in re.findall(r"(rds_broker_\w+)\{([^}]*(?:\{\w+\}[^}]*)*)\}", text):
                for label, operator, value in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', selectors):
                    self.assertIn(label, told[name] | source.TARGET_LABELS, f"{name} in {text}")
                    if label in words:
                        values = set(value.split("|")) if "~" in operator else {value}
                        self.assertEqual(values - words[label], set(), f"{label} of {name}")

    def test_labels_that_are_summed_by_are_those_of_the_metric(self):
        told = source.metrics()
        for query in QUERIES:
            names = re.findall(r"rds_broker_\w+", query)
            for labels in re.findall(r"\bby \(([^)]*)\)", query):
                for label in re.split(r",\s*", labels):
                    self.assertTrue(all(label in told[name] for name in names), f"{label} in {query}")

    def test_each_alert_has_a_runbook_with_meaning_look_and_deed(self):
        self.assertEqual(set(ALERTS), set(RUNBOOKS))
        for alert, text in RUNBOOKS.items():
            for part in ("**What it means.**", "**What to look at.**", "**What to do.**"):
                self.assertIn(part, text, alert)
        # Whole, since they are read in a mail or a chat; the chart puts a place of its own there.
        linked = re.findall(rf"runbook_url: {re.escape(source.RUNBOOK)}#(\S+)$", RULES, re.M)
        self.assertEqual(linked, ALERTS)

    def test_each_alert_is_seen_to_fire_and_to_keep_quiet(self):
        tests = (HERE / "alerts_test.yaml").read_text()
        for alert in ALERTS:
            self.assertIn(f"alertname: {alert}}}", tests)
            self.assertIn(f'alertname="{alert}"', tests)

    def test_runbooks_name_panels_that_are_there(self):
        titles = {panel["title"] for panel in PANELS}
        named = set(re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", SECTION.replace("\n", " ")))
        self.assertTrue(named)
        self.assertEqual(named - titles, set())

    def test_panels_point_to_runbooks_that_are_there(self):
        for panel in PANELS:
            for names in re.findall(r"Runbooks?: ([^.]+)", panel["description"]):
                named = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", names))
                self.assertTrue(named and named <= set(RUNBOOKS), panel["title"])
