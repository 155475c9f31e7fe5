"""Which classes a version can be run in (rds-semantics §4.2, §4.3)."""

import pytest

from rds_lab.rds.catalog.classes import classes

# Family, engine, the newest version that is too old, the first that is not.
FIRST = [
    ("t4g", "postgres", "12.6", "12.7"),
    ("t4g", "mysql", "8.0.23", "8.0.25"),
    ("m6g", "postgres", "11.22", "12.7"),
    ("m6g", "mysql", "8.0.22", "8.0.23"),
    ("r6g", "mysql", "5.7.44", "8.0.23"),
    ("m7g", "postgres", "13.3", "13.4"),
    ("m7g", "postgres", "14.4", "14.5"),
    ("m7g", "postgres", "12.22", "16.1"),
    ("m7g", "mysql", "8.0.27", "8.0.28"),
    ("r7g", "mariadb", "10.6.9", "10.6.10"),
    ("r7g", "mariadb", "10.5.16", "10.11.4"),
    ("m8g", "postgres", "14.8", "14.9"),
    ("m8g", "postgres", "12.22", "18.1"),
    ("m8g", "mysql", "8.0.31", "8.0.32"),
    ("m8g", "mysql", "5.7.44", "8.4.3"),
    ("m8g", "mariadb", "10.11.6", "10.11.7"),
    ("m8g", "mariadb", "11.4.2", "11.4.3"),
]
COMBINATION = (
    "InvalidParameterCombination",
    400,
    "RDS does not support creating a DB instance with the following combination: "
    "DBInstanceClass=db.m8g.large, Engine=mysql, EngineVersion=8.0.31, LicenseModel=general-public-license. "
    "For supported combinations of instance class and database engine version, see the documentation.",
)
OLD = {"Engine": "mysql", "EngineVersion": "8.0.31"}


def orderable(rds, engine, version):
    request = {"Engine": engine, "EngineVersion": version}
    answer = rds.call("DescribeOrderableDBInstanceOptions", **request, MaxRecords=1000)
    return {row["DBInstanceClass"] for row in answer["OrderableDBInstanceOptions"]}


@pytest.mark.row("4.3", "Minimum engine")
@pytest.mark.parametrize(("family", "engine", "old", "first"), FIRST)
def test_a_class_has_a_first_version(rds, family, engine, old, first):
    rds.servers.versions = lambda name: [old, first] if name == engine else []
    wanted = {"Engine": engine, "DBInstanceClass": f"db.{family}.large"}
    assert rds.create_refused(EngineVersion=old, **wanted)[0] == COMBINATION[0]
    rds.create(EngineVersion=first, **wanted)
    sizes = {name for name in classes() if name.startswith(f"db.{family}.")}
    assert not orderable(rds, engine, old) & sizes
    assert orderable(rds, engine, first) >= sizes


@pytest.mark.row("4.3", "DescribeOrderableDBInstanceOptions")
def test_what_is_on_offer_can_be_run_in_every_class_but_for_what_is_old(rds):
    for engine in ("postgres", "mysql", "mariadb"):
        for version in rds.servers.versions(engine):
            new = {name for name in classes() if version != "8.0.31" or not name.startswith("db.m8g.")}
            assert orderable(rds, engine, version) == new


@pytest.mark.row("4.3", "Minimum engine")
def test_the_refusal_names_all_of_the_combination(rds):
    assert rds.create_refused(**OLD, DBInstanceClass="db.m8g.large") == COMBINATION


@pytest.mark.row("4.2", "Class and version together")
@pytest.mark.parametrize("along", [{}, {"EngineVersion": "8.0.43"}], ids=["alone", "with the version"])
def test_a_class_is_for_the_version_that_runs(rds, along):
    rds.available(**OLD)
    wanted = {"DBInstanceClass": "db.m8g.large", "ApplyImmediately": True}
    assert rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **wanted, **along) == COMBINATION
    assert rds.describe()["PendingModifiedValues"] == {}
    rds.modify(EngineVersion="8.0.43", ApplyImmediately=True)
    rds.until("db", "available")
    rds.modify(**wanted)
    assert rds.until("db", "available")["DBInstanceClass"] == "db.m8g.large"


@pytest.mark.row("4.2", "Class and version together")
def test_a_version_that_waits_for_its_window_does_not_run(rds):
    rds.available(**OLD)
    rds.modify(EngineVersion="8.0.43")
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", DBInstanceClass="db.m8g.large")
    assert refusal == COMBINATION
    assert rds.describe()["PendingModifiedValues"] == {"EngineVersion": "8.0.43"}
