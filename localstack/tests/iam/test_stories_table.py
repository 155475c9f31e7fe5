"""``policies/STORIES.md`` names a story that exists for each action of each statement, and none besides."""

import pytest
from broker_policies import POLICIES
from stories_table import FILE, PAIRS, read, text

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
    assert FILE.read_text() == text(read())
