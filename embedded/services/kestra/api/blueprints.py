"""Community blueprints: none, as they are on a server of Kestra's maker that is not asked."""

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.errors import NotFound
from embedded.services.kestra.api.request import Request, endpoint, json_value


def search(request: Request) -> Response:
    """An empty page."""
    request.page()  # refuses what the official server refuses
    return json_value({"results": [], "total": 0})


def tags(request: Request) -> Response:
    """No tags."""
    return json_value([])


def get(request: Request) -> Response:
    """Never found."""
    raise NotFound(f"Blueprint {request.params['id']}")


routes = [
    Route("/blueprints/community/{kind}", endpoint(search)),
    Route("/blueprints/community/{kind}/tags", endpoint(tags)),
    Route("/blueprints/community/{kind}/{id}", endpoint(get)),
    Route("/blueprints/community/{kind}/{id}/source", endpoint(get)),
    Route("/blueprints/community/{kind}/{id}/graph", endpoint(get)),
]
