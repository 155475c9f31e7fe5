"""The KMS keys of secrets: values are written and read only while the key can be used (rds-semantics §8).

The texts are those of the API's model.
"""

from localstack.aws.api import RequestContext
from localstack.aws.api.secretsmanager import DecryptionFailure, EncryptionFailure

from rds_lab.neighbours.live import neighbours


def check_encrypts(context: RequestContext, key: str | None) -> None:
    """Refuse to write with a key that is unknown, disabled, about to be deleted, or for another use."""
    if not _usable(context, key):
        raise EncryptionFailure(
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check "
            "that the KMS key is available, enabled, and not in an invalid state."
        )


def check_decrypts(context: RequestContext, key: str | None) -> None:
    """Refuse to read what such a key has encrypted."""
    if not _usable(context, key):
        raise DecryptionFailure(
            "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
        )


def _usable(context: RequestContext, name: str | None) -> bool:
    if name is None:
        # AWS's own key.
        return True
    key = neighbours(context.account_id, context.region).keys.key(name)
    return key is not None and key.usable
