"""Malformed numbers, booleans and times in a request are the caller's mistake: 400, never 500."""

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.handlers.service import ServiceRequestParser
from localstack.aws.protocol.parser import ProtocolParserError


def patch_parser() -> None:
    """Say so where LocalStack's parser stumbles over a value that is not of its type."""
    original = ServiceRequestParser.parse_and_enrich

    def parse(self: ServiceRequestParser, context: RequestContext) -> None:
        try:
            original(self, context)
        except ProtocolParserError as error:
            if not isinstance(error.__cause__, ValueError):
                raise
            # The error is serialised as an operation's, and which does not matter.
            context.operation = context.service.operation_model(context.service.operation_names[0])
            raise CommonServiceException(
                "MalformedInput",
                "A value in the request is not of its type.",
                status_code=400,
                sender_fault=True,
            ) from error

    ServiceRequestParser.parse_and_enrich = parse
