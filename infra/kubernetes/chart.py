"""The chart as Helm renders it."""

import copy
import re
from pathlib import Path

import helm_python as helm
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHART = HERE / "rds-broker"
RELEASE, NAMESPACE = "databases", "codesphere-databases"
CASES = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((CHART / "ci").glob("*.yaml"))}


def render(values: dict) -> dict[str, str]:
    """The chart's files with these values; raises what Helm would say."""
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(values)
        return chart.render(values, name=RELEASE, namespace=NAMESPACE)


def notes(values: dict) -> str:
    """What an installation says at its end."""
    return render(values)["rds-broker/templates/NOTES.txt"]


def objects(values: dict) -> list[dict]:
    """What an installation with these values would make."""
    rendered = render(values)
    files = [text for name, text in rendered.items() if name.endswith(".yaml")]
    return [found for text in files for found in yaml.safe_load_all(text) if found]


def one(found: list[dict], kind: str, name: str = RELEASE) -> dict:
    """The only object of a kind and a name."""
    (only,) = (each for each in found if each["kind"] == kind and each["metadata"]["name"] == name)
    return only


def changed(values: dict, path: str, value: object) -> dict:
    """A copy with one value replaced."""
    values = copy.deepcopy(values)
    *parents, last = path.split(".")
    place = values
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return values


def settings() -> dict[str, str | None]:
    """The broker's settings with their defaults, from its source."""
    source = (ROOT / "src/config/mod.rs").read_text()
    table = source.partition("pub const VARIABLES")[2].partition("];")[0]
    pairs = re.findall(r'\("(\w+)", (?:Some\("([^"]*)"\)|None)\)', table)
    return {name: default or None for name, default in pairs}
