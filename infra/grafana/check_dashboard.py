"""Whether the dashboard is one that Grafana can show: places, sources, queries that can be read."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

DASHBOARD = json.loads((Path(__file__).parent / "dashboard.json").read_text())
PANELS = DASHBOARD["panels"]
SHOWN = [panel for panel in PANELS if panel["type"] != "row"]
WIDTH = 24


class Dashboard(unittest.TestCase):
    def test_panels_have_a_place_of_their_own(self):
        taken: dict[tuple[int, int], str] = {}
        for panel in PANELS:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], WIDTH, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, panel["title"])
                    taken[x, y] = panel["title"]
        identifiers = [panel["id"] for panel in PANELS]
        self.assertEqual(len(identifiers), len(set(identifiers)))

    def test_panels_say_what_they_show_and_take_the_chosen_source(self):
        for panel in SHOWN:
            self.assertTrue(panel["description"], panel["title"])
            for target in panel["targets"]:
                self.assertEqual(target["datasource"]["uid"], "${datasource}", panel["title"])
                self.assertIn('job=~"$job"', target["expr"], panel["title"])
            names = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(names), len(set(names)), panel["title"])

    def test_prometheus_can_read_every_query(self):
        queries = [target["expr"] for panel in SHOWN for target in panel["targets"]]
        plain = [query.replace("$__rate_interval", "5m").replace("$job", ".*") for query in queries]
        self.assertFalse(
            [query for query in plain if re.search(r"\$", query)], "a variable that is not known"
        )
        rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(plain)]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            # JSON is YAML.
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            read = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
        self.assertEqual(read.returncode, 0, read.stdout + read.stderr)
        self.assertIn(f"{len(rules)} rules found", read.stdout)
