"""ListSecrets: pages that stay right while secrets come and go, and filters within AWS' limits."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from localstack.aws.api.secretsmanager import InvalidNextTokenException, InvalidParameterException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, _matches, filter_keys

from rds_lab.secretsmanager.limits import invalid

PAGE = 100
_MOST_FILTERS = 10
_MOST_VALUES = 10


def page(
    backend: SecretsManagerBackend, request: Mapping[str, Any], most: int = PAGE
) -> tuple[list[FakeSecret], str | None]:
    """The secrets of one page in order of creation, and the token of the next."""
    size = request.get("MaxResults")
    size = most if size is None else size
    if not 1 <= size <= most:
        raise invalid(f"Value '{size}' at 'maxResults' must be between 1 and {most}")
    filters = request.get("Filters") or []
    check_filters(filters)
    start = _read_token(request.get("NextToken"))
    planned = request.get("IncludePlannedDeletion", False)
    matching = [
        one
        for one in sorted(backend.secrets.values(), key=_position)
        if _position(one) > start and (planned or not one.is_deleted()) and _matches(one, filters)
    ]
    chosen = matching[:size]
    return chosen, _token(chosen[-1]) if len(matching) > size else None


def check_filters(filters: Sequence[Mapping[str, Any]]) -> None:
    """At most ten filters of at most ten values, by names that exist."""
    if len(filters) > _MOST_FILTERS:
        raise invalid(f"Value at 'filters' must have at most {_MOST_FILTERS} members")
    for one in filters:
        if one.get("Key") not in filter_keys():
            raise invalid(f"Value '{one.get('Key')}' at 'filters.key' is not one of {filter_keys()}")
        if not one.get("Values"):
            raise InvalidParameterException("Invalid filter values: a filter needs at least one.")
        if len(one["Values"]) > _MOST_VALUES:
            raise invalid(f"Value at 'filters.values' must have at most {_MOST_VALUES} members")


def _position(secret: FakeSecret) -> tuple[float, str]:
    return (secret.created_date or 0, secret.arn)


def _token(secret: FakeSecret) -> str:
    created, arn = _position(secret)
    return base64.urlsafe_b64encode(f"{created!r} {arn}".encode()).decode()


def _read_token(token: str | None) -> tuple[float, str]:
    if token is None:
        return (0, "")
    try:
        created, _, arn = base64.urlsafe_b64decode(token).decode().partition(" ")
        return (float(created), arn)
    except (binascii.Error, ValueError):
        raise InvalidNextTokenException("The NextToken value is invalid.") from None
