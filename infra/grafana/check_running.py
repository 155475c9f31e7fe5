"""Whether a broker that runs tells what its source says: the other checks read the source."""

import os
import re
import unittest
from pathlib import Path

import source


class Running(unittest.TestCase):
    def test_tells_what_the_source_says(self):
        text = Path(os.environ["METRICS_TEXT"]).read_text()
        families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
        told = {family + suffix for family, kind in families.items() for suffix in suffixes[kind]}
        self.assertEqual(told - set(source.metrics()), set())
        self.assertLessEqual({"rds_broker_snapshot_age_seconds", "rds_broker_aws_calls_total"}, told)
        labels = {
            name: set(re.findall(r'(\w+)="', inner))
            for name, inner in re.findall(r"^(\w+)\{([^}]*)\}", text, re.M)
        }
        for name, seen in labels.items():
            self.assertEqual(seen, source.metrics()[name], name)
