"""The plugin protocol, as Terraform speaks it with any provider."""

import hashlib
import json
from typing import Any

from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from infra_checks.schema import subset
from infra_checks.standin.data import ANSWERS
from infra_checks.standin.plan import plan, settle
from infra_checks.standin.rules import refusals, refused_creation
from infra_checks.standin.schema import message
from infra_checks.standin.values import complete, decode, encode

_ERROR = 1


class Standin(rpc.ProviderServicer):
    """Answers from the committed schemas; keeps nothing but the provider's default tags."""

    def __init__(self):
        [schemas] = subset.read()["provider_schemas"].values()
        self.provider = schemas["provider"]["block"]
        self.resources = {name: each["block"] for name, each in schemas["resource_schemas"].items()}
        self.data = {name: each["block"] for name, each in schemas["data_source_schemas"].items()}
        self.schemas = self._messages()
        self.default_tags: dict[str, str] = {}

    def _messages(self) -> Any:
        answer = pb.GetProviderSchema.Response(provider=message(self.provider))
        answer.server_capabilities.get_provider_schema_optional = True
        for name, block in self.resources.items():
            answer.resource_schemas[name].CopyFrom(message(block))
        for name, block in self.data.items():
            answer.data_source_schemas[name].CopyFrom(message(block))
        return answer

    def GetMetadata(self, request: Any, context: Any) -> Any:
        """Which types there are."""
        answer = pb.GetMetadata.Response()
        answer.server_capabilities.get_provider_schema_optional = True
        for name in self.resources:
            answer.resources.add(type_name=name)
        for name in self.data:
            answer.data_sources.add(type_name=name)
        return answer

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        """All schemas."""
        return self.schemas

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        """Nothing beyond the schema."""
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        """Refuses what Terraform leaves to providers, such as values for what only AWS decides."""
        answer = pb.ValidateResourceConfig.Response()
        block = self.resources[request.type_name]
        for name, why in refusals(request.type_name, block, decode(request.config) or {}):
            problem = answer.diagnostics.add(severity=_ERROR, summary="Invalid argument", detail=why)
            problem.attribute.steps.add(attribute_name=name)
        return answer

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        """Refuses what there is no answer to."""
        answer = pb.ValidateDataResourceConfig.Response()
        if request.type_name not in ANSWERS:
            problem = answer.diagnostics.add(severity=_ERROR, summary="No answer")
            problem.detail = f"Add what {request.type_name} answers to infra_checks/standin/data.py."
        return answer

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        """Notes the default tags, in place of those of the run before."""
        config = decode(request.config) or {}
        blocks = config.get("default_tags") or []
        self.default_tags = {name: value for block in blocks for name, value in (block.get("tags") or {}).items()}
        return pb.ConfigureProvider.Response()

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        """What will be: as proposed, with what AWS decides unknown."""
        state = decode(request.proposed_new_state)
        if state is not None:
            state = plan(self.resources[request.type_name], state, self.default_tags)
        # Legacy: AWS's provider is as free with what was proposed as providers of old.
        return pb.PlanResourceChange.Response(planned_state=encode(state), legacy_type_system=True)

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        """What is: as planned, with the unknown invented."""
        state = decode(request.planned_state)
        is_new = decode(request.prior_state) is None
        if is_new and (why := refused_creation(request.type_name, decode(request.config) or {})):
            answer = pb.ApplyResourceChange.Response(new_state=request.prior_state, legacy_type_system=True)
            answer.diagnostics.add(severity=_ERROR, summary="AWS refuses", detail=why)
            return answer
        if state is not None:
            seed = hashlib.sha256(request.planned_state.msgpack).digest()
            state = settle(request.type_name, self.resources[request.type_name], state, seed)
        return pb.ApplyResourceChange.Response(new_state=encode(state), legacy_type_system=True)

    def ReadResource(self, request: Any, context: Any) -> Any:
        """Nothing has changed behind Terraform's back."""
        return pb.ReadResource.Response(new_state=request.current_state, private=request.private)

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        """A state that was read from its file."""
        state = complete(self.resources[request.type_name], json.loads(request.raw_state.json))
        return pb.UpgradeResourceState.Response(upgraded_state=encode(state))

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        """The answer that is written down for it."""
        block = self.data[request.type_name]
        state = complete(block, decode(request.config) or {}) | ANSWERS[request.type_name]
        return pb.ReadDataSource.Response(
            state=encode(
                {name: state[name] for name in state if name in block["attributes"] or name in block["block_types"]}
            )
        )

    def GetFunctions(self, request: Any, context: Any) -> Any:
        """None."""
        return pb.GetFunctions.Response()

    def StopProvider(self, request: Any, context: Any) -> Any:
        """Nothing is under way."""
        return pb.StopProvider.Response()
