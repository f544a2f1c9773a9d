"""Bodies of `io.kestra.plugin.email`: emails over SMTP.

See https://kestra.io/plugins/plugin-email. Messages are in the form of RFC 5322 and RFC 2045 to 2049.
"""

from __future__ import annotations

import html
import json
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate, getaddresses, make_msgid
from typing import Any

from cryptography import x509

from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.email."
OLD_PREFIX = "io.kestra.plugin.notifications.mail."
PORTS = {"SMTP": 25, "SMTPS": 465, "SMTP_TLS": 587, "SMTP_OAUTH2": 587}
NO_HTML = "Please view this email in a modern email client"
COLORS = {"SUCCESS": "green", "WARNING": "orange"}
ATTACHMENT_KEYS = {"name", "uri", "contentType"}
BINARY = "application/octet-stream"


@body(PREFIX + "MailSend", OLD_PREFIX + "MailSend")
def send(task: Task) -> Outputs:
    """Send what the flow wrote."""
    properties = task.properties
    text = properties.get("plainTextContent")
    _send(task, NO_HTML if text is None else text, properties.get("htmlTextContent"))
    return {}


@body(PREFIX + "MailExecution", OLD_PREFIX + "MailExecution")
def send_execution(task: Task) -> Outputs:
    """Send what is known of an execution."""
    _send(task, NO_HTML, page(task.properties["execution"]))
    return {}


def page(facts: dict[str, Any]) -> str:
    """The page that tells of an execution.

    Parameters:
        facts: as `MailExecution.java` gathers them.
    """
    rows = "".join(
        f"<tr><th align='left'>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in facts["rows"].items()
    )
    own = f"<p>{html.escape(facts['message'])}</p>" if facts["message"] is not None else ""
    link = f"<p><a href='{html.escape(facts['link'])}'>Details</a></p>" if facts["link"] else ""
    color = COLORS.get(facts["state"], "red")
    return (
        f"<html><body><h2 style='color: {color}'>{html.escape(facts['title'])}</h2>{own}"
        f"<p>{html.escape(facts['summary'])}</p><table>{rows}</table>{link}</body></html>"
    )


def _send(task: Task, text: str, page: str | None) -> None:
    properties = task.properties
    sender, to = _addresses(task, "from"), _addresses(task, "to")
    cc = _addresses(task, "cc") if properties.get("cc") else []
    if len(sender) != 1:
        raise TaskError("`from` must be one address.")
    message = EmailMessage()
    message["From"], message["To"] = sender[0], ", ".join(to)
    if cc:
        message["Cc"] = ", ".join(cc)
    message["Subject"] = " ".join((properties.get("subject") or "").splitlines())
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain="kestra")
    message["Return-Receipt-To"] = sender[0]
    message.set_content(text)
    if page is not None:
        message.add_alternative(page, subtype="html")
    _add_images(task, message, page is not None)
    for item, content in _files(task, "attachments"):
        message.add_attachment(content, **_kind(item), filename=item["name"])
    task.debug(f"Sending an email to {properties['to']}")
    envelope = [address for _, address in getaddresses([*to, *cc])]
    with _session(task) as session:
        _deliver(session, getaddresses(sender)[0][1], envelope, message)


def _add_images(task: Task, message: EmailMessage, has_page: bool) -> None:
    images = list(_files(task, "embeddedImages"))
    if images and not has_page:
        raise TaskError("`embeddedImages` are shown by `htmlTextContent`, which is not set.")
    for item, content in images:
        part = message.get_body(("html",))
        assert isinstance(part, EmailMessage)
        part.add_related(content, **_kind(item), cid=f"<{item['name']}>", filename=item["name"], disposition="inline")


def _kind(item: dict[str, Any]) -> dict[str, Any]:
    main, _, sub = str(item.get("contentType") or BINARY).partition(";")[0].strip().partition("/")
    return {"maintype": main, "subtype": sub or "octet-stream"}


def _files(task: Task, name: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The files that a property lists, with what each holds; the list may be JSON, and JSON in a string."""
    for item in _items(task.properties.get(name), name):
        if not isinstance(item, dict) or not item.get("name") or not item.get("uri"):
            raise TaskError(f"Each of `{name}` needs a `name` and a `uri`.")
        if unknown := set(item) - ATTACHMENT_KEYS:
            raise TaskError(f"`{name}` has no property {', '.join(sorted(unknown))}.")
        with task.open(item["uri"]) as source:
            yield item, b"".join(iter(source.read, b""))


def _items(value: Any, name: str) -> list[Any]:
    if isinstance(value, str):
        if not value.strip():
            return []
        try:
            return _items(json.loads(value), name)
        except ValueError as problem:
            raise TaskError(f"`{name}` is no list, and no JSON text: {problem}") from problem
    if isinstance(value, dict):
        return [value]
    if value is not None and not isinstance(value, list):
        raise TaskError(f"`{name}` must be a list.")
    return value or []


def _addresses(task: Task, name: str) -> list[str]:
    """The addresses of a property, divided by semicolons or commas, each with or without a name."""
    addresses = [part.strip() for part in re.split(r"[;,]", task.properties.get(name) or "") if part.strip()]
    if not addresses:
        raise TaskError(f"`{name}` is not set.")
    for address in addresses:
        found = getaddresses([address])
        if len(found) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", found[0][1]):
            raise TaskError(f"`{name}` holds {address!r}, which is no email address.")
    return addresses


@contextmanager
def _session(task: Task) -> Iterator[smtplib.SMTP]:
    """A session with the server, logged in if there is a user; a cancelled task ends it."""
    properties = task.properties
    strategy = properties["transportStrategy"]
    host, port = properties.get("host"), properties.get("port") or PORTS[strategy]
    if not host:
        raise TaskError("`host` is not set.")
    try:
        with _connect(properties, strategy, host, port) as session:
            if session.sock is not None:
                task.on_cancel(session.sock.close)
            _log_in(properties, strategy, session)
            yield session
    except smtplib.SMTPResponseException as problem:
        raise TaskError(
            f"The mail server {host}:{port} says: {problem.smtp_code} {_text(problem.smtp_error)}"
        ) from None
    except (smtplib.SMTPException, OSError) as problem:
        raise TaskError(f"The mail server {host}:{port}: {problem}") from None


def _connect(properties: dict[str, Any], strategy: str, host: str, port: int) -> smtplib.SMTP:
    seconds = properties["sessionTimeout"] / 1000
    session: smtplib.SMTP
    if strategy == "SMTPS":
        session = smtplib.SMTP_SSL(host, port, timeout=seconds, context=_tls(properties, host))
    else:
        session = smtplib.SMTP(host, port, timeout=seconds)
    try:
        session.ehlo_or_helo_if_needed()
        if strategy == "SMTP" and session.has_extn("starttls"):
            session.starttls(context=_unchecked())
        elif strategy in ("SMTP_TLS", "SMTP_OAUTH2"):
            session.starttls(context=_tls(properties, host))
        if strategy != "SMTP":
            _check_identity(properties, host, session.sock)
    except BaseException:
        session.close()
        raise
    return session


def _is_trusted(properties: dict[str, Any], host: str) -> bool:
    return host in (properties.get("trustedHosts") or [])


def _tls(properties: dict[str, Any], host: str) -> ssl.SSLContext:
    if _is_trusted(properties, host):
        return _unchecked()
    context = ssl.create_default_context()
    context.check_hostname = bool(properties["verifyServerIdentity"])
    return context


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _check_identity(properties: dict[str, Any], host: str, connection: Any) -> None:
    """Of a trusted host any certificate does, but it must name the host; Python checks that only with the rest.

    Raises:
        TaskError: the certificate is another's.
    """
    if not _is_trusted(properties, host) or not properties["verifyServerIdentity"]:
        return
    certificate = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))
    names: list[str] = []
    with suppress(x509.ExtensionNotFound):
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = others.get_values_for_type(x509.DNSName)
        names += map(str, others.get_values_for_type(x509.IPAddress))
    wildcard = "*." + host.partition(".")[2]
    if host.lower() not in map(str.lower, names) and wildcard.lower() not in map(str.lower, names):
        raise TaskError(
            f"The certificate of {host} is for {', '.join(names) or 'nobody'}. "
            "`verifyServerIdentity: false` takes it nevertheless."
        )


def _log_in(properties: dict[str, Any], strategy: str, session: smtplib.SMTP) -> None:
    user = properties.get("username")
    secret = properties.get("password")
    if strategy == "SMTP_OAUTH2":
        secret = properties.get("accessToken") or secret
        if not secret:
            raise TaskError("When using SMTP_OAUTH2, either 'accessToken' or 'password' must be provided")
        answer = f"user={user or ''}\1auth=Bearer {secret}\1\1"
        session.ehlo_or_helo_if_needed()  # TLS made the server forget the first
        session.auth("XOAUTH2", lambda challenge=None: answer if challenge is None else "")
    elif user:
        session.login(user, secret or "")


def _deliver(session: smtplib.SMTP, sender: str, recipients: list[str], message: EmailMessage) -> None:
    """To all recipients or, if the server refuses one, to none."""
    session.ehlo_or_helo_if_needed()
    _accepted(session.mail(sender))
    for recipient in recipients:
        _accepted(session.rcpt(recipient))
    _accepted(session.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n", max_line_length=78))))


def _accepted(answer: tuple[int, bytes]) -> None:
    code, reason = answer
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, reason)


def _text(reason: bytes | str) -> str:
    return reason.decode(errors="replace") if isinstance(reason, bytes) else reason
