"""What holds for every operation: one at a time, refusals as AWS words them, none as HTTP 500."""

import threading
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.secretsmanager import InvalidRequestException, ResourceNotFoundException
from localstack.aws.skeleton import DispatchTable
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.secretsmanager.provider import SecretsmanagerProvider
from moto.core.exceptions import RESTError
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

MARKED = "You can't perform this operation on the secret because it was marked for deletion."
NOT_FOUND = "Secrets Manager can't find the specified secret."
# Refused while a secret waits for its deletion; moto lets them through.
_NOT_WHEN_DELETED = frozenset(
    "PutSecretValue UpdateSecret UpdateSecretVersionStage TagResource UntagResource RotateSecret"
    " PutResourcePolicy DeleteResourcePolicy GetResourcePolicy ListSecretVersionIds".split()
)

Operation = Callable[[RequestContext, dict[str, Any]], Any]


def guarded_table(provider: SecretsmanagerProvider) -> DispatchTable:
    """LocalStack's dispatch table with each operation guarded."""
    # moto checks first and writes then, without a lock: two creates of one name can both succeed.
    lock = threading.RLock()
    table = MotoFallbackDispatcher(provider)
    return {name: _guarded(name, operation, lock) for name, operation in table.items()}


def backend_for(context: RequestContext, secret_id: str = "") -> SecretsManagerBackend:
    """The store that a secret's ARN, or else the request, names."""
    return SecretsmanagerProvider.get_moto_backend_for_resource(secret_id, context)


def find(context: RequestContext, secret_id: str) -> FakeSecret:
    """The secret of this name or ARN, or the answer that there is none."""
    secret = backend_for(context, secret_id).secrets.get(secret_id)
    if secret is None:
        raise ResourceNotFoundException(NOT_FOUND)
    return secret


def _guarded(name: str, operation: Operation, lock: threading.RLock) -> Operation:
    def call(context: RequestContext, request: dict[str, Any]) -> Any:
        with lock:
            if name in _NOT_WHEN_DELETED and find(context, request["SecretId"]).is_deleted():
                raise InvalidRequestException(MARKED)
            try:
                return operation(context, request)
            except RESTError as error:
                # LocalStack does not know moto's own refusals and answers HTTP 500.
                raise CommonServiceException(error.error_type, error.message, 400, True) from None

    return call
