"""CONFORMANCE.md cannot rot: its tests exist, and it has every row that a test here cites."""

import ast
import re
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


@cache
def functions(path):
    tree = ast.parse((TESTS / path).read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def cited():
    """By section and row: the tests in this folder that cite it."""
    found = defaultdict(set)
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        path = f"conformance/{file.name}"
        for function in functions(path):
            for mark in function.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row":
                    section, text = (ast.literal_eval(argument) for argument in mark.args)
                    found[section, text].add((path, function.name))
    return found


ROWS = table()


def test_the_table_has_the_rows_that_tests_cite_and_no_others_of_this_folder():
    named = {
        row: {test for test in tests if test[0].startswith("conformance/")}
        for row, (_, tests, _) in ROWS.items()
    }
    assert {row: tests for row, tests in named.items() if tests} == dict(cited())


def test_every_test_of_this_folder_cites_a_row_of_its_section():
    for file in Path(__file__).parent.glob("test_[0-9]*.py"):
        section = ".".join(re.match(r"test_((?:\d_)+)", file.name)[1].strip("_").split("_"))
        tests = {each.name for each in functions(f"conformance/{file.name}") if each.name.startswith("test_")}
        assert tests == {
            name
            for (cited_section, _), names in cited().items()
            for path, name in names
            if cited_section == section and path == f"conformance/{file.name}"
        }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_row_has_tests_that_exist_or_says_what_is_missing(row):
    emulated, tests, missing = ROWS[row]
    assert emulated in ("yes", "no", "partly")
    assert bool(tests) == (emulated != "no")
    assert bool(missing) == (emulated != "yes")
    for path, name in tests:
        assert name in {function.name for function in functions(path)}, f"{path} has no {name}."
