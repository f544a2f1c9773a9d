"""The project's task types for Kestra 2.0, compiled from the sources of those for 1.3.

Left out is what replaces or guards parts of the 1.3 engine, which 2.0 has no more or has otherwise. The folder `java`
beside this file replaces single classes.
"""

import shutil
import tempfile
from pathlib import Path

from embedded.services.kestra.compiler import JAVA, compile_task_types

OWN = Path(__file__).parent / "java"
LEFT_OUT = (
    "core",
    "repository",
    "runner",
    "worker",
    "workbook/database",
    "workbook/flows",
    "workbook/limits",
    "workbook/messages",
    "workbook/recovery",
)
"""Folders below `io/kestra` of parts of the 1.3 engine."""


def compiled(jars: list[Path]) -> Path:
    """The jar of the task types.

    Parameters:
        jars: the class path of Kestra 2.0.

    Raises:
        CompileError: the sources do not compile.
        ArtifactError: the compiler could not be fetched.
    """
    with tempfile.TemporaryDirectory(prefix="kestra-2-") as scratch:
        sources = Path(scratch)
        shutil.copytree(JAVA, sources, dirs_exist_ok=True)
        for folder in LEFT_OUT:
            shutil.rmtree(sources / "io" / "kestra" / folder)
        shutil.copytree(OWN, sources, dirs_exist_ok=True)
        return compile_task_types(sources, jars)
