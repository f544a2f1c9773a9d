"""A small server whose answers are odd, each in a way of its own."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

HEAD = b"HTTP/1.0 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TRICKLE_SECONDS = 0.1


@dataclass(frozen=True)
class Answer:
    """What the server sends before it hangs up.

    Attributes:
        data: all of it, the status line included.
        trickle: whether single bytes follow, one after the other, for as long as the client listens.
    """

    data: bytes
    trickle: bool = False


@contextmanager
def answering(choose: Callable[[str], Answer]) -> Iterator[str]:
    """A server that lasts while the block does.

    Parameters:
        choose: the answer to a request, by its path.

    Yields:
        Its address, without a path.
    """
    done = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                if not (piece := connection.recv(65536)):
                    return
                request += piece
            chosen = choose(request.split()[1].decode())
            connection.sendall(chosen.data)
            while chosen.trickle and not done.wait(TRICKLE_SECONDS):
                connection.sendall(b"\0")

    def serve() -> None:
        with suppress(OSError):  # it was closed
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)


TRIPS = gzip.compress(b"a,b\n1,2\n")
ODD_FILES = {
    "cut in a chunk": (Answer(CHUNKED + b"FF\r\n" + TRIPS[:12]), "was cut short or is damaged"),
    "no status line": (Answer(b"nonsense\r\n\r\n"), "cannot be fetched: nonsense"),
    "a server that trickles": (Answer(HEAD + TRIPS[:-8], trickle=True), "it was not complete after 3 s"),
    "a byte-order mark": (Answer(HEAD + gzip.compress(b"\xef\xbb\xbfa,b\n")), "begins with a byte-order mark (BOM)"),
    "a page": (
        Answer(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html>\n<p>Log in</p>\n"),
        "was cut short or is damaged: Not a gzipped file",
    ),
    "a redirect to nowhere": (
        Answer(b"HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:9/trips.csv.gz\r\n\r\n"),
        "cannot be fetched: <urlopen error [Errno 111] Connection refused>",
    ),
}
"""Answers where a packed file of trips is awaited, each with what the flows say of it in one line."""


def odd_month(path: str) -> Answer:
    """The answer for a month's file, such as `green_tripdata_2020-02.csv.gz`: six months on end have one each."""
    return _of_month(path)[0]


def told_of_month(name: str) -> str:
    """What a flow says of it."""
    return _of_month(name)[1]


def _of_month(name: str) -> tuple[Answer, str]:
    month = int(name.partition(".csv")[0].rpartition("-")[2])
    return list(ODD_FILES.values())[month % len(ODD_FILES)]
