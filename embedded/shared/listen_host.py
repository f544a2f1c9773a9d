"""The address that a service listens on, and the names under which it is reached."""

import argparse
from dataclasses import dataclass

from embedded.shared.browser_guard import KnownHosts
from embedded.shared.loopback import HOST


@dataclass(frozen=True)
class Listening:
    """What the command line says of a service's address.

    Attributes:
        address: to listen on.
        names: by which clients reach it, besides localhost.
    """

    address: str
    names: tuple[str, ...] = ()

    def hosts(self, *names: str) -> KnownHosts:
        """The hosts under which the service is reached.

        Parameters:
            names: that it has besides those of the command line.
        """
        return KnownHosts.of(self.address, [*self.names, *names])


def parse_listening(description: str) -> Listening:
    """Loopback, unless the command line says otherwise (`--host 0.0.0.0 --name aws`), as it must in a container.

    There the container's network is not this machine's: the compose file publishes the port on loopback.

    Parameters:
        description: of the process, for `--help`.
    """
    parser = argparse.ArgumentParser(description=description)
    offer_listening(parser)
    return listening_of(parser.parse_args())


def offer_listening(parser: argparse.ArgumentParser) -> None:
    """Let a command line choose the address and the names."""
    parser.add_argument("--host", default=HOST, help=f"address to listen on; {HOST} by default")
    named = "host name by which clients reach it, besides localhost; may be repeated"
    parser.add_argument("--name", action="append", default=[], help=named)


def listening_of(options: argparse.Namespace) -> Listening:
    """What was chosen of what `offer_listening` offers."""
    return Listening(options.host, tuple(options.name))
