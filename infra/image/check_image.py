"""What is in the image, and how it says it is to be run. Called by infra/image/check."""

import hashlib
import json
import os
import re
import stat
import subprocess
import unittest
from pathlib import Path

WORK = Path(os.environ["IMAGE_WORK"])
ROOT = Path(os.environ["IMAGE_ROOT"])
SOURCE = Path(__file__).parents[2]


def inspected(name: str) -> dict:
    return json.loads((WORK / f"{name}.json").read_text())


class Image(unittest.TestCase):
    def setUp(self):
        self.settings = inspected("image")["Docker"]["config"]

    def test_holds_the_binary_the_authorities_and_the_bill_of_materials_only(self):
        files = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if not path.is_dir()}
        self.assertEqual(files, {"rds-broker", "rds-broker.cdx.json", "etc/ssl/certs/ca-certificates.crt"})

    def test_lets_nobody_change_what_is_in_it(self):
        for path in ROOT.rglob("*"):
            about = path.lstat()
            self.assertEqual((about.st_uid, about.st_gid), (0, 0), path)
            self.assertFalse(
                about.st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), path
            )

    def test_runs_as_a_user_given_by_number(self):
        # Kubernetes cannot tell whether a name is root.
        self.assertRegex(self.settings["User"], r"^[1-9]\d*:[1-9]\d*$")

    def test_asks_the_binary_itself_for_its_health(self):
        self.assertEqual(self.settings["Entrypoint"], ["/rds-broker"])
        self.assertEqual(self.settings["Healthcheck"]["Test"], ["CMD", "/rds-broker", "health"])

    def test_holds_no_setting_but_where_to_listen(self):
        names = {setting.partition("=")[0] for setting in self.settings["Env"] or []}
        self.assertEqual(names - {"PATH"}, {"BROKER_LISTEN"})

    def test_says_which_commit_it_is_of(self):
        self.assertTrue(
            re.fullmatch(r"[0-9a-f]{40}", self.settings["Labels"]["org.opencontainers.image.revision"])
        )

    def test_has_the_web_s_certificate_authorities(self):
        bundle = (ROOT / "etc/ssl/certs/ca-certificates.crt").read_text()
        self.assertGreater(bundle.count("BEGIN CERTIFICATE"), 100)

    def test_the_bill_of_materials_names_what_is_in_it_beside_crates(self):
        parts = json.loads((ROOT / "rds-broker.cdx.json").read_text())["components"]
        versions = {part["name"]: part["version"] for part in parts}
        # Compilers leave their versions in what they make.
        comment = subprocess.run(
            ["readelf", "--string-dump=.comment", ROOT / "rds-broker"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        self.assertIn(f"rustc version {versions['rust-std']} ", comment)
        self.assertRegex(comment, rf"GCC: .* {re.escape(versions['libgcc'])}\b")
        self.assertRegex(versions["glibc"], r"^2\.\d+$")
        for path, name in [
            (ROOT / "etc/ssl/certs/ca-certificates.crt", "ca-certificates.crt"),
            (SOURCE / "src/sql/rds-global-bundle.pem", "rds-global-bundle.pem"),
        ]:
            self.assertEqual(versions[name], "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest())

    def test_has_the_same_content_when_built_again(self):
        # Docker's format keeps the name of the container it was made in; what is in it has to be the same.
        first, again = (inspected(name)["Docker"]["rootfs"]["diff_ids"] for name in ("image", "again"))
        self.assertEqual(first, again)
        self.assertTrue(first)
