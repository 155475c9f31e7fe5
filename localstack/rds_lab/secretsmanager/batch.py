"""BatchGetSecretValue: up to 20 secrets, each with its value or with its error."""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.api.secretsmanager import InvalidParameterException

from rds_lab.secretsmanager import listing
from rds_lab.secretsmanager.guard import backend_for
from rds_lab.secretsmanager.limits import invalid

MOST = 20
Request = dict[str, Any]


def get(
    context: RequestContext, request: Request, get_one: Callable[[RequestContext, Request], Any]
) -> Request:
    """Read by ids or by filters, which exclude each other."""
    ids, filters = request.get("SecretIdList"), request.get("Filters")
    if bool(ids) == bool(filters):
        raise InvalidParameterException("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
    token = None
    if filters:
        found, token = listing.page(backend_for(context), request, MOST)
        ids = [one.arn for one in found]
    elif request.get("MaxResults") is not None:
        raise InvalidParameterException(
            "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
        )
    elif len(ids) > MOST:
        raise invalid(f"Value at 'secretIdList' must have at most {MOST} members")
    answer: Request = {"SecretValues": [], "Errors": []}
    for secret_id in ids:
        try:
            answer["SecretValues"].append(get_one(context, {"SecretId": secret_id}))
        except ServiceException as error:
            answer["Errors"].append(
                {"SecretId": secret_id, "ErrorCode": error.code, "Message": error.message}
            )
    return answer | {"NextToken": token} if token else answer
