"""Settings: what the admin route `config` shows and takes."""

import pytest

from rds_lab.rds.settings import Settings


def test_defaults_suit_a_demonstration():
    shown = Settings({}).as_json()
    assert set(shown) == {
        "durations",
        "engines",
        "instanceQuota",
        "storageQuotaGiB",
        "parameterGroupQuota",
    }
    assert shown["parameterGroupQuota"] == 50
    assert (shown["engines"], shown["instanceQuota"], shown["storageQuotaGiB"]) == (True, 1000, 1_000_000)
    assert all(0 < seconds < 10 for name, seconds in shown["durations"].items() if name != "flap")
    assert shown["durations"]["flap"] == 0


def test_every_transition_has_a_duration():
    assert set(Settings({}).as_json()["durations"]) >= {
        "creating",
        "endpoint",
        "backingUp",
        "modifyVisible",
        "modifying",
        "resettingMasterCredentials",
        "rebooting",
        "upgrading",
        "storageOptimization",
        "storageLock",
        "deleting",
        "stopping",
        "starting",
        "applyingParameters",
    }


def test_what_is_shown_is_a_copy_and_can_be_sent_back():
    settings = Settings({})
    shown = settings.as_json()
    shown["durations"]["creating"] = 99
    assert settings.as_json()["durations"]["creating"] != 99
    settings.update(shown)
    assert settings.as_json() == shown


@pytest.mark.parametrize(
    "partial",
    [
        {"unknown": 1},
        {"durations": {"unknown": 1}},
        {"durations": {"creating": -1}},
        {"durations": {"creating": "4"}},
        {"durations": {"creating": True}},
        {"durations": {"creating": float("nan")}},
        {"durations": {"creating": float("inf")}},
        {"durations": []},
        {"engines": "true"},
        {"engines": 1},
        {"instanceQuota": -1},
        {"instanceQuota": 1.5},
        {"storageQuotaGiB": True},
        {"parameterGroupQuota": -1},
    ],
    ids=str,
)
def test_one_wrong_setting_changes_none(partial):
    settings = Settings({})
    before = settings.as_json()
    with pytest.raises(ValueError, match=r"\w+ .*\."):
        settings.update({"instanceQuota": 7, "durations": {"deleting": 77}} | partial)
    assert settings.as_json() == before


def test_the_environment_sets_them():
    environment = {
        "RDS_LAB_DURATIONS": '{"creating": 0.5}',
        "RDS_LAB_INSTANCE_QUOTA": "3",
        "RDS_LAB_ENGINES": "false",
    }
    shown = Settings(environment).as_json()
    assert (shown["durations"]["creating"], shown["instanceQuota"], shown["engines"]) == (0.5, 3, False)
    assert shown["durations"]["deleting"] == Settings({}).as_json()["durations"]["deleting"]
