"""The tables in the modules' READMEs, made from their variables and outputs.

`python -m infra_checks.readme` writes them between the two marks in each README; the words around are ours.
"""

import re
from pathlib import Path
from typing import Any

import hcl2

from infra_checks.paths import MODULES

BEGIN = "<!-- Made from the code by infra_checks.readme -->"
END = "<!-- End of what is made from the code -->"


def modules() -> list[Path]:
    """The modules' directories."""
    return sorted(path for path in MODULES.iterdir() if path.is_dir())


def current(module: Path) -> str:
    """What a module's README should say: as it is, with the tables made anew."""
    text = (module / "README.md").read_text()
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{module.name}/README.md has no marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables(module)}\n{END}{after}"


def tables(module: Path) -> str:
    """Requirements, variables and outputs as Markdown."""
    blocks: dict[str, Any] = {"variable": {}, "output": {}}
    for file in sorted(module.glob("*.tf")):
        with file.open() as stream:
            parsed = hcl2.load(stream)
        for kind, found in blocks.items():
            for block in parsed.get(kind, []):
                found.update({name: _plain(fields) for name, fields in block.items()})
    terraform = re.search(r'required_version = "([^"]+)"', (module / "versions.tf").read_text())
    provider = re.search(r'version = "([^"]+)"', (module / "versions.tf").read_text().split("required_providers")[1])
    assert terraform and provider, module
    lines = [f"Terraform {terraform[1]}, provider `hashicorp/aws` {provider[1]}.", ""]
    lines += ["| variable | type | default | meaning |", "| --- | --- | --- | --- |"]
    required = [(name, each) for name, each in blocks["variable"].items() if "default" not in each]
    optional = [(name, each) for name, each in blocks["variable"].items() if "default" in each]
    for name, each in required + optional:
        default = f"`{_value(each['default'])}`" if "default" in each else "**required**"
        lines.append(f"| `{name}` | `{_type(each['type'])}` | {default} | {_cell(each['description'])} |")
    lines += ["", "| output | meaning |", "| --- | --- |"]
    for name, each in blocks["output"].items():
        lines.append(f"| `{name}` | {_cell(each['description'])} |")
    return "\n".join(lines) + "\n"


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """The parser of the scanner wraps each value into a list."""
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in fields.items()}


def _cell(text: str) -> str:
    return " ".join(text.replace('\\"', '"').split()).replace("|", "\\|")


def _type(text: str) -> str:
    """The type as it is written, on one line: without the marks of the parser around each expression."""
    line = " ".join(str(text).replace("'", "").replace('"', "").split())
    while (begin := line.rfind("${")) >= 0:
        depth, end = 1, begin + 2
        while depth:
            depth += {"{": 1, "}": -1}.get(line[end], 0)
            end += 1
        line = line[:begin] + line[begin + 2 : end - 1] + line[end:]
    return re.sub(r"(\w+): ", r"\1 = ", line).replace(",", ", ").replace(",  ", ", ")


def _value(value: Any) -> str:
    """A default as Terraform writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(_value(each) for each in value)}]"
        case dict():
            fields = ", ".join(f"{_name(name)} = {_value(each)}" for name, each in value.items())
            return f"{{ {fields} }}" if fields else "{}"
        case _:
            return str(value)


def _name(name: str) -> str:
    bare = name.strip('"')
    return bare if re.fullmatch(r"[A-Za-z_]\w*", bare) else f'"{bare}"'


def main() -> None:
    """Writes what is not current."""
    for module in modules():
        text = current(module)
        if text != (module / "README.md").read_text():
            (module / "README.md").write_text(text)
            print(f"{module.name}/README.md was renewed")


if __name__ == "__main__":
    main()
