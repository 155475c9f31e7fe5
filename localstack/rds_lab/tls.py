"""The lab's certificate authority and the server certificates it signs.

Clients verify servers exactly as they verify RDS (``sslmode=verify-full``), so there is one CA
per lab, kept over restarts, and a leaf per server for the names a client can use.
"""

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_LIFETIME = timedelta(days=365)
LEAF_LIFETIME = timedelta(days=90)
# A CA that ends during a long session is as good as none.
CA_MINIMUM_LEFT = LEAF_LIFETIME
HOST = "localhost"


class Authority:
    """A CA that can sign server certificates."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def load_or_create(cls, certificate: Path, key: Path) -> "Authority":
        """Keep the CA that is there if it is whole and valid for long enough; else make a new one."""
        return cls._load(certificate, key) or cls._create(certificate, key)

    @classmethod
    def _load(cls, certificate: Path, key: Path) -> "Authority | None":
        try:
            loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
            private = serialization.load_pem_private_key(key.read_bytes(), None)
            loaded.verify_directly_issued_by(loaded)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return None
        if not isinstance(private, ec.EllipticCurvePrivateKey) or loaded.public_key() != private.public_key():
            return None
        if loaded.not_valid_after_utc < datetime.now(UTC) + CA_MINIMUM_LEFT:
            return None
        return cls(loaded, private)

    @classmethod
    def _create(cls, certificate: Path, key: Path) -> "Authority":
        private = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rds-lab root CA")])
        made = (
            _builder(name, name, private, CA_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(private, hashes.SHA256())
        )
        certificate.parent.mkdir(parents=True, exist_ok=True)
        write_private(key, _pem(private))
        _replace(certificate, made.public_bytes(serialization.Encoding.PEM), 0o644)
        return cls(made, private)

    def issue(self, directory: Path) -> None:
        """Write ``server.crt`` and ``server.key``, valid for ``localhost`` and 127.0.0.1."""
        private = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        alternatives = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        leaf = (
            _builder(name, self._certificate.subject, private, LEAF_LIFETIME)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        write_private(directory / "server.key", _pem(private))
        write_private(directory / "server.crt", leaf.public_bytes(serialization.Encoding.PEM))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, at no moment wider."""
    _replace(path, content, 0o600)


def _replace(path: Path, content: bytes, mode: int) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    fresh.replace(path)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
