"""How long every transition takes, and the account's quotas; can be changed while it runs."""

import json
import math
import os
import threading
from collections.abc import Mapping
from typing import Any

# Seconds. Short enough to watch, long enough to see every status.
DURATIONS = {
    "creating": 4.0,
    # Until the endpoint shows; at the latest when `creating` ends.
    "endpoint": 2.0,
    # `available` for a moment between `creating` and the first backup; nothing of the kind with 0.
    "flap": 0.0,
    "backingUp": 1.0,
    # Only of an instance with Enhanced Monitoring.
    "configuringMonitoring": 0.5,
    # Between ModifyDBInstance's answer and the status `modifying` (rds-semantics §3, "operation lag").
    "modifyVisible": 0.5,
    "modifying": 2.0,
    "resettingMasterCredentials": 1.0,
    "rebooting": 1.0,
    "upgrading": 3.0,
    "storageOptimization": 2.0,
    # After a storage change no other is taken; six hours in reality (rds-semantics §4.1).
    "storageLock": 5.0,
    "deleting": 2.0,
    "stopping": 1.0,
    "starting": 1.0,
    # How long a parameter group shows as `applying`.
    "applyingParameters": 0.5,
}
_COUNTS = {"instanceQuota": 1000, "storageQuotaGiB": 1_000_000, "parameterGroupQuota": 50}


class Settings:
    """All settings, read and replaced as JSON."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, Any] = {"durations": dict(DURATIONS), "engines": True, **_COUNTS}
        partial: dict[str, Any] = {}
        if text := environment.get("RDS_LAB_DURATIONS"):
            partial["durations"] = json.loads(text)
        if text := environment.get("RDS_LAB_INSTANCE_QUOTA"):
            partial["instanceQuota"] = int(text)
        if text := environment.get("RDS_LAB_ENGINES"):
            partial["engines"] = text.lower() in ("1", "true", "yes")
        self.update(partial)

    def as_json(self) -> dict[str, Any]:
        """A copy of all settings."""
        with self._lock:
            return {**self._values, "durations": dict(self._values["durations"])}

    def update(self, partial: dict[str, Any]) -> None:
        """Change those that are given; ValueError, and no change, if one is wrong."""
        durations = partial.get("durations", {})
        if not isinstance(durations, dict):
            raise ValueError("durations must be an object of seconds.")
        for name, seconds in durations.items():
            if name not in DURATIONS:
                raise ValueError(f"durations.{name} is not known; there are {', '.join(DURATIONS)}.")
            if (
                isinstance(seconds, bool)
                or not isinstance(seconds, int | float)
                or not 0 <= seconds < math.inf
            ):
                raise ValueError(f"durations.{name} must be a number of seconds, 0 or more.")
        for name, value in partial.items():
            if name == "engines":
                if not isinstance(value, bool):
                    raise ValueError("engines must be true or false.")
            elif name in _COUNTS:
                if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                    raise ValueError(f"{name} must be a whole number, 0 or more.")
            elif name != "durations":
                raise ValueError(f"{name} is not known; there are durations, engines, {', '.join(_COUNTS)}.")
        with self._lock:
            self._values["durations"].update({name: float(seconds) for name, seconds in durations.items()})
            self._values.update({name: value for name, value in partial.items() if name != "durations"})

    def seconds(self, transition: str) -> float:
        """How long a transition takes."""
        with self._lock:
            return self._values["durations"][transition]

    @property
    def engines(self) -> bool:
        """Whether real servers are started behind new instances."""
        with self._lock:
            return self._values["engines"]

    def quota(self, name: str) -> int:
        """A quota of the account."""
        with self._lock:
            return self._values[name]
