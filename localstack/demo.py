"""`make demo`: a database's whole life over the broker's own interface, told as it happens.

Books a database, shows progress, logs in as its user with verified TLS, runs a query, rotates
the password, grows the storage, deletes it. Needs a running `make run`; reads the same settings.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import psycopg

HERE = Path(__file__).resolve().parent
DEADLINE_SECONDS = 300


def setting(name: str, default: str) -> str:
    """The environment, then .env, then the default of `make run`."""
    if value := os.environ.get(name):
        return value
    env = HERE.parent / ".env"
    for line in env.read_text().splitlines() if env.exists() else []:
        key, _, value = line.strip().partition("=")
        if key == name and value:
            return value.strip("\"'")
    return default


URL = f"http://{setting('BROKER_LISTEN', '127.0.0.1:8080')}/postgres"
TOKEN = setting("BROKER_TOKENS", "dev-token").split(",")[0].strip()
CA = setting("BROKER_DB_CA_FILE", str(Path(setting("LAB_VAR", str(HERE / "var"))) / "ca.pem"))
STARTED = time.monotonic()


def say(text: str) -> None:
    """One line of the story, with the time since it began."""
    print(f"{time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def call(method: str, path: str = "", body: dict | None = None) -> tuple[int, dict | list | None]:
    """One request to the broker; repeated while it answers 503, as the platform does."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        request = urllib.request.Request(URL + path, method=method)
        request.add_header("Authorization", f"Bearer {TOKEN}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read() or b"{}")
            if error.code == 503 and time.monotonic() < end:
                time.sleep(int(error.headers.get("Retry-After", "1")))
                continue
            sys.exit(f"{method} {path or '/'} was answered {error.code}: {answer.get('error')}")
        except urllib.error.URLError as error:
            sys.exit(f"The broker does not answer at {URL} ({error.reason}): start it with `make run` first.")


def status(service: str) -> dict | None:
    """The service's status document, or None once it is gone."""
    return call("GET", f"?id={service}")[1].get(service)


def wait(service: str, what: str, until) -> dict | None:
    """Polls as the platform does, and says every change it sees."""
    end = time.monotonic() + DEADLINE_SECONDS
    seen = None
    while time.monotonic() < end:
        now = status(service)
        details = now["details"] if now else {}
        line = ", ".join(
            f"{key} {details[key]}"
            for key in ("state", "ready", "waitingFor")
            if details.get(key) is not None
        )
        if now and now.get("error"):
            line += f", error: {now['error']}"
        if line != seen and now:
            say(f"  {line}")
            seen = line
        if until(now):
            return now
        time.sleep(0.5)
    sys.exit(f"Gave up waiting for {what} after {DEADLINE_SECONDS} s.")


def query(dsn: str, password: str, sql: str) -> str:
    """One value, over TLS verified against the lab's CA."""
    verified = dsn.replace("sslmode=require", "sslmode=verify-full")
    with psycopg.connect(verified, password=password, sslrootcert=CA, connect_timeout=10) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone()[0] if cursor.description else ""


def refused(dsn: str, password: str) -> bool:
    """Whether the server no longer takes a password."""
    try:
        query(dsn, password, "select 1")
    except psycopg.OperationalError:
        return True
    return False


def main() -> None:
    """The story."""
    service, old, new = str(uuid.uuid4()), f"first-{uuid.uuid4().hex}", f"second-{uuid.uuid4().hex}"
    say(f"Booking a PostgreSQL database as service {service}: plan 0 (Small)")
    secrets = {"superuserPassword": f"super-{uuid.uuid4().hex}", "userPassword": old}
    call(
        "POST",
        body={"id": service, "plan": {"id": 0}, "config": {"databaseName": "shop"}, "secrets": secrets},
    )

    details = wait(service, "the database", lambda now: now and now["details"]["ready"])["details"]
    say(f"Ready: {details['dsn']} ({details['instanceClass']}, {details['allocatedStorage']} GiB)")
    say(f"Logged in as the user, TLS verified: {query(details['dsn'], old, 'select version()')}")
    query(details["dsn"], old, "create table orders as select 42 as answer")
    say("Created a table with one row")

    say("Rotating the user's password")
    call("PATCH", f"/{service}", {"secrets": {"userPassword": new}})
    wait(service, "the new password", lambda now: now and now["details"]["ready"])
    answer = query(details["dsn"], new, "select answer from orders")
    say(
        f"The new password works and reads {answer}; "
        f"the old one is {'refused' if refused(details['dsn'], old) else 'STILL TAKEN'}"
    )

    say("Growing the storage to 40 GB (38 GiB)")
    call("PATCH", f"/{service}", {"plan": {"parameters": {"storage": 40000}}})
    grown = wait(service, "the storage", lambda now: now and now["details"]["allocatedStorage"] >= 38)
    kept = query(details["dsn"], new, "select answer from orders")
    say(f"RDS has {grown['details']['allocatedStorage']} GiB now; the table still reads {kept}")

    say("Deleting the service")
    call("DELETE", f"/{service}")
    wait(service, "the deletion", lambda now: now is None)
    say("Gone: nothing of it is left")


if __name__ == "__main__":
    main()
