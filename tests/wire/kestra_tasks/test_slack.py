"""io.kestra.plugin.slack: SlackIncomingWebhook and SlackExecution, by their new names and their old ones."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import NAMESPACE, Kestra, Task

TYPE = "io.kestra.plugin.slack."
OLD = "io.kestra.plugin.notifications.slack."


@dataclass
class Webhook:
    """A server that takes messages, and what it got."""

    url: str = ""
    status: int = 200
    answer: str = "ok"
    headers: list[dict[str, str]] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.headers.append(dict(self.headers))
            hook.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.status)
            self.send_header("Content-Length", str(len(hook.answer)))
            self.end_headers()
            self.wfile.write(hook.answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hook.url = f"http://127.0.0.1:{server.server_port}/services/T0/B0/token"
        yield hook
        server.shutdown()


def post(webhook: Webhook, type_: str = TYPE, **properties: Any) -> Task:
    return {"type": type_ + "SlackIncomingWebhook", "url": webhook.url, **properties}


@pytest.mark.parametrize("type_", [TYPE, OLD])
def test_a_payload_is_posted_as_it_is(kestra: Kestra, webhook: Webhook, type_: str) -> None:
    run = kestra.ok(post(webhook, type_, payload='{"text": "From {{ flow.id }}", "blocks": [{"n": 1}]}'))
    assert webhook.messages == [{"text": "From flow", "blocks": [{"n": 1}]}]
    assert webhook.headers[0]["Content-Type"].startswith("application/json")
    assert "Request succeeded" in run.logs("INFO")
    assert not run.outputs()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("**bold** __it__ [site](https://a.b/c)", {"text": "*bold* _it_ <https://a.b/c|site>"}),
        ('{"text": "as JSON"}', {"text": "as JSON"}),
    ],
)
def test_a_text_becomes_a_message(kestra: Kestra, webhook: Webhook, text: str, message: Any) -> None:
    kestra.ok(post(webhook, messageText=text))
    assert webhook.messages == [message]


def test_headers_of_the_request(kestra: Kestra, webhook: Webhook) -> None:
    kestra.ok(post(webhook, messageText="x", options={"headers": {"X-Own": "{{ flow.id }}"}, "connectTimeout": "PT5S"}))
    assert webhook.headers[0]["X-Own"] == "flow"


def test_an_answer_that_is_too_long_is_refused(kestra: Kestra, webhook: Webhook) -> None:
    webhook.answer = "x" * 100
    message = kestra.failure(post(webhook, messageText="x", options={"maxContentLength": 10}))
    assert "`maxContentLength` allows 10" in message


def test_a_refusal_fails_the_task(kestra: Kestra, webhook: Webhook) -> None:
    webhook.status, webhook.answer = 403, "invalid_token"
    assert "403" in kestra.failure(post(webhook, messageText="x"))


def test_without_a_message_there_is_nothing_to_post(kestra: Kestra, webhook: Webhook) -> None:
    assert "Either 'messageText' or 'payload' must be provided" in kestra.failure(post(webhook))
    assert webhook.messages == []


def test_an_address_is_needed(kestra: Kestra) -> None:
    for kind in ("SlackIncomingWebhook", "SlackExecution"):
        assert "url: must not be empty" in kestra.problems({"type": TYPE + kind})


def test_an_execution_is_told_of(kestra: Kestra, webhook: Webhook) -> None:
    run = kestra.ok(
        {
            "type": TYPE + "SlackExecution",
            "url": webhook.url,
            "channel": "#errors",
            "username": "Kestra",
            "iconUrl": "https://a.b/icon",
            "iconEmoji": ":x:",
            "customFields": {"Team": "sales"},
            "customMessage": 'Look at "this"',
        }
    )
    [message] = webhook.messages
    title = f"[{NAMESPACE}] flow ➛ RUNNING"
    assert title in message["text"]
    assert "> Succeeded after" in message["text"]
    assert message["blocks"][0]["text"] == {"type": "mrkdwn", "text": 'Look at "this"'}
    assert message["blocks"][1]["text"]["text"] == message["text"]
    [attachment] = message["attachments"]
    assert {field["title"]: field["value"] for field in attachment["fields"]} == {
        "Namespace": NAMESPACE,
        "Flow ID": "flow",
        "Execution ID": run.id,
        "Execution Status": "RUNNING",
        "Team": "sales",
        "Final task ID": "task",
    }
    assert attachment["color"] == "danger"
    assert isinstance(attachment["ts"], int)
    given = ("channel", "username", "icon_url", "icon_emoji")
    assert [message[name] for name in given] == ["#errors", "Kestra", "https://a.b/icon", ":x:"]


def test_another_execution_that_failed(kestra: Kestra, webhook: Webhook) -> None:
    failed = kestra.run({"id": "bad", "type": "io.kestra.plugin.core.execution.Fail"})
    kestra.ok({"type": OLD + "SlackExecution", "url": webhook.url, "executionId": failed.id})
    [message] = webhook.messages
    assert "flow ➛ FAILED" in message["text"]
    assert "> Failed on task `bad` after" in message["text"]
    assert message["attachments"][0]["color"] == "danger"


def test_what_the_message_does_not_take_is_refused(kestra: Kestra, webhook: Webhook) -> None:
    task = {"type": TYPE + "SlackExecution", "url": webhook.url}
    for name in ("payload", "messageText", "templateUri"):
        assert name in kestra.problems({**task, name: "x"})
