"""Whether what the chart makes is valid, fits together, and keeps to the restricted Pod Security Standard."""

import json
import unittest

import kubernetes_validate
import yaml
from chart import CASES, ROOT, changed, objects, one, settings

VERSIONS = ["1.30", "1.33", kubernetes_validate.latest_version()]
# Of the Prometheus Operator; Kubernetes has no schema of them.
FOREIGN = {"ServiceMonitor", "PrometheusRule"}


def pod(found: list[dict]) -> dict:
    return one(found, "Deployment")["spec"]["template"]


class Objects(unittest.TestCase):
    def setUp(self):
        self.cases = {name: objects(values) for name, values in CASES.items()}

    def test_kubernetes_takes_them(self):
        for name, found in self.cases.items():
            for each in found:
                if each["kind"] in FOREIGN:
                    self.assertEqual(each["apiVersion"], "monitoring.coreos.com/v1")
                    continue
                for version in VERSIONS:
                    with self.subTest(name, kind=each["kind"], version=version):
                        kubernetes_validate.validate(each, version, strict=True)

    def test_whatever_selects_pods_selects_the_broker_s(self):
        for found in self.cases.values():
            labels = pod(found)["metadata"]["labels"]
            selectors = [
                one(found, "Deployment")["spec"]["selector"]["matchLabels"],
                one(found, "Service")["spec"]["selector"],
                one(found, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
                one(found, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            ]
            spread = pod(found)["spec"]["topologySpreadConstraints"]
            selectors += [constraint["labelSelector"]["matchLabels"] for constraint in spread]
            # No more than these two: others change from release to release.
            own = {
                f"app.kubernetes.io/{name}": labels[f"app.kubernetes.io/{name}"]
                for name in ("name", "instance")
            }
            for selector in selectors:
                self.assertEqual(selector, own)
            keys = {constraint["topologyKey"] for constraint in spread}
            self.assertEqual(keys, {"topology.kubernetes.io/zone", "kubernetes.io/hostname"})

    def test_pods_keep_to_the_restricted_standard_and_write_nothing(self):
        for found in self.cases.values():
            spec = pod(found)["spec"]
            self.assertTrue(spec["securityContext"]["runAsNonRoot"])
            self.assertEqual(spec["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertFalse(spec["automountServiceAccountToken"])
            self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & set(spec))
            (container,) = spec["containers"]
            context = container["securityContext"]
            self.assertFalse(context["allowPrivilegeEscalation"])
            self.assertTrue(context["readOnlyRootFilesystem"])
            self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
            kinds = {kind for volume in spec["volumes"] or [] for kind in volume if kind != "name"}
            self.assertLessEqual(kinds, {"secret", "configMap"})
            self.assertIn("memory", container["resources"]["limits"])

    def test_files_that_settings_name_are_mounted(self):
        found = self.cases["most"]
        spec = pod(found)["spec"]
        container = spec["containers"][0]
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        self.assertEqual(set(mounts.values()), set(volumes))
        files = [v["value"] for v in container["env"] if v["value"].startswith("/")]
        self.assertEqual(len(files), 4)
        for file in files:
            directory, _, name = file.rpartition("/")
            volume = volumes[mounts[directory]]
            if "configMap" in volume:
                self.assertIn(name, one(found, "ConfigMap", volume["configMap"]["name"])["data"])
            else:
                items = volume["secret"].get("items", [{"path": "tls.crt"}, {"path": "tls.key"}])
                self.assertIn(name, [item["path"] for item in items])

    def test_probes_speak_as_the_broker_does(self):
        for name, scheme in (("least", "HTTP"), ("most", "HTTPS")):
            container = pod(self.cases[name])["spec"]["containers"][0]
            for probe in ("livenessProbe", "readinessProbe"):
                self.assertEqual(container[probe]["httpGet"]["scheme"], scheme)
            self.assertEqual(one(self.cases[name], "Service")["spec"]["ports"][0]["name"], scheme.lower())
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            self.assertEqual(one(self.cases[name], "Service")["spec"]["ports"][0]["targetPort"], "http")
            listen = next(v["value"] for v in container["env"] if v["name"] == "BROKER_LISTEN")
            self.assertEqual(listen, f"0.0.0.0:{ports['http']}")

    def test_a_replica_may_end_what_it_does(self):
        spec = pod(self.cases["least"])["spec"]
        container = spec["containers"][0]
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        end = float(settings()["BROKER_SHUTDOWN_SECONDS"])
        self.assertGreater(spec["terminationGracePeriodSeconds"], pause + end)

    def test_the_account_has_its_role(self):
        account = one(self.cases["least"], "ServiceAccount")
        role = CASES["least"]["serviceAccount"]["roleArn"]
        self.assertEqual(account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"], role)
        self.assertEqual(pod(self.cases["least"])["spec"]["serviceAccountName"], account["metadata"]["name"])

    def test_nobody_gets_in_who_was_not_named(self):
        closed = one(objects(changed(CASES["least"], "networkPolicy.from", [])), "NetworkPolicy")["spec"]
        self.assertEqual(closed["ingress"], [])
        for found in self.cases.values():
            policy = one(found, "NetworkPolicy")["spec"]
            self.assertEqual(set(policy["policyTypes"]), {"Ingress", "Egress"})
            for rule in policy["ingress"] + policy["egress"]:
                self.assertTrue(rule.get("from") or rule.get("to"))
                self.assertTrue(rule["ports"])

    def test_alerts_and_dashboard_are_the_tested_ones(self):
        found = self.cases["most"]
        alerts = (ROOT / "infra/grafana/alerts.yaml").read_text()
        told = one(found, "PrometheusRule")["spec"]
        rules = [rule for group in told["groups"] for rule in group["rules"]]
        for rule in rules:
            link = f"https://wiki.example.com/operations#{rule['alert']}"
            self.assertEqual(rule["annotations"]["runbook_url"], link)
        ours = alerts.replace(
            "https://runbooks.example.com/operations.md", "https://wiki.example.com/operations"
        )
        self.assertEqual(told, yaml.safe_load(ours))
        dashboard = one(found, "ConfigMap", "databases-dashboard")["data"]["rds-broker.json"]
        self.assertEqual(
            json.loads(dashboard), json.loads((ROOT / "infra/grafana/dashboard.json").read_text())
        )

    def test_prometheus_finds_the_broker_under_the_labels_of_the_rules(self):
        found = self.cases["most"]
        monitor = one(found, "ServiceMonitor")["spec"]
        service = one(found, "Service")
        self.assertEqual(monitor["endpoints"][0]["port"], service["spec"]["ports"][0]["name"])
        # The rules go by this name of the job.
        self.assertEqual(service["metadata"]["labels"][monitor["jobLabel"]], "rds-broker")
        self.assertIs(monitor["endpoints"][0]["honorLabels"], True)

    def test_prometheus_is_let_in_and_knows_the_authority_of_the_certificate(self):
        most = CASES["most"]
        (rule,) = one(self.cases["most"], "NetworkPolicy")["spec"]["ingress"]
        self.assertIn(most["networkPolicy"]["metricsFrom"][0], rule["from"])
        # What README.md's command puts into the Secret of the certificate.
        readme = (ROOT / "infra/kubernetes/README.md").read_text()
        self.assertRegex(readme, r"create secret generic rds-broker-tls [^)]*--from-file=ca\.crt")
        own = {"secret": {"name": "rds-broker-tls", "key": "ca.crt"}}
        another = {"configMap": {"name": "authority", "key": "root.pem"}}
        for values, authority in ((most, own), (changed(most, "serviceMonitor.ca", another), another)):
            (endpoint,) = one(objects(values), "ServiceMonitor")["spec"]["endpoints"]
            self.assertEqual(endpoint["tlsConfig"]["ca"], authority)
