"""LocalStack's provider with the operations that matter done as AWS does them."""

import base64
import uuid
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.secretsmanager import InvalidRequestException, ResourceExistsException
from localstack.services.secretsmanager.provider import SecretsmanagerProvider

from rds_lab.secretsmanager import batch, encryption, limits, listing, versions
from rds_lab.secretsmanager.guard import backend_for, find

Request = dict[str, Any]
_SCHEDULED = "You can't create this secret because a secret with this name is already scheduled for deletion."


class CorrectedSecretsmanagerProvider(SecretsmanagerProvider):
    """Everything that is not here is LocalStack's own, behind :mod:`.guard`."""

    @handler("CreateSecret", expand=False)
    def create_secret(self, context: RequestContext, request: Request) -> Request:
        """Repeating a create with its token and value is no error: a retry must succeed."""
        limits.check_token(request)
        limits.check_value(request)
        limits.check_tags(request.get("Tags") or [])
        existing = backend_for(context).secrets.get(request["Name"])
        if existing is None:
            encryption.check_encrypts(context, request.get("KmsKeyId"))
            return super().create_secret(context, request)
        if existing.is_deleted():
            raise InvalidRequestException(_SCHEDULED)
        token = request.get("ClientRequestToken", "")
        if not versions.holds(existing, token, _value(request)):
            raise ResourceExistsException(
                f"The operation failed because the secret {existing.name} already exists."
            )
        return {"ARN": existing.arn, "Name": existing.name, "VersionId": token}

    @handler("GetSecretValue", expand=False)
    def get_secret_value(self, context: RequestContext, request: Request) -> Request:
        """Only with the secret's key."""
        answer = super().get_secret_value(context, request)
        encryption.check_decrypts(context, find(context, request["SecretId"]).kms_key_id)
        return answer

    @handler("PutSecretValue", expand=False)
    def put_secret_value(self, context: RequestContext, request: Request) -> Request:
        """A token that is used again with its value changes nothing and gets the same answer."""
        self._raise_if_invalid_secret_id(request["SecretId"])
        limits.check_token(request)
        limits.check_value(request)
        stages = request.get("VersionStages")
        stages = [versions.CURRENT] if stages is None else stages
        limits.check_stages(stages)
        value = _value(request)
        if not value:
            raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
        secret = find(context, request["SecretId"])
        token = request.get("ClientRequestToken") or str(uuid.uuid4())
        if not versions.holds(secret, token, value):
            encryption.check_encrypts(context, secret.kms_key_id)
            versions.add(secret, token, value, stages)
        return {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": token,
            "VersionStages": list(secret.versions[token]["version_stages"]),
        }

    @handler("UpdateSecret", expand=False)
    def update_secret(self, context: RequestContext, request: Request) -> Request:
        """Only a value makes a version, and its token must be a new one."""
        self._raise_if_invalid_secret_id(request["SecretId"])
        limits.check_token(request)
        limits.check_value(request)
        secret = find(context, request["SecretId"])
        answer = {"ARN": secret.arn, "Name": secret.name}
        value = _value(request)
        if value or request.get("KmsKeyId"):
            # Another key encrypts what is there anew.
            encryption.check_encrypts(context, request.get("KmsKeyId") or secret.kms_key_id)
        if value:
            token = request.get("ClientRequestToken") or str(uuid.uuid4())
            if token in secret.versions:
                raise ResourceExistsException(
                    f"You can't use ClientRequestToken {token} because that value is already in use"
                    f" for a version of secret {secret.arn}."
                )
            versions.add(secret, token, value, [versions.CURRENT])
            answer["VersionId"] = token
        if request.get("Description") is not None:
            secret.description = request["Description"]
        if request.get("KmsKeyId") is not None:
            secret.kms_key_id = request["KmsKeyId"]
        return answer

    @handler("UpdateSecretVersionStage", expand=False)
    def update_secret_version_stage(self, context: RequestContext, request: Request) -> Request:
        """AWSCURRENT moves only from where the caller knows it to be."""
        self._raise_if_invalid_secret_id(request["SecretId"])
        secret = find(context, request["SecretId"])
        source, target = request.get("RemoveFromVersionId"), request.get("MoveToVersionId")
        versions.move(secret, request["VersionStage"], source, target)
        return {"ARN": secret.arn, "Name": secret.name}

    @handler("DeleteSecret", expand=False)
    def delete_secret(self, context: RequestContext, request: Request) -> Request:
        """Forced, the deletion of what is gone already succeeds, also by the ARN it had."""
        secret_id = request["SecretId"]
        gone = backend_for(context, secret_id).secrets.get(secret_id) is None
        answer = super().delete_secret(context, request)
        if gone and secret_id.startswith("arn:"):
            # Made up from the ARN as if that were a name.
            return answer | {"ARN": secret_id, "Name": secret_id.split(":secret:")[-1].rpartition("-")[0]}
        return answer

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Request) -> None:
        """Tags within the limits."""
        secret = find(context, request["SecretId"])
        limits.check_tags(request["Tags"], secret.tags or [])
        super().tag_resource(context, request)

    @handler("ListSecrets", expand=False)
    def list_secrets(self, context: RequestContext, request: Request) -> Request:
        """At most 100 a page."""
        found, token = listing.page(backend_for(context), request)
        answer: Request = {"SecretList": [one.to_dict() for one in found]}
        return answer | {"NextToken": token} if token else answer

    @handler("BatchGetSecretValue", expand=False)
    def batch_get_secret_value(self, context: RequestContext, request: Request) -> Request:
        """What cannot be read is said secret by secret."""
        return batch.get(context, request, self.get_secret_value)


def _value(request: Request) -> versions.Value:
    if request.get("SecretString") is not None:
        return {"secret_string": request["SecretString"]}
    if request.get("SecretBinary") is not None:
        return {"secret_binary": base64.b64encode(request["SecretBinary"]).decode()}
    return {}
