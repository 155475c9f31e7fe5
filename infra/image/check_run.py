"""Runs the image as a cluster would. Called by infra/image/check, inside `unshare`."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import stand_ins

WORK = Path(os.environ["IMAGE_WORK"])
ROOT = WORK / "container"
USER = 65532
AWS_PORT = 8443
HOST = "api.aws.test"
NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of prctl(2)
# Those that every runtime of containers has to give (OCI runtime specification, "Default Devices").
DEVICES = ["null", "zero", "full", "random", "urandom"]
SETTINGS = {
    "BROKER_LISTEN": "0.0.0.0:8080",
    "BROKER_TOKENS": "check",
    "AWS_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": f"https://{HOST}:{AWS_PORT}",
    "AWS_ROLE_ARN": "arn:aws:iam::000000000000:role/rds-broker",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/token",
    "AWS_EC2_METADATA_DISABLED": "true",
}
TRUSTING = SETTINGS | {"SSL_CERT_FILE": "/etc/authority.pem"}


def setUpModule():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # What a container's runtime puts into it: a resolver's configuration, and what is mounted.
    shutil.copytree(os.environ["IMAGE_ROOT"], ROOT)
    authority = stand_ins.certificates(WORK, HOST)
    shutil.copy(authority, ROOT / "etc/authority.pem")
    (ROOT / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    token = ROOT / "var/run/secrets/token"
    token.parent.mkdir(parents=True)
    token.write_text("a.web.identity")
    (ROOT / "dev").mkdir()
    for device in DEVICES:
        (ROOT / "dev" / device).touch()
    subprocess.run(["mount", "--bind", ROOT, ROOT], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", ROOT], check=True)
    for device in DEVICES:
        subprocess.run(["mount", "--bind", f"/dev/{device}", ROOT / "dev" / device], check=True)


def enter():
    """Into the image, as a user without rights who cannot get any."""
    os.chroot(ROOT)
    os.chdir("/")
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    if ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError("prctl")


def start(settings, *arguments) -> subprocess.Popen:
    with (WORK / "broker.log").open("ab") as log:
        command = ["/rds-broker", *arguments]
        return subprocess.Popen(command, env=settings, preexec_fn=enter, stdout=log, stderr=log)


def get(path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:8080{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def eventually(path: str, wanted, seconds: float = 20) -> tuple[int, str]:
    deadline = time.monotonic() + seconds
    while True:
        answer = get(path)
        if wanted(answer) or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = stand_ins.name_server()
        cls.calls = stand_ins.aws(WORK, AWS_PORT)

    @classmethod
    def tearDownClass(cls):
        log = (WORK / "broker.log").read_text()
        assert "panicked" not in log, log

    def running(self, settings) -> subprocess.Popen:
        process = start(settings)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        status, body = eventually("/health", lambda answer: answer[0] == 200)
        self.assertEqual(status, 200, body)
        return process

    def test_reaches_aws_by_name_over_verified_tls_with_the_role_of_a_web_identity(self):
        process = self.running(TRUSTING)
        status, body = eventually("/ready", lambda answer: answer[0] == 200)
        self.assertEqual(status, 200, body)
        self.assertIn(b"\x03api" + stand_ins.DOMAIN, self.names)
        self.assertIn("AssumeRoleWithWebIdentity", self.calls)
        self.assertIn("DescribeDBInstances", self.calls)
        (WORK / "metrics.txt").write_text(get("/metrics")[1])

        about = Path(f"/proc/{process.pid}/status").read_text()
        rights = dict(line.split(":\t", 1) for line in about.splitlines() if ":\t" in line)
        self.assertEqual(rights["Uid"].split(), [str(USER)] * 4)
        self.assertEqual(int(rights["CapEff"], 16), 0)
        self.assertEqual(rights["NoNewPrivs"], "1")

        self.assertEqual(start(TRUSTING, "health").wait(10), 0, "the health check of the image")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(25), 0, "it stops when it is asked to")
        self.assertNotEqual(start(TRUSTING, "health").wait(10), 0, "nobody is there to be healthy")

    def test_trusts_nobody_whose_authority_is_not_in_the_image(self):
        before = len(self.calls)
        self.running(SETTINGS)
        status, body = eventually("/ready", lambda answer: "cannot be observed" in answer[1])
        self.assertEqual(status, 503, body)
        self.assertIn("cannot be observed", json.loads(body)["error"])
        self.assertEqual(len(self.calls), before, "nothing was sent to it")

    def test_says_what_is_wrong_with_its_settings(self):
        self.assertEqual(start({}).wait(10), 64)
