"""Lets the tests of this folder share what is no test: ``broker_policies``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
