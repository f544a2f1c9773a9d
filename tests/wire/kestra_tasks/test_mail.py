"""io.kestra.plugin.email: MailSend and MailExecution, by their new names and their old ones."""

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port
from tests.wire.kestra_tasks.client import NAMESPACE, Kestra, Task
from tests.wire.kestra_tasks.mail_server import PASSWORD, REFUSED, Mailbox, mail_server

TYPE = "io.kestra.plugin.email."
OLD = "io.kestra.plugin.notifications.mail."


def mail(mailbox: Mailbox, type_: str = TYPE, **properties: Any) -> Task:
    plain = {"host": "localhost", "port": mailbox.port, "transportStrategy": "SMTP"}
    addresses = {"from": "Kestra <me@example.com>", "to": "you@example.com"}
    return {"type": type_ + "MailSend", **plain, **addresses, "subject": "Hi", **properties}


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).strip()


@pytest.mark.parametrize("type_", [TYPE, OLD])
def test_a_message_in_text_and_html(kestra: Kestra, tmp_path: Path, type_: str) -> None:
    with mail_server(tmp_path) as box:
        run = kestra.ok(
            mail(
                box,
                type_,
                to="a@example.com; Ben <b@example.com>",
                cc="c@example.com",
                subject="Flow {{ flow.id }} ✓",
                plainTextContent="Plain é",
                htmlTextContent="<b>{{ flow.id }}</b>",
            )
        )
    [message] = box.messages
    assert box.envelopes == [["a@example.com", "b@example.com", "c@example.com"]]
    assert message["From"] == "Kestra <me@example.com>"
    assert message["To"] == "a@example.com, Ben <b@example.com>"
    assert message["Cc"] == "c@example.com"
    assert message["Subject"] == "Flow flow ✓"
    assert message["Date"]
    assert message["Message-ID"]
    assert body(message, "plain") == "Plain é"
    assert body(message, "html") == "<b>flow</b>"
    assert box.encrypted == [False]
    assert not run.outputs()


def test_attachments_and_images(kestra: Kestra, tmp_path: Path) -> None:
    def write(id_: str, content: str) -> Task:
        return {"id": id_, "type": "io.kestra.plugin.core.storage.Write", "content": content}

    attachments = [{"name": "a.csv", "uri": "{{ outputs.a.uri }}", "contentType": "text/csv"}]
    image = {"name": "logo.png", "uri": "{{ outputs.b.uri }}", "contentType": "image/png"}
    with mail_server(tmp_path) as box:
        kestra.ok(
            write("a", "n\n1\n"),
            write("b", "png"),
            mail(box, attachments=attachments, embeddedImages=[image], htmlTextContent="<img src='cid:logo.png'>"),
            {**mail(box, attachments='[{"name": "x", "uri": "{{ outputs.a.uri }}"}]'), "id": "second"},
        )
    first, second = box.messages
    [csv] = first.iter_attachments()
    assert (csv.get_filename(), csv.get_content_type(), csv.get_payload(decode=True)) == (
        "a.csv",
        "text/csv",
        b"n\n1\n",
    )
    [png] = [part for part in first.walk() if part.get_content_type() == "image/png"]
    assert png["Content-ID"] == "<logo.png>"
    assert png.get_payload(decode=True) == b"png"
    [other] = second.iter_attachments()
    assert other.get_content_type() == "application/octet-stream"
    assert body(second, "plain") == "Please view this email in a modern email client"


@pytest.mark.parametrize(("strategy", "tls"), [("SMTPS", "start"), ("SMTP_TLS", "starttls")])
def test_tls_and_a_password_that_no_log_tells(kestra: Kestra, tmp_path: Path, strategy: str, tls: str) -> None:
    login = {"username": "me", "password": PASSWORD, "trustedHosts": ["localhost"]}
    with mail_server(tmp_path, tls) as box:
        run = kestra.ok(mail(box, transportStrategy=strategy, **login))
    assert box.logins == [("me", PASSWORD)]
    assert box.encrypted == [True]
    assert PASSWORD not in json.dumps(run.logs())


def test_a_token(kestra: Kestra, tmp_path: Path) -> None:
    login = {"username": "me", "password": "unused", "accessToken": "token-1", "trustedHosts": ["localhost"]}
    with mail_server(tmp_path, "starttls") as box:
        kestra.ok(mail(box, transportStrategy="SMTP_OAUTH2", **login))
    assert box.logins == [("me", "token-1")]
    assert len(box.messages) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(kestra: Kestra, tmp_path: Path) -> None:
    with mail_server(tmp_path, "start") as box:
        message = kestra.failure(mail(box, transportStrategy="SMTPS"))
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert box.messages == []


def test_a_trusted_host_must_still_be_the_one_that_its_certificate_names(kestra: Kestra, tmp_path: Path) -> None:
    trusting = {"transportStrategy": "SMTPS", "trustedHosts": ["localhost"]}
    with mail_server(tmp_path, "start", name="mail.example.com") as box:
        assert "is for mail.example.com" in kestra.failure(mail(box, **trusting))
        kestra.ok(mail(box, **trusting, verifyServerIdentity=False))
    assert len(box.messages) == 1


def test_failures(kestra: Kestra, tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        assert "550 no such user" in kestra.failure(mail(box, to=f"you@example.com;{REFUSED}"))
        message = kestra.failure(mail(box, username="me", password="wrong-secret"))
        assert "535" in message
        assert "wrong-secret" not in message
        assert "`to` holds 'nobody', which is no email address" in kestra.failure(mail(box, to="nobody"))
        assert "`to` is not set" in kestra.failure(mail(box, to=""))
        assert "needs a `name` and a `uri`" in kestra.failure(mail(box, attachments=[{"name": "x"}]))
    assert box.messages == []
    refused = kestra.failure(mail(box, port=free_port()))
    assert "Connection refused" in refused


def test_a_server_that_does_not_answer_is_given_up(kestra: Kestra, tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        # It waits for the start of TLS, which never comes to an end.
        message = kestra.failure(mail(box, transportStrategy="SMTPS", sessionTimeout=500))
    assert f"localhost:{box.port}" in message


@pytest.mark.parametrize("type_", [TYPE, OLD])
def test_an_execution_is_told_of(kestra: Kestra, tmp_path: Path, type_: str) -> None:
    failed = kestra.run({"id": "bad", "type": "io.kestra.plugin.core.execution.Fail"})
    with mail_server(tmp_path) as box:
        told = {"executionId": failed.id, "customFields": {"Team": "a & b"}, "customMessage": "Look: {{ flow.id }}"}
        kestra.ok({**mail(box, type_, **told), "type": type_ + "MailExecution"})
    [message] = box.messages
    page = body(message, "html")
    assert f"[{NAMESPACE}] flow ➛ FAILED" in page
    assert "Failed on task bad after" in page
    assert failed.id in page
    assert "a &amp; b" in page
    assert "Look: flow" in page
    assert body(message, "plain") == "Please view this email in a modern email client"


def test_what_the_message_does_not_take_is_refused(kestra: Kestra) -> None:
    for name in ("htmlTextContent", "plainTextContent", "templateUri"):
        assert name in kestra.problems({"type": TYPE + "MailExecution", name: "x"})
