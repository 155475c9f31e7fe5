"""LocalStack's KMS. Nothing is really encrypted; but a key that could not encrypt is refused."""

import re
from typing import Any

from rds_lab.neighbours.base import Key

_ARN = re.compile(r"arn:[^:]+:kms:(?P<region>[^:]+):(?P<account>\d{12}):(?P<kind>(key|alias)/.+)")


class KmsKeys:
    """See :class:`rds_lab.neighbours.base.Keys`."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def key(self, name: str) -> Key | None:
        """See :class:`rds_lab.neighbours.base.Keys`. Keys of other accounts are found by ARN."""
        account, kind = self._account, name if name.startswith("alias/") else f"key/{name}"
        if name.startswith("arn:"):
            parts = _ARN.fullmatch(name)
            if parts is None or parts["region"] != self._region:
                return None
            account, kind = parts["account"], parts["kind"]
        from localstack.services.kms.models import kms_stores

        store = kms_stores[account][self._region]
        if kind.startswith("alias/"):
            alias = store.aliases.get(kind)
            if alias is None:
                return self._managed(kind)
            kind = f"key/{alias.metadata['TargetKeyId']}"
        found = store.keys.get(kind.removeprefix("key/"))
        return _key(found.metadata) if found else None

    def _managed(self, alias: str) -> Key | None:
        """AWS makes the key of a service when it is first used: here it is known by its alias alone."""
        if not alias.startswith("alias/aws/"):
            return None
        return Key(f"arn:aws:kms:{self._region}:{self._account}:{alias}", usable=True)


def _key(metadata: dict[str, Any]) -> Key:
    told = (metadata["KeyState"], metadata["KeySpec"], metadata["KeyUsage"])
    return Key(metadata["Arn"], usable=told == ("Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"))
