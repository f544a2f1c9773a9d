"""Health, ping, version and configuration of the server."""

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from embedded.services.kestra import incidents
from embedded.services.kestra.api.request import Request, endpoint, json_value

PEBBLE = "io.kestra.core.runners.pebble.PebbleExpressionService"
PREVIEW_ROWS = 100
MAX_PREVIEW_ROWS = 5000


def health(request: Request) -> Response:
    """UP while every service of the engine runs; 503 and DOWN otherwise. `details`: what happened to the engine."""
    up = request.engine.running
    happened = incidents.read(request.engine.config.home)
    found = {"setAside": happened.count, "lastSetAside": happened.last, "lastEnd": happened.ended}
    details = {"details": {name: value for name, value in found.items() if value}} if happened else {}
    return json_value({"status": "UP" if up else "DOWN"} | details, 200 if up else 503)


def ping(request: Request) -> Response:
    """`pong`: the HTTP server answers."""
    return PlainTextResponse("pong")


def configs(request: Request) -> Response:
    """Version and switches of this server."""
    return json_value(
        {
            "uuid": str(request.bean("io.kestra.core.services.InstanceService").fetch()),
            "version": request.settings.version,
            "edition": "OSS",
            "isAnonymousUsageEnabled": False,
            "isUiAnonymousUsageEnabled": False,
            "isTemplateEnabled": False,
            "isCustomDashboardsEnabled": False,
            "preview": {"initial": PREVIEW_ROWS, "max": MAX_PREVIEW_ROWS},
            "systemNamespace": "system",
            "hiddenLabelsPrefixes": ["system.", "internal."],
            "url": request.engine.config.url,
            "isBasicAuthInitialized": True,
            "isAiEnabled": False,
            "isAiApiKeyConfigured": False,
            "isConcurrencyViewEnabled": True,
        }
    )


def pebble_filters(request: Request) -> Response:
    """The names of the filters of expressions."""
    return request.entity(request.bean(PEBBLE).filters())


def pebble_functions(request: Request) -> Response:
    """The names of the functions of expressions."""
    return request.entity(request.bean(PEBBLE).functions())


root_routes = [Route("/health", endpoint(health)), Route("/ping", endpoint(ping))]
routes = [
    Route("/configs", endpoint(configs)),
    Route("/pebble/filters", endpoint(pebble_filters)),
    Route("/pebble/functions", endpoint(pebble_functions)),
]
