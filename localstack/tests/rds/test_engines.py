"""MySQL and MariaDB beside PostgreSQL: versions, groups, names (rds-semantics §2, §4.2, §7)."""

import pytest

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
PASSWORD = "The parameter MasterUserPassword is not a valid password"
RESERVED_USER = "MasterUsername {} cannot be used as it is a reserved word used by the engine"
RESERVED_NAME = "DBName {} cannot be used. It is a reserved word for this engine"
FLAG = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."


@pytest.mark.parametrize(
    ("engine", "version", "family", "license_model"),
    [
        ("mysql", "8.0.43", "mysql8.0", "general-public-license"),
        ("mariadb", "10.11.15", "mariadb10.11", "general-public-license"),
        ("postgres", "17.10", "postgres17", "postgresql-license"),
    ],
)
def test_what_an_instance_gets_by_default(rds, engine, version, family, license_model):
    one = rds.available(Engine=engine, EngineVersion=None)
    assert (one["Engine"], one["EngineVersion"], one["LicenseModel"]) == (engine, version, license_model)
    assert one["DBParameterGroups"][0]["DBParameterGroupName"] == f"default.{family}"
    assert "DBName" not in one
    spec = rds.servers.specs[one["DbiResourceId"]]
    assert (spec.engine, spec.version, spec.database) == (engine, version, None)


@pytest.mark.parametrize(
    ("engine", "wanted", "version"),
    [
        ("mysql", "8.4", "8.4.7"),
        ("mysql", "8.0.42", "8.0.42"),
        ("mariadb", "10.6", "10.6.22"),
        ("mariadb", "11.4", "11.4.9"),
    ],
)
def test_a_major_version_has_two_numbers(rds, engine, wanted, version):
    assert rds.create(Engine=engine, EngineVersion=wanted)["EngineVersion"] == version


@pytest.mark.parametrize(
    ("engine", "version"), [("mysql", "8"), ("mysql", "10.11"), ("mysql", "16.13"), ("mariadb", "8.4.7")]
)
def test_the_versions_of_another_engine_are_not_to_be_had(rds, engine, version):
    refusal = rds.create_refused(Engine=engine, EngineVersion=version)
    assert refusal == (COMBINATION, 400, f"Cannot find version {version} for {engine}")


def test_an_engine_whose_server_is_not_installed_is_not_offered(rds):
    rds.servers.versions = lambda engine: ["16.13"] if engine == "postgres" else []
    refusal = rds.create_refused(Engine="mysql", EngineVersion=None)
    assert refusal == (VALUE, 400, "Invalid DB engine: mysql")
    rows = rds.call("DescribeDBEngineVersions")["DBEngineVersions"]
    assert {row["Engine"] for row in rows} == {"postgres"}


@pytest.mark.parametrize(
    ("engine", "has", "minor", "major"),
    [
        ("mysql", "8.0.42", ["8.0.43"], ["8.4.6", "8.4.7"]),
        ("mysql", "8.4.7", [], []),
        ("mariadb", "10.6.22", [], ["10.11.14", "10.11.15"]),
        ("mariadb", "10.11.14", ["10.11.15"], ["11.4.8", "11.4.9"]),
        ("postgres", "14.23", [], ["15.18", "16.13", "16.14", "17.10"]),
        ("postgres", "17.10", [], ["18.4"]),
    ],
)
def test_some_versions_are_reached_in_two_steps_only(rds, engine, has, minor, major):
    (row,) = rds.call("DescribeDBEngineVersions", Engine=engine, EngineVersion=has)["DBEngineVersions"]
    targets = [
        (target["Engine"], target["EngineVersion"], target["IsMajorVersionUpgrade"])
        for target in row["ValidUpgradeTarget"]
    ]
    assert targets == [
        *((engine, version, False) for version in minor),
        *((engine, version, True) for version in major),
    ]


def test_two_steps_lead_where_one_does_not(rds):
    rds.available(Engine="mariadb", EngineVersion="10.6.22")
    wanted = {"AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", EngineVersion="11.4.9", **wanted)
    assert refusal == (COMBINATION, 400, "Cannot upgrade mariadb from 10.6.22 to 11.4.9")
    for version in ("10.11.15", "11.4.9"):
        rds.modify(EngineVersion=version, **wanted)
        one = rds.until("db", "available")
        assert one["EngineVersion"] == version
    assert one["DBParameterGroups"][0]["DBParameterGroupName"] == "default.mariadb11.4"


def test_from_8_0_to_8_4_is_a_major_upgrade(rds):
    rds.available(Engine="mysql", EngineVersion="8.0.42")
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", EngineVersion="8.4.7")
    assert refusal == (COMBINATION, 400, FLAG)
    rds.modify(EngineVersion="8.0.43", ApplyImmediately=True)
    assert rds.until("db", "available")["EngineVersion"] == "8.0.43"


@pytest.mark.parametrize(
    ("engine", "family", "description", "version_description"),
    [
        ("mysql", "mysql8.4", "MySQL Community Edition", "MySQL 8.4.7"),
        ("mariadb", "mariadb11.4", "MariaDb Community Edition", "MariaDB 11.4.9"),
        ("postgres", "postgres18", "PostgreSQL", "PostgreSQL 18.4-R1"),
    ],
)
def test_a_version_is_described(rds, engine, family, description, version_description):
    *_, row = rds.call("DescribeDBEngineVersions", Engine=engine)["DBEngineVersions"]
    assert row["DBParameterGroupFamily"] == family == engine + row["MajorEngineVersion"]
    assert row["DBEngineDescription"] == description
    assert row["DBEngineVersionDescription"] == version_description


@pytest.mark.row("4.3", "DescribeOrderableDBInstanceOptions")
def test_all_engines_are_listed_and_orderable(rds):
    rows = rds.call("DescribeDBEngineVersions")["DBEngineVersions"]
    names = [row["Engine"] for row in rows]
    assert sorted(set(names)) == ["mariadb", "mysql", "postgres"]
    rows = rds.call("DescribeOrderableDBInstanceOptions", Engine="mysql", DBInstanceClass="db.t4g.micro")
    assert {row["EngineVersion"] for row in rows["OrderableDBInstanceOptions"]} == {
        "8.0.31",
        "8.0.42",
        "8.0.43",
        "8.4.6",
        "8.4.7",
    }


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"MasterUserPassword": "x" * 7}, f"{PASSWORD} because it is shorter than 8 characters."),
        ({"MasterUserPassword": "x" * 42}, f"{PASSWORD} because it is longer than 41 characters."),
        ({"MasterUsername": "rdsadmin"}, RESERVED_USER.format("rdsadmin")),
        ({"MasterUsername": "Select"}, RESERVED_USER.format("Select")),
        ({"MasterUsername": "zerofill"}, RESERVED_USER.format("zerofill")),
        ({"MasterUsername": "a" * 17}, None),
        ({"DBName": "1db"}, "DBName must begin with a letter and contain only alphanumeric characters."),
        ({"DBName": "d" * 65}, None),
        ({"DBName": "mysql"}, RESERVED_NAME.format("mysql")),
        ({"DBName": "information_schema"}, RESERVED_NAME.format("information_schema")),
        ({"DBName": "index"}, RESERVED_NAME.format("index")),
    ],
    ids=str,
)
def test_what_is_refused(rds, engine, request_, text):
    code, status, said = rds.create_refused(Engine=engine, EngineVersion=None, **request_)
    assert (code, status) == (VALUE, 400)
    assert text in (None, said)


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_what_is_taken(rds, engine):
    one = rds.create(
        Engine=engine,
        EngineVersion=None,
        MasterUsername="admin",
        MasterUserPassword="x" * 41,
        DBName="d" * 64,
    )
    assert one["MasterUsername"] == "admin"
    # Reserved by PostgreSQL and by no other.
    rds.create("other", Engine=engine, EngineVersion=None, MasterUsername="pg_dba", DBName="initially")


def test_words_are_reserved_by_their_engine_alone(rds):
    wanted = {"EngineVersion": None, "DBName": "ntile"}
    assert rds.create_refused(Engine="mysql", **wanted)[2] == RESERVED_NAME.format("ntile")
    rds.create("one", Engine="mariadb", **wanted)
    rds.create("two", Engine="postgres", **wanted)


def test_a_group_of_another_engine_does_not_fit(rds):
    refusal = rds.create_refused(
        Engine="mysql", EngineVersion="8.4.7", DBParameterGroupName="default.mariadb11.4"
    )
    assert refusal == (
        COMBINATION,
        400,
        "The Parameter Group default.mariadb11.4 with DBParameterGroupFamily mariadb11.4 cannot be used for "
        "this instance. Please use a Parameter Group with DBParameterGroupFamily mysql8.4",
    )


@pytest.mark.parametrize(
    ("family", "static", "dynamic"),
    [
        ("postgres16", ["max_connections", "shared_buffers", "wal_buffers"], ["work_mem", "rds.force_ssl"]),
        ("mysql8.4", ["innodb_log_file_size", "performance_schema"], ["max_connections", "time_zone"]),
        ("mariadb11.4", ["lower_case_table_names"], ["require_secure_transport", "sql_mode"]),
    ],
)
def test_parameters_are_those_of_the_engine(rds, family, static, dynamic):
    rows = rds.call("DescribeDBParameters", DBParameterGroupName=f"default.{family}")["Parameters"]
    types = {row["ParameterName"]: row["ApplyType"] for row in rows}
    assert len(types) >= 40
    assert {types[name] for name in static} == {"static"}
    assert {types[name] for name in dynamic} == {"dynamic"}
