import signal
import sys


def run() -> int:
    """Run one command of the embedded stack."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while the imports last, Ctrl-C ends us without a traceback
    from embedded.cli.commands import main
    from embedded.registry import EMBEDDED

    return main(sys.argv[1:], EMBEDDED)


sys.exit(run())
