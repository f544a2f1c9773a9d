"""The certificate for Google's own names, and the truststore of a Java that shall believe it.

Google's Java clients, as Kestra's own tasks make them, know no other addresses than Google's. In containers those names
lead here, and what is served under them needs a certificate. It signs nothing else and is trusted by nobody but who is
given the truststore; the names at which Google hands out tokens are not in it, so that no other account's key gets far.
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
_LASTS = timedelta(days=730)
_ANEW = timedelta(days=90)


@dataclass(frozen=True)
class Certificate:
    """Files in PEM form.

    Attributes:
        certificate: the certificate, which has signed itself.
        key: its private key, for this user only.
    """

    certificate: Path
    key: Path


def certificate(home: Path) -> Certificate:
    """The certificate kept in a folder; made if there is none, or if it ends soon. The truststore is made each time.

    Parameters:
        home: the service's home.
    """
    made = Certificate(home / "tls" / "certificate.pem", home / "tls" / "key.pem")
    if not _lasts(made):
        _make(made)
    own = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    trusted = [pkcs12.PKCS12Certificate(one, f"{number}".encode()) for number, one in enumerate([own, *_public()])]
    secret = serialization.BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode())
    _write(home / TRUSTSTORE, pkcs12.serialize_java_truststore(trusted, secret), 0o644)
    return made


def _public() -> Iterator[x509.Certificate]:
    """Those that the whole world trusts, but for the few that are too odd to be read."""
    for text in _PEM.findall(Path(certifi.where()).read_bytes()):
        with suppress(ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            yield x509.load_pem_x509_certificate(text)


def _lasts(made: Certificate) -> bool:
    if not (made.certificate.exists() and made.key.exists()):
        return False
    known = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    return known.not_valid_after_utc - datetime.now(UTC) > _ANEW


def _make(files: Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kestra Workbook, in Google's place")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(files.key, key.private_bytes(serialization.Encoding.PEM, form, plain), 0o600)
    _write(files.certificate, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(file: Path, content: bytes, mode: int) -> None:
    """In one step, with its rights from the first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:
        target.write(content)
    temporary.replace(file)
