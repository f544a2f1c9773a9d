"""Tells who sent a request, by its signature: version 4 in a header or in the address, version 2 in the address.

The signature is computed once more by botocore, which signs for the official clients, and compared.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPMessage
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from embedded.services.aws.errors import AwsError

ALGORITHM = "AWS4-HMAC-SHA256"
STAMP = "%Y%m%dT%H%M%SZ"
SKEW_SECONDS = 15 * 60
LONGEST_SECONDS = 7 * 24 * 3600
UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Signed:
    """A request as its sender signed it.

    Parameters:
        method: such as GET.
        path: as it was sent, percent signs and all.
        query: likewise, without the question mark.
        headers: names and values, in order.
        payload: the SHA-256 of the body in hexadecimal digits; None for S3, which tells it in a header and checks it
            as the body comes.
    """

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    payload: str | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """The query, decoded."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def header(self, name: str) -> str | None:
        """A header's value."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class _Claim:
    """What a version 4 signature says of itself."""

    access_key: str
    day: str
    region: str
    service: str
    stamp: str
    names: list[str]
    signature: str
    expires: int | None = None


def service_of(request: Signed) -> str:
    """The service that a request is signed for, as in its signature; `s3` when it has none of version 4."""
    claim = _claim(request)
    return claim.service if claim else "s3"


def token_of(request: Signed) -> str | None:
    """The token of a session that a request was sent with."""
    parameters = request.parameters
    in_address = parameters.get("X-Amz-Security-Token") or parameters.get("x-amz-security-token")
    return request.header("x-amz-security-token") or in_address


def region_of(request: Signed) -> str:
    """The region that a request is signed for; empty when it has no signature of version 4."""
    claim = _claim(request)
    return claim.region if claim else ""


def caller(request: Signed, secret_of: Callable[[str], str | None]) -> str | None:
    """Check a request's signature.

    Parameters:
        request: the request.
        secret_of: gives the secret of an access key; None for a key that is not known.

    Returns:
        The access key; None for a request that is not signed.

    Raises:
        AwsError: the signature is not by the key's secret, is too old, or names a key that is not known.
    """
    if claim := _claim(request):
        secret = _secret(claim.access_key, secret_of)
        _check_time(claim)
        _compare(_version_4(request, claim, secret), claim.signature)
        return claim.access_key
    parameters = request.parameters
    if {"AWSAccessKeyId", "Signature", "Expires"} <= parameters.keys():
        key = parameters["AWSAccessKeyId"]
        secret = _secret(key, secret_of)
        if not parameters["Expires"].isdecimal() or int(parameters["Expires"]) < time.time():
            raise AwsError("AccessDenied", "Request has expired", 403)
        _compare(_version_2(request, key, secret, parameters["Expires"]), parameters["Signature"])
        return key
    if request.header("authorization"):
        raise AwsError("InvalidRequest", f"Authorization: only {ALGORITHM} is known here.")
    return None


def _secret(key: str, secret_of: Callable[[str], str | None]) -> str:
    secret = secret_of(key)
    if secret is None:
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise AwsError("InvalidAccessKeyId", message, 403, AWSAccessKeyId=key)
    return secret


def _compare(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode()):
        message = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
        raise AwsError("SignatureDoesNotMatch", message, 403)


def _check_time(claim: _Claim) -> None:
    sent = datetime.strptime(claim.stamp, STAMP).replace(tzinfo=UTC).timestamp()
    late = time.time() - sent
    if claim.expires is not None:
        if late > claim.expires:
            raise AwsError("AccessDenied", "Request has expired", 403)
        if late < -SKEW_SECONDS:
            raise AwsError("AccessDenied", "Request is not valid yet", 403)
    elif abs(late) > SKEW_SECONDS:
        message = "The difference between the request time and the current time is too large."
        raise AwsError("RequestTimeTooSkewed", message, 403)


def _claim(request: Signed) -> _Claim | None:
    """What a version 4 signature says; None without one.

    Raises:
        AwsError: it is cut short.
    """
    header, parameters = request.header("authorization") or "", request.parameters
    try:
        if header.startswith(ALGORITHM):
            pairs = (pair.strip().partition("=") for pair in header.removeprefix(ALGORITHM).split(","))
            given = {name: value for name, _, value in pairs}
            stamp, expires = request.header("x-amz-date") or "", None
        elif parameters.get("X-Amz-Algorithm") == ALGORITHM:
            given = {name: parameters[f"X-Amz-{name}"] for name in ("Credential", "SignedHeaders", "Signature")}
            stamp, expires = parameters["X-Amz-Date"], int(parameters["X-Amz-Expires"])
        else:
            return None
        key, day, region, service, _ = given["Credential"].rsplit("/", 4)
        datetime.strptime(stamp, STAMP)
        names = given["SignedHeaders"].split(";")
        signature = given["Signature"]
    except (KeyError, ValueError) as error:
        raise AwsError("AuthorizationHeaderMalformed", "The authorization is malformed.") from error
    if expires is not None and not 0 < expires <= LONGEST_SECONDS:
        raise AwsError("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 second and a week.")
    if not stamp.startswith(day):
        raise AwsError("AuthorizationHeaderMalformed", "The credential's date is not the request's.")
    if "host" not in names:
        raise AwsError("AccessDenied", "The host header must be signed.", 403)
    return _Claim(key, day, region, service, stamp, names, signature, expires)


def _version_4(request: Signed, claim: _Claim, secret: str) -> str:
    signer = (_Signer if request.payload is None else _PlainSigner)(claim, secret)
    again = AWSRequest(method=request.method, url=f"http://host{request.path}{_canonical_query(request)}")
    for name, value in request.headers:
        again.headers.add_header(name, value)
    if request.payload is not None:
        del again.headers["X-Amz-Content-SHA256"]
        again.headers["X-Amz-Content-SHA256"] = request.payload
    elif claim.expires is not None and "X-Amz-Content-SHA256" not in again.headers:
        again.headers["X-Amz-Content-SHA256"] = UNSIGNED
    again.context["timestamp"] = claim.stamp
    return signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)


def _canonical_query(request: Signed) -> str:
    """The query as botocore's signer takes it, without the signature itself."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    kept = [f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs if k != "X-Amz-Signature"]
    return "?" + "&".join(kept) if kept else ""


def _version_2(request: Signed, key: str, secret: str, expires: str) -> str:
    headers = HTTPMessage()
    for name, value in request.headers:
        headers.add_header(name, value)
    url = urlsplit(f"http://host{request.path}?{request.query}")
    return _QuerySigner(Credentials(key, secret), expires).get_signature(request.method, url, headers)


class _SentHeaders(SigV4Auth):
    """Takes the headers that the sender says to have signed."""

    def __init__(self, claim: _Claim, secret: str) -> None:
        super().__init__(Credentials(claim.access_key, secret), claim.service, claim.region)
        self._names = claim.names

    def headers_to_sign(self, request: AWSRequest) -> HTTPMessage:
        headers = HTTPMessage()
        for name, value in request.headers.items():
            if name.lower() in self._names:
                headers.add_header(name.lower(), value)
        return headers


class _Signer(_SentHeaders, S3SigV4Auth):
    """As S3 signs: the path as it is."""


class _PlainSigner(_SentHeaders):
    """As all other services sign."""


class _QuerySigner(HmacV1QueryAuth):
    """Version 2, with the time of expiry in place of a date."""

    def __init__(self, credentials: Credentials, expires: str) -> None:
        super().__init__(credentials)
        self._until = expires

    def _get_date(self) -> str:
        return self._until
