"""``policies/STORIES.md`` names a story that exists for each action of each statement, and none besides."""

import json
import shutil

import pytest
from broker_policies import ALL, POLICIES
from stories_table import PAIRS, digest, is_sealed, made_from, read, text, told

STORIES = POLICIES.parent / "tests/it"


@pytest.mark.parametrize(("sid", "action"), PAIRS, ids=["-".join(each) for each in PAIRS])
def test_a_story_that_exists_is_named_for_this_action(sid, action):
    story = read().get((sid, action))
    assert story, f"{action} of {sid} has no story: run `make policies`."
    *modules, name = story.split("::")
    source = STORIES.joinpath(*modules).with_suffix(".rs").read_text()
    assert f"async fn {name}()" in source, f"{story} is not there any more: run `make policies`."


def test_no_action_is_told_of_that_the_policies_do_not_have():
    assert list(read()) == PAIRS


def test_nobody_has_written_into_it_but_make_policies():
    assert is_sealed(told()), "policies/STORIES.md was edited: run `make policies`."


def test_it_is_about_the_policies_as_they_are():
    assert made_from(told()) == digest(), (
        "A policy was changed since policies/STORIES.md was made: run `make policies`."
    )


def test_a_row_that_is_edited_breaks_the_seal():
    table = text(read(), digest())
    assert is_sealed(table)
    [first, *_, last] = sorted(set(read().values()))
    one, other = (story.removeprefix("story::") for story in (first, last))
    assert not is_sealed(table.replace(f"`{one}`", f"`{other}`", 1)), "another story that exists"
    assert not is_sealed(table.replace(digest(), "0" * 64)), "other policies"
    assert not is_sealed("".join(table.splitlines(keepends=True)[:-1])), "no seal"


@pytest.mark.parametrize("name", ALL)
def test_a_policy_that_says_something_else_is_another_one_and_not_one_that_is_laid_out_otherwise(
    name, tmp_path
):
    for each in ALL:
        shutil.copy(POLICIES / f"{each}.json", tmp_path)
    changed = tmp_path / f"{name}.json"
    document = json.loads(changed.read_text())
    changed.write_text(json.dumps(document))
    assert digest(tmp_path) == digest()
    document["Statement"][0]["Resource"] = "*:anything"
    changed.write_text(json.dumps(document))
    assert digest(tmp_path) != digest()
