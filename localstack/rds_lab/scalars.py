"""Malformed numbers, booleans and times in a request are the caller's mistake: 400, never 500."""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.protocol.parser import QueryRequestParser

_SCALARS = ("integer", "long", "float", "double", "boolean", "timestamp")


def patch_parser() -> None:
    """Wrap the query protocol's scalar parsers; others are left as they are."""
    for scalar in _SCALARS:
        name = f"_parse_{scalar}"
        setattr(QueryRequestParser, name, _strict(getattr(QueryRequestParser, name), scalar))


def _strict(parse: Callable[..., Any], scalar: str) -> Callable[..., Any]:
    def strict(self: QueryRequestParser, request: Any, shape: Any, node: Any, *rest: Any) -> Any:
        try:
            return parse(self, request, shape, node, *rest)
        except ValueError as error:
            raise CommonServiceException(
                "MalformedInput", f"Expected a value of type {scalar}.", status_code=400, sender_fault=True
            ) from error

    return strict
