"""The authority is kept as long as it is good for something."""

import stat
from datetime import timedelta

from rds_lab import tls
from rds_lab.tls import Authority


def test_the_authority_is_kept(tmp_path):
    certificate, key = tmp_path / "ca.pem", tmp_path / "ca.key"
    Authority.load_or_create(certificate, key)
    first = certificate.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    Authority.load_or_create(certificate, key)
    assert certificate.read_bytes() == first


def test_a_broken_foreign_or_ending_authority_is_replaced(tmp_path, monkeypatch):
    certificate, key = tmp_path / "ca.pem", tmp_path / "ca.key"
    Authority.load_or_create(certificate, key)
    good = certificate.read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    Authority.load_or_create(other / "ca.pem", other / "ca.key")

    for broken in (b"", good[: len(good) // 2], (other / "ca.pem").read_bytes()):
        certificate.write_bytes(broken)
        Authority.load_or_create(certificate, key)
        assert certificate.read_bytes() not in (broken, good)

    monkeypatch.setattr(tls, "CA_LIFETIME", timedelta(days=1))
    certificate.unlink()
    Authority.load_or_create(certificate, key)
    ending = certificate.read_bytes()
    monkeypatch.undo()
    Authority.load_or_create(certificate, key)
    assert certificate.read_bytes() != ending


def test_a_server_key_is_private(tmp_path):
    authority = Authority.load_or_create(tmp_path / "ca.pem", tmp_path / "ca.key")
    authority.issue(tmp_path)
    assert stat.S_IMODE((tmp_path / "server.key").stat().st_mode) == 0o600
