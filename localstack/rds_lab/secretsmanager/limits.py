"""The limits of Secrets Manager that LocalStack does not know (rds-semantics.md, 8)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.secretsmanager import InvalidParameterException

VALUE_BYTES = 65_536
TAGS = 50
TAG_KEY = 128
TAG_VALUE = 256
STAGES = 20
TOKEN = range(32, 65)


def invalid(message: str) -> CommonServiceException:
    """What AWS answers to a request that breaks a constraint of the API's model."""
    return CommonServiceException("ValidationException", f"1 validation error detected: {message}", 400, True)


def check_value(request: Mapping[str, Any]) -> None:
    """At most one value, not empty, of at most 64 KiB."""
    text, binary = request.get("SecretString"), request.get("SecretBinary")
    if text is not None and binary is not None:
        raise InvalidParameterException("You can't specify both SecretString and SecretBinary.")
    for name, value in (("secretString", text), ("secretBinary", binary)):
        size = len(value.encode()) if isinstance(value, str) else len(value or b"")
        if size > VALUE_BYTES:
            raise invalid(
                f"Value at '{name}' failed to satisfy constraint:"
                f" Member must have length less than or equal to {VALUE_BYTES}"
            )


def check_token(request: Mapping[str, Any]) -> None:
    """A token becomes the id of a version: 32 to 64 characters."""
    token = request.get("ClientRequestToken")
    if token is not None and len(token) not in TOKEN:
        raise InvalidParameterException("ClientRequestToken must be 32-64 characters long.")


def check_stages(stages: Sequence[str]) -> None:
    """A version has at most 20 labels."""
    if not 1 <= len(stages) <= STAGES:
        raise invalid(f"Value at 'versionStages' must have between 1 and {STAGES} members")


def check_tags(new: Iterable[Mapping[str, str]], existing: Iterable[Mapping[str, str]] = ()) -> None:
    """Tags that are to be added to those that are there."""
    keys = {tag["Key"] for tag in existing}
    for tag in new:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if not 1 <= len(key) <= TAG_KEY or len(value) > TAG_VALUE:
            raise invalid(
                f"Value at 'tags' must have keys of 1-{TAG_KEY} and values of 0-{TAG_VALUE} characters"
            )
        if key.lower().startswith("aws:"):
            raise InvalidParameterException("Tag keys can't start with aws:, which is reserved for AWS use.")
        keys.add(key)
    if len(keys) > TAGS:
        raise InvalidParameterException(f"A secret can have at most {TAGS} tags.")
