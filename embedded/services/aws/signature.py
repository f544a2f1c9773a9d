"""Verifies the signatures of requests: version 4 in a header or in the query, version 2 in the query.

Botocore, which signs for the official clients, computes the signature again. Source:
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPMessage
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from embedded.services.aws.errors import AwsError
from embedded.shared.numbers import whole_number

ALGORITHM = "AWS4-HMAC-SHA256"
STAMP = "%Y%m%dT%H%M%SZ"
SKEW_SECONDS = 15 * 60
LONGEST_SECONDS = 7 * 24 * 3600
UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class SignedRequest:
    """The signed parts of a request.

    Parameters:
        method: such as GET.
        path: as sent, percent-encoded.
        query: as sent, without the question mark.
        headers: names and values, in order.
        payload: SHA-256 of the body in hexadecimal digits; None for S3, where a header has it and the body is checked
            on arrival.
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
        """The value of a header, by lower-case name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class _Credential:
    """The fields of a version 4 signature."""

    access_key: str
    day: str
    region: str
    service: str
    stamp: str
    names: list[str]
    signature: str
    expires: int | None = None


def service_of(request: SignedRequest) -> str:
    """The service in a request's signature; `s3` without a version 4 signature."""
    credential = _credential(request)
    return credential.service if credential else "s3"


def token_of(request: SignedRequest) -> str | None:
    """The session token of a request; None if there is none."""
    parameters = request.parameters
    in_address = parameters.get("X-Amz-Security-Token") or parameters.get("x-amz-security-token")
    return request.header("x-amz-security-token") or in_address


def region_of(request: SignedRequest) -> str:
    """The region in a request's signature; empty without a version 4 signature."""
    credential = _credential(request)
    return credential.region if credential else ""


def verify_caller(request: SignedRequest, secret_of: Callable[[str], str | None]) -> str | None:
    """Verify a request's signature.

    Parameters:
        request: the request.
        secret_of: returns the secret of an access key; None for an unknown key.

    Returns:
        The access key; None for an unsigned request.

    Raises:
        AwsError: the signature is wrong or expired, or its access key is unknown.
    """
    if credential := _credential(request):
        secret = _secret(credential.access_key, secret_of)
        _check_time(credential)
        _compare(_version_4(request, credential, secret), credential.signature)
        return credential.access_key
    parameters = request.parameters
    if {"AWSAccessKeyId", "Signature", "Expires"} <= parameters.keys():
        key = parameters["AWSAccessKeyId"]
        secret = _secret(key, secret_of)
        if (whole_number(parameters["Expires"], 0, 2**53) or 0) < time.time():
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


def _compare(expected: str, signature: str) -> None:
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        message = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
        raise AwsError("SignatureDoesNotMatch", message, 403)


def _check_time(credential: _Credential) -> None:
    sent = datetime.strptime(credential.stamp, STAMP).replace(tzinfo=UTC).timestamp()
    late = time.time() - sent
    if credential.expires is not None:
        if late > credential.expires:
            raise AwsError("AccessDenied", "Request has expired", 403)
        if late < -SKEW_SECONDS:
            raise AwsError("AccessDenied", "Request is not valid yet", 403)
    elif abs(late) > SKEW_SECONDS:
        message = "The difference between the request time and the current time is too large."
        raise AwsError("RequestTimeTooSkewed", message, 403)


def _credential(request: SignedRequest) -> _Credential | None:
    """Parse a version 4 signature; None if there is none.

    Raises:
        AwsError: the signature is malformed.
    """
    header, parameters = request.header("authorization") or "", request.parameters
    try:
        if header.startswith(ALGORITHM):
            pairs = (pair.strip().partition("=") for pair in header.removeprefix(ALGORITHM).split(","))
            fields = {name: value for name, _, value in pairs}
            stamp, expires = request.header("x-amz-date") or "", None
        elif parameters.get("X-Amz-Algorithm") == ALGORITHM:
            fields = {name: parameters[f"X-Amz-{name}"] for name in ("Credential", "SignedHeaders", "Signature")}
            stamp, expires = parameters["X-Amz-Date"], int(parameters["X-Amz-Expires"])
        else:
            return None
        key, day, region, service, _ = fields["Credential"].rsplit("/", 4)
        datetime.strptime(stamp, STAMP)
        names = fields["SignedHeaders"].split(";")
        signature = fields["Signature"]
    except (KeyError, ValueError) as error:
        raise AwsError("AuthorizationHeaderMalformed", "The authorization is malformed.") from error
    if expires is not None and not 0 < expires <= LONGEST_SECONDS:
        raise AwsError("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 second and a week.")
    if not stamp.startswith(day):
        raise AwsError("AuthorizationHeaderMalformed", "The credential's date is not the request's.")
    if "host" not in names:
        raise AwsError("AccessDenied", "The host header must be signed.", 403)
    return _Credential(key, day, region, service, stamp, names, signature, expires)


def _version_4(request: SignedRequest, credential: _Credential, secret: str) -> str:
    signer = (_Signer if request.payload is None else _PlainSigner)(credential, secret)
    again = AWSRequest(method=request.method, url=f"http://host{request.path}{_canonical_query(request)}")
    for name, value in request.headers:
        again.headers.add_header(name, value)
    if request.payload is not None:
        del again.headers["X-Amz-Content-SHA256"]
        again.headers["X-Amz-Content-SHA256"] = request.payload
    elif credential.expires is not None and "X-Amz-Content-SHA256" not in again.headers:
        again.headers["X-Amz-Content-SHA256"] = UNSIGNED
    again.context["timestamp"] = credential.stamp
    return signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)


def _canonical_query(request: SignedRequest) -> str:
    """The query without the signature itself, encoded for botocore's signer."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    kept = [f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs if k != "X-Amz-Signature"]
    return "?" + "&".join(kept) if kept else ""


def _version_2(request: SignedRequest, key: str, secret: str, expires: str) -> str:
    # HTTPMessage has the mapping's methods that the signer calls, and ignores the case of names.
    headers: Any = HTTPMessage()
    for name, value in request.headers:
        headers.add_header(name, value)
    url = urlsplit(f"http://host{request.path}?{request.query}")
    return _QuerySigner(Credentials(key, secret), expires).get_signature(request.method, url, headers)


class _SentHeaders(SigV4Auth):
    """Signs the headers that the sender signed."""

    def __init__(self, credential: _Credential, secret: str) -> None:
        super().__init__(Credentials(credential.access_key, secret), credential.service, credential.region)
        self._names = credential.names

    def headers_to_sign(self, request: AWSRequest) -> HTTPMessage:
        headers = HTTPMessage()
        for name, value in request.headers.items():
            if name.lower() in self._names:
                headers.add_header(name.lower(), value)
        return headers


class _Signer(_SentHeaders, S3SigV4Auth):
    """S3's signer: the path is signed as it is."""


class _PlainSigner(_SentHeaders):
    """The signer of all other services."""


class _QuerySigner(HmacV1QueryAuth):
    """The version 2 signer; the time of expiry takes the place of the date."""

    def __init__(self, credentials: Credentials, expires: str) -> None:
        super().__init__(credentials)
        self._until = expires

    def _get_date(self) -> str:
        return self._until
