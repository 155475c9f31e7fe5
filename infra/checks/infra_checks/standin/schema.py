"""The committed schemas as messages of the plugin protocol."""

import json
from typing import Any

from tf.gen import tfplugin_pb2 as pb

_NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}
# `write_only`, field 11 of an attribute, set: the compiled messages are older than it, and pass on what they do
# not know.
_WRITE_ONLY = b"\x58\x01"


def message(block: dict[str, Any]) -> pb.Schema:
    """The schema of a resource, data source or provider."""
    return pb.Schema(version=0, block=_block(block, in_set=False))


def _block(block: dict[str, Any], *, in_set: bool) -> pb.Schema.Block:
    made = pb.Schema.Block(version=0)
    for name, attribute in block["attributes"].items():
        # A set holds nothing whose type is only known at run time.
        kind = "string" if in_set and attribute["type"] == "dynamic" else attribute["type"]
        required = attribute.get("required", False)
        one = pb.Schema.Attribute(
            name=name,
            type=json.dumps(kind).encode(),
            required=required,
            optional=attribute.get("optional", False) and not required,
            computed=attribute.get("computed", False) and not required,
        )
        if attribute.get("write_only"):
            one.MergeFromString(_WRITE_ONLY)
        made.attributes.append(one)
    for name, nested in block["block_types"].items():
        made.block_types.append(
            pb.Schema.NestedBlock(
                type_name=name,
                nesting=_NESTING[nested["nesting_mode"]],
                min_items=nested.get("min_items", 0),
                max_items=nested.get("max_items", 0),
                block=_block(nested["block"], in_set=in_set or nested["nesting_mode"] == "set"),
            )
        )
    return made
