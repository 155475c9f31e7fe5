"""Whether the chart is sound, and says so where values are not."""

import re
import tomllib
import unittest

import helm_python as helm
import yaml
from chart import CASES, CHART, NAMESPACE, ROOT, changed, notes, objects, one, settings

LEAST = CASES["least"]
MISTAKES = {
    "an image from nowhere": ("image.repository", "", "image.repository must name"),
    "no region": ("region", "", "region must name"),
    "a region that is none": ("region", "Frankfurt", "region"),
    "no tokens": ("tokens", {}, "one of tokens.secret.name and tokens.secretsManager"),
    "two sources of tokens": ("tokens.secret", {"name": "tokens"}, "exclude each other"),
    "a token in the open": ("settings", {"BROKER_TOKENS": "x"}, "settings.BROKER_TOKENS is set by"),
    "a setting that the chart makes": ("settings", {"BROKER_RDS_CALLS_PER_SECOND": 9}, "is set by a value"),
    "a burst that the chart divides": ("settings", {"BROKER_RDS_BURST": 9}, "is set by a value"),
    "a burst that is none": ("rdsBurst", 0, "rdsBurst"),
    "a setting of nobody": ("settings", {"PATH": "/"}, "PATH"),
    "a role that is none": ("serviceAccount.roleArn", "rds-broker", "roleArn"),
    "databases out of reach": ("networkPolicy.databases", [], "networkPolicy.databases must hold"),
    "AWS out of reach": ("networkPolicy.aws", [], "networkPolicy.aws must hold"),
    "a Prometheus that is shut out": ("serviceMonitor.enabled", True, "networkPolicy.metricsFrom must name"),
    "an authority without a key": ("serviceMonitor.ca", {"secret": {"name": "authority"}}, "key"),
    "alerts that lead nowhere": (
        "prometheusRule",
        {"enabled": True},
        "prometheusRule.runbookBaseUrl is missing",
    ),
    "a runbook without a host": ("prometheusRule.runbookBaseUrl", "docs/operations.md", "runbookBaseUrl"),
    "a misspelt value": ("replicas", 3, "replicas"),
    "a misspelt value further down": ("networkPolicy.form", [], "form"),
}


class Chart(unittest.TestCase):
    def test_helm_has_nothing_to_say_against_it(self):
        for name, values in CASES.items():
            report = helm.lint(CHART, values, strict=True, namespace=NAMESPACE, kube_version="v1.30.0")
            found = [message["error"] for message in report["messages"]] + report["errors"]
            self.assertEqual(found, ["icon is recommended"], name)

    def test_what_it_says_at_the_end_names_the_address(self):
        self.assertIn("--endpoint http://databases.codesphere-databases.svc\n", notes(LEAST))
        self.assertIn("--endpoint https://databases.codesphere-databases.svc:8443\n", notes(CASES["most"]))

    def test_its_version_of_the_image_is_the_broker_s(self):
        cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())
        about = yaml.safe_load((CHART / "Chart.yaml").read_text())
        self.assertEqual(about["appVersion"], cargo["package"]["version"])

    def test_mistakes_are_refused_in_words(self):
        for mistake, (path, value, said) in MISTAKES.items():
            with self.subTest(mistake), self.assertRaisesRegex(helm.HelmError, re.escape(said)):
                objects(changed(LEAST, path, value))

    def test_every_setting_is_one_of_the_broker(self):
        for name, values in CASES.items():
            container = one(objects(values), "Deployment")["spec"]["template"]["spec"]["containers"][0]
            names = {variable["name"] for variable in container["env"]}
            ours = {name for name in names if name.startswith("BROKER_")}
            self.assertEqual(ours - set(settings()), set(), name)
            self.assertTrue({"BROKER_TOKENS_FILE", "BROKER_TOKENS_SECRET"} & names, name)

    def test_settings_reach_the_broker_as_they_were_written(self):
        written = {
            "BROKER_REQUESTS_PER_SECOND": 1000000,
            "BROKER_REQUESTS_BURST": 200,
            "BROKER_SWEEP_SECONDS": 0.5,
        }
        container = one(objects(changed(LEAST, "settings", written)), "Deployment")
        env = container["spec"]["template"]["spec"]["containers"][0]["env"]
        values = {variable["name"]: variable["value"] for variable in env}
        self.assertEqual({name: values[name] for name in written}, {n: str(v) for n, v in written.items()})

    def test_all_replicas_together_keep_to_the_budget_also_during_an_upgrade(self):
        for total in (2, 0.3, 7):
            deployment = one(objects(changed(CASES["most"], "rdsCallsPerSecond", total)), "Deployment")
            env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
            each = next(v["value"] for v in env if v["name"] == "BROKER_RDS_CALLS_PER_SECOND")
            most = (
                deployment["spec"]["replicas"] + deployment["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
            )
            self.assertAlmostEqual(float(each) * most, total, delta=0.01)

    def test_the_burst_is_divided_as_well_and_leaves_each_a_call(self):
        # Three replicas and one more during an upgrade.
        for total, each in ((8, "2"), (11, "2"), (1, "1")):
            container = one(objects(changed(CASES["most"], "rdsBurst", total)), "Deployment")
            env = container["spec"]["template"]["spec"]["containers"][0]["env"]
            values = {variable["name"]: variable["value"] for variable in env}
            self.assertEqual(values["BROKER_RDS_BURST"], each)
