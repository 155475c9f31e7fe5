"""Values as they travel between Terraform and a provider."""

import json
from typing import Any

import msgpack
from tf.gen import tfplugin_pb2 as pb

Block = dict[str, Any]

UNKNOWN = msgpack.ExtType(0, b"\0")
"""What is not known before an apply."""


def is_unknown(value: Any) -> bool:
    """Whether Terraform does not know it yet."""
    return isinstance(value, msgpack.ExtType)


def decode(value: pb.DynamicValue) -> Any:
    """The value in a message; None where there is none."""
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, ext_hook=lambda code, data: UNKNOWN, strict_map_key=False)
    return json.loads(value.json) if value.json else None


def encode(value: Any) -> pb.DynamicValue:
    """The message of a value."""
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def complete(block: Block, value: dict[str, Any]) -> dict[str, Any]:
    """The value with everything in it that the block has: null attributes, no nested blocks."""
    whole = {name: value.get(name) for name in block["attributes"]}
    for name, nested in block["block_types"].items():
        inner = value.get(name)
        match nested["nesting_mode"], inner:
            case (("list" | "set"), None):
                whole[name] = []
            case (("list" | "set"), list()):
                whole[name] = [complete(nested["block"], each) for each in inner]
            case "single", dict():
                whole[name] = complete(nested["block"], inner)
            case _:
                whole[name] = inner
    return whole


def nested_values(block: Block, value: dict[str, Any]) -> list[tuple[Block, dict[str, Any]]]:
    """The nested blocks of a value, each with its schema, as far as they are known."""
    found = []
    for name, nested in block["block_types"].items():
        inner = value.get(name)
        each = inner if isinstance(inner, list) else [inner]
        found += [(nested["block"], one) for one in each if isinstance(one, dict)]
    return found
