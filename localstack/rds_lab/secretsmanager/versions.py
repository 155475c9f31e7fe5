"""Versions of a secret and their staging labels, by AWS' rules.

docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html: a label is on one version
at most; the version that loses AWSCURRENT gets AWSPREVIOUS; versions without a label stay for a while.
"""

import time
from collections.abc import Sequence
from typing import Any

from localstack.aws.api.secretsmanager import (
    InvalidParameterException,
    ResourceExistsException,
    ResourceNotFoundException,
)
from moto.secretsmanager.models import FakeSecret

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
PREVIOUS = "AWSPREVIOUS"
_KEPT_UNLABELLED = 100

# As moto stores it: {"secret_string": str} or {"secret_binary": base64}.
Value = dict[str, str]


def holds(secret: FakeSecret, version_id: str, value: Value) -> bool:
    """True if the version is there with this value; a version with another cannot be changed."""
    version = secret.versions.get(version_id)
    if version is None:
        return False
    if _value(version) != value:
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {version_id} because that value is already in use"
            f" for a version of secret {secret.arn}."
        )
    return True


def add(secret: FakeSecret, version_id: str, value: Value, stages: Sequence[str]) -> None:
    """A new version under these labels; the first one is the current one in any case."""
    wanted = list(stages) if secret.versions else [*stages, CURRENT]
    secret.versions[version_id] = {
        "createdate": int(time.time()),
        "version_id": version_id,
        "version_stages": [],
        **value,
    }
    for stage in dict.fromkeys(wanted):
        _attach(secret, stage, version_id)
    secret.last_changed_date = round(time.time(), 3)
    _prune(secret)


def move(secret: FakeSecret, stage: str, source: str | None, target: str | None) -> None:
    """Move a label, or put it on, or take it off, as UpdateSecretVersionStage does."""
    for version_id in filter(None, (source, target)):
        if version_id not in secret.versions:
            raise ResourceNotFoundException(
                f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
            )
    holder = _holder(secret, stage)
    if stage == CURRENT and not target:
        raise InvalidParameterException("You can't remove the label AWSCURRENT without moving it.")
    if holder and holder != target and source != holder:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached"
            f" to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            if source is None
            else f"Staging label {stage} is not attached to version {source}."
        )
    if target:
        _attach(secret, stage, target)
    elif holder:
        secret.versions[holder]["version_stages"].remove(stage)
    secret.last_changed_date = round(time.time(), 3)


def _attach(secret: FakeSecret, stage: str, version_id: str) -> None:
    holder = _holder(secret, stage)
    if holder == version_id:
        return
    if holder:
        secret.versions[holder]["version_stages"].remove(stage)
    secret.versions[version_id]["version_stages"].append(stage)
    if stage != CURRENT:
        return
    secret.default_version_id = version_id
    # What is current is neither waiting nor past.
    for old in (PENDING, PREVIOUS):
        if old in secret.versions[version_id]["version_stages"]:
            secret.versions[version_id]["version_stages"].remove(old)
    if holder:
        _attach(secret, PREVIOUS, holder)


def _holder(secret: FakeSecret, stage: str) -> str | None:
    return next((key for key, one in secret.versions.items() if stage in one["version_stages"]), None)


def _prune(secret: FakeSecret) -> None:
    unlabelled = [key for key, one in secret.versions.items() if not one["version_stages"]]
    for version_id in unlabelled[:-_KEPT_UNLABELLED]:
        del secret.versions[version_id]


def _value(version: dict[str, Any]) -> Value:
    return {key: version[key] for key in ("secret_string", "secret_binary") if version.get(key) is not None}
