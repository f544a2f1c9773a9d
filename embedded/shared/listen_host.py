"""The address that a service listens on."""

import argparse

from embedded.shared.loopback import HOST


def chosen_host(description: str) -> str:
    """Loopback, unless the command line says otherwise (`--host 0.0.0.0`), as it must in a container.

    There the container's network is not this machine's: the compose file publishes the port on loopback.

    Parameters:
        description: of the process, for `--help`.
    """
    parser = argparse.ArgumentParser(description=description)
    offer_host(parser)
    return parser.parse_args().host


def offer_host(parser: argparse.ArgumentParser) -> None:
    """Let a command line choose the address."""
    parser.add_argument("--host", default=HOST, help=f"address to listen on; {HOST} by default")
