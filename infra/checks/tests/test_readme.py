"""The modules' READMEs say what the code says."""

import pytest

from infra_checks import readme
from infra_checks.paths import INFRA


@pytest.mark.parametrize("module", readme.modules(), ids=lambda module: module.name)
def test_the_tables_are_those_of_the_code(module) -> None:
    text = (module / "README.md").read_text()
    assert text == readme.current(module), "run `.venv/bin/python -m infra_checks.readme` in infra/checks"
    words = text.partition(readme.BEGIN)[0].removeprefix(f"# {module.name}").split()
    assert len(words) >= 30, "what it is for stands above the tables"


def test_each_module_is_introduced() -> None:
    text = (INFRA / "README.md").read_text()
    assert [module.name for module in readme.modules() if f"(modules/{module.name}/README.md)" not in text] == []
