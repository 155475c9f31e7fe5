"""`/happenings` as a client of a running lab meets them, and what becomes of the server behind."""

import time
from contextlib import suppress

import psycopg
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def rds(aws):
    return aws("rds")


@pytest.fixture
def instance(rds, admin):
    """Make one; it is deleted whatever state it is in."""
    made = []

    def make(identifier, **request):
        made.append(identifier)
        rds.create_db_instance(
            DBInstanceIdentifier=identifier,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            DBName="shop",
            MasterUsername="master",
            MasterUserPassword="a-password",
            **request,
        )

    yield make
    admin("DELETE", "happenings")
    for identifier in made:
        with suppress(ClientError):
            rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)


def until(rds, identifier, status):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        one = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        if one["DBInstanceStatus"] == status:
            return one
        time.sleep(0.05)
    raise AssertionError(f"It is {one['DBInstanceStatus']}, not {status}.")


def log_in(lab, endpoint):
    with psycopg.connect(
        host=endpoint["Address"],
        port=endpoint["Port"],
        user="master",
        password="a-password",
        dbname="shop",
        sslmode="verify-full",
        sslrootcert=str(lab.var / "ca.pem"),
        connect_timeout=5,
    ) as connection:
        return connection.execute("select current_user").fetchone()[0]


def test_they_are_listed_while_they_wait_and_forgotten(admin):
    posted = {"kind": "fail_modify", "identifier": "Nobody", "field": "MultiAZ", "count": 3}
    status, made = admin("POST", "happenings", posted)
    assert status == 201
    assert made == posted | {"identifier": "nobody", "id": made["id"]}
    assert admin("GET", "happenings") == (200, [made])
    assert admin("DELETE", "happenings") == (204, None)
    assert admin("GET", "happenings") == (200, [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"kind": "explode", "identifier": "x"},
            "kind must be one of fail_modify, fail_snapshot, status, stuck,",
        ),
        ({"kind": "stuck"}, "identifier must be a string that is not empty."),
        ({"kind": "autoscale", "identifier": "nobody", "gib": 30}, "There is no DB instance nobody."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(admin, body, said):
    status, answer = admin("POST", "happenings", body)
    assert (status, list(answer)) == (400, ["error"])
    assert answer["error"].startswith(said)
    assert admin("GET", "happenings") == (200, [])


def test_a_failed_instance_refuses_its_clients_until_it_recovers(admin, rds, instance, lab):
    instance("happens-failed")
    endpoint = until(rds, "happens-failed", "available")["Endpoint"]
    assert log_in(lab, endpoint) == "master"
    admin("POST", "happenings", {"kind": "status", "identifier": "happens-failed", "status": "failed"})
    until(rds, "happens-failed", "failed")
    # The server is stopped by a worker.
    deadline = time.monotonic() + 20
    with pytest.raises(psycopg.OperationalError):
        while time.monotonic() < deadline:
            log_in(lab, endpoint)
    admin("POST", "happenings", {"kind": "recover", "identifier": "happens-failed"})
    until(rds, "happens-failed", "available")
    assert log_in(lab, endpoint) == "master"


def test_a_create_shows_late(admin, rds, instance):
    admin("POST", "happenings", {"kind": "late_create", "identifier": "happens-late", "seconds": 600})
    instance("happens-late")
    with pytest.raises(rds.exceptions.DBInstanceNotFoundFault):
        rds.describe_db_instances(DBInstanceIdentifier="happens-late")
    with pytest.raises(rds.exceptions.DBInstanceAlreadyExistsFault):
        instance("happens-late")
    backups = rds.describe_db_instance_automated_backups(DBInstanceIdentifier="happens-late")
    assert [row["Status"] for row in backups["DBInstanceAutomatedBackups"]] == ["creating"]
