"""A certificate for Google's host names, and a truststore with which a JVM trusts it.

Kestra's own tasks use Google's Java clients, which connect to Google's host names only. In containers those names
resolve to this service, which needs a certificate for them. The certificate signs nothing else, and only a JVM with the
truststore trusts it; the host names of Google's token endpoints are not in it, so that no real key is accepted here.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ("storage.googleapis.com", "bigquery.googleapis.com")
TRUSTSTORE = Path("trust", "truststore.p12")
"""In the service's home."""
TRUSTSTORE_PASSWORD = "changeit"
"""Java's own: what is in a truststore is no secret."""
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)
VALIDITY = timedelta(days=730)
RENEWAL = timedelta(days=90)
"""How long before its end a certificate is replaced."""


@dataclass(frozen=True)
class Certificate:
    """Files in PEM form.

    Attributes:
        certificate: self-signed.
        key: its private key, for this user only.
    """

    certificate: Path
    key: Path


def certificate(home: Path) -> Certificate:
    """The certificate in a folder; created if it is missing or expires soon. The truststore is written each time.

    Parameters:
        home: the service's home.
    """
    files = Certificate(home / "tls" / "certificate.pem", home / "tls" / "key.pem")
    if not _is_valid(files):
        _create(files)
    own = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    trusted = [
        pkcs12.PKCS12Certificate(root, f"{number}".encode()) for number, root in enumerate([own, *_public_roots()])
    ]
    secret = serialization.BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode())
    _write(home / TRUSTSTORE, pkcs12.serialize_java_truststore(trusted, secret), 0o644)
    return files


def _public_roots() -> Iterator[x509.Certificate]:
    """The publicly trusted certificates, without the few that cannot be parsed."""
    for text in _PEM.findall(Path(certifi.where()).read_bytes()):
        with suppress(ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            yield x509.load_pem_x509_certificate(text)


def _is_valid(files: Certificate) -> bool:
    if not (files.certificate.exists() and files.key.exists()):
        return False
    known = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    return known.not_valid_after_utc - datetime.now(UTC) > RENEWAL


def _create(files: Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kestra Workbook, in Google's place")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(files.key, key.private_bytes(serialization.Encoding.PEM, form, plain), 0o600)
    _write(files.certificate, signed.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write a file atomically, with its mode from the first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:
        target.write(content)
    temporary.replace(file)
