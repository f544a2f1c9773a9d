"""Executions started by a request to a webhook, whose key is its secret.

See https://kestra.io/docs/workflow-components/triggers/webhook-trigger.
"""

import asyncio
import hmac
from http import HTTPStatus
from typing import Any

import jpype
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import ApiError, NotFound
from embedded.services.kestra.api.flows import find
from embedded.services.kestra.api.request import Request, endpoint

TRIGGER = "io.kestra.plugin.core.trigger.AbstractWebhookTrigger"
HTTP = "io.kestra.core.http"
METHODS = ["GET", "POST", "PUT"]


async def trigger(request: Request) -> Response:
    """Evaluate a flow's webhook trigger, which starts an execution if its conditions hold."""
    answer = await _result(await run_in_threadpool(_evaluate, request))
    return await run_in_threadpool(_response, request, answer)


def _evaluate(request: Request) -> Any:
    flow = find(request, request.params["namespace"], request.params["id"], source=False)
    if flow is None:
        raise NotFound("Flow not found")
    if flow.isDisabled():
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Cannot execute a disabled flow")
    if isinstance(flow, request.java("io.kestra.core.models.flows.FlowWithException")):
        raise ApiError(HTTPStatus.CONFLICT, f"Illegal state: Cannot execute an invalid flow: {flow.getException()}")
    webhook = _webhook(request, flow)
    context = request.java("io.kestra.plugin.core.trigger.WebhookContext")
    service = request.bean("io.kestra.core.services.WebhookService")
    return webhook.evaluate(context(_request(request), request.params.get("path"), flow, webhook, service))


def _webhook(request: Request, flow: Any) -> Any:
    """The webhook trigger of the flow that has the key of the path."""
    kind = request.java(TRIGGER)
    contexts = request.bean("io.kestra.core.runners.RunContextFactory")
    for trigger in flow.getTriggers() or ():
        if isinstance(trigger, kind):
            try:
                key = str(contexts.of(flow, trigger).render(trigger.getKey())).strip()
            except jpype.JException:
                continue  # a key that cannot be rendered opens nothing
            if hmac.compare_digest(key.encode(), request.params["key"].encode()):
                return trigger
    raise NotFound("Webhook not found")


def _request(request: Request) -> Any:
    headers = request.java("java.util.LinkedHashMap")()
    for name in request.http.headers:
        headers.put(name, convert.java_list(request.http.headers.getlist(name)))
    body = None
    if request.body:
        body = request.java(f"{HTTP}.HttpRequest$StringRequestBody").builder().content(request.text()).build()
    uri = request.java("java.net.URI").create(str(request.http.url))
    return request.java(f"{HTTP}.HttpRequest").of(uri, request.http.method, body, headers)


async def _result(mono: Any) -> Any:
    """Await the value of a Java `Mono` without a thread: a webhook may wait for its execution's end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(action: Any, value: Any) -> None:
        if not future.done():
            action(value)

    def consumer(action: Any) -> Any:
        accept = {"accept": lambda value: loop.call_soon_threadsafe(settle, action, value)}
        return jpype.JProxy("java.util.function.Consumer", dict=accept)

    nothing = {"run": lambda: loop.call_soon_threadsafe(settle, future.set_result, None)}
    done = jpype.JProxy("java.lang.Runnable", dict=nothing)
    subscription = mono.subscribe(consumer(future.set_result), consumer(future.set_exception), done)
    try:
        return await future
    finally:
        subscription.dispose()


def _response(request: Request, answer: Any) -> Response:
    if answer is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    status = int(answer.getStatus().getCode())
    body = answer.getBody()
    if status >= HTTPStatus.BAD_REQUEST and body is None:
        raise ApiError(status)
    headers = dict(answer.getHeaders().map()) if answer.getHeaders() is not None else {}
    kinds = [str(values[0]) for name, values in headers.items() if str(name).lower() == "content-type"]
    if isinstance(body, str | jpype.JString):
        return Response(str(body), status, media_type=kinds[0] if kinds else "text/plain")
    text = request.engine.to_json(body) if body is not None else ""
    return Response(text, status, media_type=kinds[0] if kinds else "application/json")


PATH = "/executions/webhook/{namespace}/{id}/{key}"
routes = [
    Route(PATH, endpoint(trigger, raw_body=True), methods=METHODS),
    Route(f"{PATH}/{{path:path}}", endpoint(trigger, raw_body=True), methods=METHODS),
]
