"""The files over HTTP, under the path shape of the public releases."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from catalog.services.dataset import DATASET
from embedded.services.dataset import files, insightflow, products
from embedded.services.dataset.catalogue import ALL_FILES, TAXIS, Edition, TaxiFile, UnknownFileError
from embedded.services.dataset.manifest import Manifests
from embedded.services.dataset.trips import VERSION
from embedded.shared.numbers import whole_number
from embedded.shared.samples import image_search, metrics
from embedded.shared.settings import Settings

MAX_ROWS = 20_000_000
PAGE = 30

FAULTS: dict[str, Callable[[Edition], Iterator[bytes]]] = {
    "truncated": files.truncated,
    "missing-column": files.missing_column,
}
GZIP = "application/gzip"
PARQUET = "application/vnd.apache.parquet"
FIRST_UNTIL, LAST_UNTIL = date(2019, 1, 1), date(2099, 12, 31)


def _whole(request: Request, name: str, default: int, low: int = 0, high: int = MAX_ROWS) -> int:
    """A whole number from the query.

    Raises:
        HTTPException: 400 if it is none, or out of bounds.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    number = whole_number(text, low, high)
    if number is None:
        raise HTTPException(400, f"{name}={text[:80]!r}: expected a whole number from {low} to {high}.")
    return number


class DatasetServer:
    """The endpoints.

    Parameters:
        settings: of the stack; the seed, the rows of a month and the state folder are used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings[DATASET]
        self._manifests = Manifests.in_home(settings.home)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/products", self._products),
                Route("/metrics.csv", self._metrics),
                Route("/metrics.json", self._metrics_manifest),
                Route("/lens/{number:int}.json", self._lens),
                Route("/manifest.json", self._all_manifests),
                Route("/manifest/{name}.json", self._manifest),
                Route("/insightflow/manifest.json", self._insightflow_manifest),
                Route("/insightflow/{path:path}", self._insightflow),
                Route("/faults/{fault}/insightflow/{path:path}", self._insightflow),
                Route("/faults/{fault}/{taxi}/{name}", self._broken),
                Route("/{taxi}/{name}", self._file),
            ],
            exception_handlers={HTTPException: _error},
        )

    def _edition(self, request: Request, file: TaxiFile) -> Edition:
        rows = _whole(request, "rows", file.rows(self._settings.rows), low=1)
        return Edition(file, rows, _whole(request, "seed", self._settings.seed, high=2**63))

    def _asked(self, request: Request) -> Edition:
        taxi, name = request.path_params["taxi"], request.path_params["name"]
        file = _parsed(name)
        if file.taxi != taxi:
            raise HTTPException(404, str(UnknownFileError(f"{taxi}/{name}")))
        return self._edition(request, file)

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "UP"})

    async def _products(self, request: Request) -> Response:
        limit, skip = _whole(request, "limit", PAGE), _whole(request, "skip", 0)
        return JSONResponse(products.page(self._settings.seed, limit, skip))

    async def _metrics(self, request: Request) -> Response:
        rows, seed = self._readings(request)
        return StreamingResponse(metrics.csv(rows, seed), media_type="text/csv")

    async def _metrics_manifest(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(metrics.manifest, *self._readings(request)))

    def _readings(self, request: Request) -> tuple[int, int]:
        rows = _whole(request, "rows", metrics.DEFAULT_ROWS, low=1)
        return rows, _whole(request, "seed", self._settings.seed, high=2**63)

    async def _lens(self, request: Request) -> Response:
        seed = _whole(request, "seed", self._settings.seed, high=2**63)
        document = image_search.document(request.path_params["number"], seed)
        return Response(document, media_type="application/json")

    def _publication(self, request: Request) -> tuple[int, date]:
        """The seed, and the last day whose publications count: today, unless the query says otherwise."""
        text = request.query_params.get("until", date.today().isoformat())
        try:
            until = date.fromisoformat(text)
        except ValueError as error:
            raise HTTPException(400, f"until={text!r}: expected a day such as 2025-06-30.") from error
        if not FIRST_UNTIL <= until <= LAST_UNTIL:
            raise HTTPException(400, f"until={text!r}: expected a day from {FIRST_UNTIL} to {LAST_UNTIL}.")
        return _whole(request, "seed", self._settings.seed, high=2**63), until

    async def _insightflow(self, request: Request) -> Response:
        name = insightflow.BY_PATH.get(request.path_params["path"])
        if name is None:
            raise HTTPException(404, f"No such file. There are {', '.join(insightflow.BY_PATH)}.")
        fault = request.path_params.get("fault")
        if fault is not None and fault not in insightflow.FAULTS:
            raise HTTPException(404, f"No such fault. There are {', '.join(insightflow.FAULTS)}.")
        seed, until = self._publication(request)
        if fault and name == "iowrt_3d":
            content = await run_in_threadpool(insightflow.FAULTS[fault], seed, until)
        else:
            content = await run_in_threadpool(insightflow.parquet, name, seed, until)
        return Response(content, media_type=PARQUET)

    async def _insightflow_manifest(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(insightflow.manifest, *self._publication(request)))

    async def _manifest(self, request: Request) -> Response:
        edition = self._edition(request, _parsed(request.path_params["name"]))
        return JSONResponse(await run_in_threadpool(self._manifests.of, edition))

    async def _all_manifests(self, request: Request) -> Response:
        taxi, year = request.query_params.get("taxi"), _whole(request, "year", 0)
        wanted = [file for file in ALL_FILES if taxi in (None, file.taxi) and year in (0, file.year)]
        if not wanted:
            raise HTTPException(404, f"No file of taxi {taxi}, year {year or 'any'}. There are {', '.join(TAXIS)}.")
        editions = [self._edition(request, file) for file in wanted]
        return JSONResponse(await run_in_threadpool(self._listing, editions))

    def _listing(self, editions: list[Edition]) -> dict[str, Any]:
        return {
            "generated": True,
            "version": VERSION,
            "seed": editions[0].seed,
            "rows_a_month": self._settings.rows,
            "files": {edition.file.name: self._manifests.of(edition) for edition in editions},
        }

    async def _file(self, request: Request) -> Response:
        edition = self._asked(request)
        known = await run_in_threadpool(self._manifests.known, edition)
        headers = {"content-length": str(known["bytes"])} if known else {}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=GZIP) if known else StreamingResponse(iter(()), media_type=GZIP)
        return StreamingResponse(self._manifests.packed(edition), headers=headers, media_type=GZIP)

    async def _broken(self, request: Request) -> Response:
        fault = FAULTS.get(request.path_params["fault"])
        if fault is None:
            raise HTTPException(404, f"No such fault. There are {', '.join(FAULTS)}.")
        return StreamingResponse(fault(self._asked(request)), media_type=GZIP)


def _parsed(name: str) -> TaxiFile:
    try:
        return TaxiFile.parse(name)
    except UnknownFileError as error:
        raise HTTPException(404, str(error)) from error


async def _error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    message = error.detail
    if error.status_code == 404 and message == "Not Found":
        message = str(UnknownFileError(request.url.path.lstrip("/")))
    return JSONResponse({"status": error.status_code, "message": message, "path": request.url.path}, error.status_code)
