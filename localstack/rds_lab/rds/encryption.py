"""The KMS keys of instances: looked up when an instance is made and when it is started."""

from typing import Any

from localstack.aws.api import CommonServiceException

from rds_lab.rds import errors
from rds_lab.rds.cloud import Region
from rds_lab.rds.instance import Instance

_DEFAULT = "alias/aws/rds"


def key_of(region: Region, request: dict[str, Any]) -> str | None:
    """The ARN of the key for a new instance's storage."""
    name = request.get("KmsKeyId")
    if not request.get("StorageEncrypted"):
        if name:
            raise errors.invalid_combination("KmsKeyId can only be specified for encrypted DB instances.")
        return None
    key = region.keys.key(name or _DEFAULT)
    if key is None or not key.usable:
        raise _inaccessible(name or _DEFAULT)
    return key.arn


def check(region: Region, instance: Instance) -> None:
    """An instance does not start without its key."""
    if instance.kms_key_id is None:
        return
    key = region.keys.key(instance.kms_key_id)
    if key is None or not key.usable:
        raise _inaccessible(instance.kms_key_id)


def _inaccessible(name: str) -> CommonServiceException:
    return errors.fault(
        "KMSKeyNotAccessibleFault",
        f"The specified KMS key [{name}] does not exist, is not enabled or you do not have permissions to "
        "access it.",
    )
