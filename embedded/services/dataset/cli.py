"""`python -m embedded.services.dataset`: serve the files, or write one."""

import argparse
import sys
from pathlib import Path

from catalog.services.dataset import DATASET
from embedded.services.dataset.catalogue import Edition, TaxiFile, UnknownFileError
from embedded.services.dataset.files import Gzip, csv
from embedded.services.dataset.server import DatasetServer
from embedded.shared.browser_guard import BrowserGuard
from embedded.shared.http_server import serve
from embedded.shared.listen_host import Listening, listening_of, offer_listening
from embedded.shared.parent_watch import exit_with_parent
from embedded.shared.settings import Settings
from embedded.shared.state_folder import StateFolder, StateFolderError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedded.services.dataset", description=__doc__)
    offer_listening(parser)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="serve at DATASET_PORT (what happens without a command)")
    write = commands.add_parser("write", help="write one file")
    write.add_argument("--taxi", required=True, help="yellow or green")
    write.add_argument("--month", required=True, help="2019-01 to 2021-07")
    write.add_argument("--rows", type=int, help="rows of the file; default: by DATASET_ROWS and the month")
    write.add_argument("--seed", type=int, help="default: DATASET_SEED")
    write.add_argument("--to", type=Path, default=Path(), help="folder; default: this one")
    return parser


def _serve(settings: Settings, where: Listening) -> None:
    exit_with_parent()
    StateFolder(settings.home).claim()
    app = BrowserGuard(DatasetServer(settings).app(), where.hosts())
    serve(app, settings[DATASET].port, where.address, tell_requests=True)


def _write(settings: Settings, options: argparse.Namespace) -> Path:
    file = TaxiFile.parse(f"{options.taxi}_tripdata_{options.month}.csv.gz")
    rows = file.rows(settings[DATASET].rows) if options.rows is None else options.rows
    seed = settings[DATASET].seed if options.seed is None else options.seed
    options.to.mkdir(parents=True, exist_ok=True)
    path = options.to / file.name
    with path.open("wb") as target:
        target.writelines(Gzip().pack(csv(Edition(file, rows, seed))))
    return path


def main() -> int:
    """Run the command line; the exit code is 0, or 2 for an argument or a setting that makes no sense."""
    options = _parser().parse_args()
    try:
        settings = Settings.load()
        if options.command == "write":
            print(_write(settings, options))
        else:
            _serve(settings, listening_of(options))
    except (UnknownFileError, StateFolderError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0
