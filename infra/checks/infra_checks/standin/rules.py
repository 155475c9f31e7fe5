"""What the real provider and AWS refuse beyond the schemas, as far as a mistake here came through without it."""

import re
from typing import Any

from infra_checks.standin.values import Block

Refusal = tuple[str, str]
"""The attribute, and why."""

# Resource type → arguments that are given together or not at all (`RequiredWith` in the provider's source).
_TOGETHER = {"aws_secretsmanager_secret_version": ("secret_string_wo", "secret_string_wo_version")}

# What EC2 takes as the description of a security group or a rule (API reference, CreateSecurityGroup): no apostrophe.
_DESCRIPTION = re.compile(r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{0,255}")
_SECURITY_GROUPS = re.compile(r"aws_(default_|vpc_)?security_group(_ingress_rule|_egress_rule)?")


def refusals(type_name: str, block: Block, config: dict[str, Any]) -> list[Refusal]:
    """What is wrong with a configuration."""
    found = [
        (name, f'"{name}" is decided by AWS and cannot be set.')
        for name, attribute in block["attributes"].items()
        if set(attribute) == {"type", "computed"} and config.get(name) is not None
    ]
    together = _TOGETHER.get(type_name, ())
    missing = [name for name in together if config.get(name) is None]
    if missing and len(missing) < len(together):
        found.append((missing[0], f"all of `{','.join(together)}` must be specified"))
    if _SECURITY_GROUPS.fullmatch(type_name):
        rules = [rule for way in ("ingress", "egress") for rule in _known(config.get(way))]
        for text in [config.get("description"), *(rule.get("description") for rule in rules)]:
            if isinstance(text, str) and not _DESCRIPTION.fullmatch(text):
                found.append(("description", f"EC2 takes no such description: {text!r}"))
    return found


def _known(rules: Any) -> list[dict[str, Any]]:
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def refused_creation(type_name: str, config: dict[str, Any]) -> str | None:
    """Why AWS would not make it."""
    values = [config.get(name) for name in ("secret_string", "secret_binary", "secret_string_wo")]
    if type_name == "aws_secretsmanager_secret_version" and not any(values):
        return "You must provide either SecretString or SecretBinary."
    return None
