"""The embedded engine of this project, through Kestra's API."""

from collections.abc import Callable
from contextlib import ExitStack

from bench.engine import ROOT, Measured, engine_of, sequence
from bench.peers.product import AT_ONCE, HELLO, SEQUENCE, Problem, Product


class Kestra(Product):
    """The engine of this checkout, alone and with its API, as `bench.engine` starts it."""

    title = "this engine"

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.engine: Measured

    def start(self) -> None:
        self.engine = self.stack.enter_context(engine_of(ROOT))
        self.engine.await_start()
        self.engine.create(HELLO, sequence(1))
        self.engine.create(SEQUENCE, sequence(100))

    def run_hello(self) -> None:
        self._run(lambda: self.engine.run(HELLO))

    def run_sequence(self) -> None:
        self._run(lambda: self.engine.run(SEQUENCE))

    def run_at_once(self) -> int:
        self._run(lambda: self.engine.run_at_once(HELLO, AT_ONCE))
        return 0

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except AssertionError as error:
            raise Problem(f"not all have succeeded: {error}") from error

    def stop(self) -> None:
        self.stack.close()
