"""CONFORMANCE.md cannot rot: a row names the tests that cite it, and no others.

`@pytest.mark.row("4.1", "gp2")`, or as a mark of a parameter where a table of cases is for many rows.
"""

import importlib.util
import re
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "CONFORMANCE.md"
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def table():
    """By section and row: what is emulated, by which tests, and what is missing."""
    rows, section = {}, None
    for line in TABLE.read_text().splitlines():
        if line.startswith("## "):
            section = line.split()[1]
        elif section and line.startswith("| ") and not line.startswith("| Row |"):
            name, emulated, tests, missing = (cell.strip() for cell in line.strip("|").split("|"))
            assert (section, name) not in rows, f"§{section} has two rows {name}."
            rows[section, name] = emulated, set(TEST.findall(tests)), missing
    return rows


def marks(function):
    """Those of a test, and of its parameters."""
    for mark in getattr(function, "pytestmark", ()):
        yield mark
        if mark.name == "parametrize":
            for case in mark.args[1]:
                yield from getattr(case, "marks", ())


@cache
def cited():
    """By section and row: the tests that cite it."""
    found = defaultdict(set)
    for file in sorted(TESTS.rglob("test_*.py")):
        path = file.relative_to(TESTS).as_posix()
        for name, function in found_in(file).items():
            for mark in marks(function):
                if mark.name == "row":
                    found[mark.args].add((path, name))
    return dict(found)


def found_in(file):
    """Its tests by their names."""
    # What is no test is shared by the tests of a folder.
    sys.path.insert(0, str(file.parent))
    try:
        spec = importlib.util.spec_from_file_location(f"cited.{file.parent.name}.{file.stem}", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(file.parent))
    return {name: each for name, each in vars(module).items() if name.startswith("test_")}


ROWS = table()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_row_has_the_tests_that_cite_it_or_says_what_is_missing(row):
    emulated, tests, missing = ROWS[row]
    assert emulated in ("yes", "no", "partly")
    assert bool(tests) == (emulated != "no")
    assert bool(missing) == (emulated != "yes")
    assert tests == cited().get(row, set())


def test_no_test_cites_a_row_that_is_not_there():
    assert set(cited()) <= set(ROWS)


def test_every_test_of_this_folder_cites_a_row_of_its_section():
    for file in Path(__file__).parent.glob("test_[0-9]*.py"):
        section = ".".join(re.match(r"test_((?:\d_)+)", file.name)[1].strip("_").split("_"))
        assert set(found_in(file)) == {
            name
            for (cited_section, _), names in cited().items()
            for path, name in names
            if cited_section == section and path == f"conformance/{file.name}"
        }
