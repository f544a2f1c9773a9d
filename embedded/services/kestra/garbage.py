"""Python's garbage in the engine's process."""

import gc


def keep_what_lasts() -> None:
    """Take all objects that are there out of what Python looks at for garbage. Call it when modules have been loaded.

    JPype has Python collect its garbage whenever Java does, several times a second under load. With the clients of
    Google Cloud loaded, each time would take a tenth of a second, in which no other thread runs Python.
    """
    gc.collect()
    gc.freeze()
