"""Reads the schema of one resource, data source or provider out of its generated JavaScript."""

import re
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
Type = str | list[Any]

# What `synthesizeHclAttributes` and the functions `…ToHclTerraform` say of each argument.
_ARGUMENT = re.compile(
    r'^ {8,12}"?(?P<name>\w+)"?: \{\n\s+value: (?P<value>.*?),\n\s+isBlock: (?P<block>true|false),\n'
    r'\s+type: "(?P<kind>\w+)",\n\s+storageClassType: "(?P<storage>\w+)"',
    re.M | re.S,
)
_FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.M | re.S)
_CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+) \{(.*?)(?=^class |\Z)", re.M | re.S)
# Each attribute begins with a comment that says who may set it.
_MEMBER = re.compile(
    r"^ {4}// (?P<name>\w+) - computed: (?P<computed>true|false), optional: (?P<optional>true|false), "
    r"required: (?P<required>true|false)\n(?P<code>.*?)(?=^ {4}// \w+ - computed: |^ {4}// =====|\Z)",
    re.M | re.S,
)
_NESTED = re.compile(r'= new (\w+?)(OutputReference|List|Map)\(this, "\w+"(?:, (true|false))?\)')
_PLAIN_COLLECTION = re.compile(r"= new cdktn\.(String|Number|Boolean|Any)(Map|List)(List)?\(")
_GETTER = re.compile(r"this\.get(\w+?)Attribute\(")
_WRITE_ONLY = re.compile(r"^\s+(\w+): this\.markWriteOnlyAttribute\(", re.M)

_SCALARS = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
_GETTERS: dict[str, Type] = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "dynamic"],
}


@dataclass(frozen=True)
class Parsed:
    """One schema, and what it is of."""

    kind: str
    """`resource`, `data` or `provider`."""
    name: str
    """The type's name in Terraform; `aws` for the provider."""
    block: Block


def parse(text: str) -> Parsed | None:
    """The schema in a file; None where it holds none that is used here."""
    source = _Source(text)
    for name, (base, body) in source.classes.items():
        kind = {
            "TerraformResource": "resource",
            "TerraformDataSource": "data",
            "TerraformProvider": "provider",
        }
        if base not in kind:
            continue
        found = re.search(r'static tfResourceType = "(\w+)"', body)
        assert found, name
        type_name = "aws" if kind[base] == "provider" else found[1]
        return Parsed(kind[base], type_name, source.block(body, source.arguments_of(body)))
    return None


class _Source:
    """The parts of a file."""

    def __init__(self, text: str):
        self.classes = {name: (base, body) for name, base, body in _CLASS.findall(text)}
        self.functions = {name: _arguments(body) for name, body in _FUNCTION.findall(text)}
        self.write_only = set(_WRITE_ONLY.findall(text))

    @staticmethod
    def arguments_of(body: str) -> dict[str, re.Match[str]]:
        found = re.search(r"synthesizeHclAttributes\(\) \{(.*)", body, re.S)
        return _arguments(found[1]) if found else {}

    def block(self, body: str, arguments: dict[str, re.Match[str]]) -> Block:
        """A block from the body of its class, and what is known of its arguments."""
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        for member in _MEMBER.finditer(body):
            name, argument = member["name"], arguments.get(member["name"])
            marks = {mark: True for mark in ("computed", "optional", "required") if member[mark] == "true"}
            if nested := _NESTED.search(member["code"]):
                inner = self.nested(nested[1])
                mode = _mode(nested, argument)
                if _is_attribute(marks, argument):
                    attributes[name] = {"type": _collection(mode, as_object(inner)), **marks}
                else:
                    blocks[name] = _nested_block(mode, inner, marks, single=nested[2] == "OutputReference")
            elif inner := self.structure(member["code"], argument):
                blocks[name] = _nested_block(argument["kind"], inner, marks, single=False)
            else:
                attributes[name] = {"type": _type(member["code"], argument), **marks}
                if name in self.write_only:
                    attributes[name]["write_only"] = True
        return {"attributes": attributes, "block_types": blocks}

    def nested(self, name: str) -> Block:
        """The block that the class of its references describes."""
        if f"{name}OutputReference" not in self.classes:
            return {"attributes": {}, "block_types": {}}
        arguments = self.functions.get(name[0].lower() + name[1:], {})
        return self.block(self.classes[f"{name}OutputReference"][1], arguments)

    def structure(self, code: str, argument: re.Match[str] | None) -> Block | None:
        """The block of an argument that has no class, as those of the provider: from its function alone."""
        if argument is None or argument["block"] != "true" or "this.get" in code:
            return None
        function = re.search(r"(\w+)ToHclTerraform", argument["value"].replace("cdktn.listMapperHcl(", ""))
        if not function or function[1] not in self.functions:
            return None
        fields = self.functions[function[1]].items()
        attributes = {name: {"type": _stored(field) or ["list", "string"], "optional": True} for name, field in fields}
        return {"attributes": attributes, "block_types": {}}


def as_object(block: Block) -> Type:
    """The type of a value that has the shape of a block."""
    fields = {name: attribute["type"] for name, attribute in block["attributes"].items()}
    for name, nested in block["block_types"].items():
        fields[name] = _collection(nested["nesting_mode"], as_object(nested["block"]))
    return ["object", fields]


def _arguments(text: str) -> dict[str, re.Match[str]]:
    return {found["name"]: found for found in _ARGUMENT.finditer(text)}


def _mode(nested: re.Match[str], argument: re.Match[str] | None) -> str:
    match nested[2]:
        case "Map":
            return "map"
        case "List":
            return "set" if nested[3] == "true" else "list"
        case _:
            modes = {"struct": "single", "list": "list", "set": "set"}
            return modes.get(argument["kind"], "list") if argument else "list"


def _is_attribute(marks: dict[str, bool], argument: re.Match[str] | None) -> bool:
    """Whether it is written `name = [{…}]`: what is computed, and what is mapped without blocks."""
    if "computed" in marks:
        return True
    return bool(argument and re.search(r"(listMapperHcl|hashMapperHcl)\(.*, false\)", argument["value"]))


def _nested_block(mode: str, block: Block, marks: dict[str, bool], *, single: bool) -> dict[str, Any]:
    nested: dict[str, Any] = {"nesting_mode": mode if mode in ("single", "set", "map") else "list"}
    nested["block"] = block
    if nested["nesting_mode"] in ("list", "set"):
        nested |= {"min_items": 1} if "required" in marks else {}
        nested |= {"max_items": 1} if single else {}
    return nested


def _collection(mode: str, inner: Type) -> Type:
    return inner if mode == "single" else [mode, inner]


def _type(code: str, argument: re.Match[str] | None) -> Type:
    if argument and (stored := _stored(argument)):
        return stored
    if getter := _GETTER.search(code):
        kind = _GETTERS[getter[1]]
        return ["set", kind[1]] if "Fn.tolist" in code else kind
    if plain := _PLAIN_COLLECTION.search(code):
        inner: Type = [plain[2].lower(), {"Boolean": "bool", "Any": "string"}.get(plain[1], plain[1].lower())]
        return ["list", inner] if plain[3] else inner
    return "dynamic"


def _stored(argument: re.Match[str]) -> Type | None:
    """The type behind a storage class such as `stringListMap`; only the outermost can be a set."""
    found = re.fullmatch(r"(string|number|boolean|any)((?:List|Map|Set)*)", argument["storage"])
    if not found:
        return None
    kind: Type = _SCALARS[found[1]]
    layers = re.findall("List|Map|Set", found[2])
    for depth, layer in enumerate(layers, start=1):
        is_set = layer == "Set" or (depth == len(layers) and argument["kind"] == "set")
        kind = ["map" if layer == "Map" else "set" if is_set else "list", kind]
    return kind
