"""io.kestra.plugin.scripts in languages whose interpreters the machine may have or not."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra, Task

PREFIX = "io.kestra.plugin.scripts."
PROGRAMS = {
    "node": "node",
    "ruby": "ruby",
    "r": "Rscript",
    "julia": "julia",
    "powershell": "pwsh",
    "perl": "perl",
    "php": "php",
    "go": "go",
    "deno": "deno",
    "bun": "bun",
    "lua": "lua",
}
OUTPUTS = """console.log('::' + JSON.stringify({outputs: {n: 7}}) + '::')"""


def script(language: str, text: str, **properties: Any) -> Task:
    return {"type": f"{PREFIX}{language}.Script", "script": text, **properties}


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A folder of programs with a shell, and no interpreter."""
    for name in ("bash", "sh", "cat"):
        path = shutil.which(name)
        assert path
        (tmp_path / name).symlink_to(path)
    return tmp_path


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_node(kestra: Kestra) -> None:
    run = kestra.ok(
        script(
            "node", "const {n} = require('./own.js');\n" + OUTPUTS, id="script", inputFiles={"own.js": "exports.n = 7"}
        ),
        {
            "id": "commands",
            "type": PREFIX + "node.Commands",
            "commands": ["node main.js {{ outputs.script.vars.n }}"],
            "inputFiles": {"main.js": "require('fs').writeFileSync('out.txt', process.argv[2] + process.env.OWN)"},
            "env": {"OWN": "x"},
            "outputFiles": ["out.txt"],
        },
    )
    assert run.outputs("script")["vars"] == {"n": 7}
    assert kestra.text(run.outputs("commands")["outputFiles"]["out.txt"]) == "7x"


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_an_error_of_the_script_fails_the_task(kestra: Kestra) -> None:
    run = kestra.run(script("node", "throw new Error('broken')"))
    assert run.state == "FAILED"
    assert any("Error: broken" in line for line in run.logs("ERROR"))


@pytest.mark.parametrize("language", PROGRAMS)
def test_an_interpreter_that_is_on_the_path_runs_the_script(kestra: Kestra, shell: Path, language: str) -> None:
    program = shell / PROGRAMS[language]
    program.write_text('#!/bin/sh\nfor last in "$@"; do :; done\necho "ran $*"\ncat "$last" || true\n')
    program.chmod(0o755)
    run = kestra.ok(script(language, "puts {{ flow.id }}", env={"PATH": str(shell)}))
    said = "\n".join(run.logs("INFO"))
    assert "ran " in said
    if language != "powershell":  # whose last argument is a command
        assert "puts flow" in said


@pytest.mark.parametrize("kind", ["Script", "Commands"])
@pytest.mark.parametrize("language", PROGRAMS)
def test_a_machine_without_the_interpreter_says_so(kestra: Kestra, shell: Path, language: str, kind: str) -> None:
    what = {"script": "1"} if kind == "Script" else {"commands": ["true"]}
    task = {"type": f"{PREFIX}{language}.{kind}", **what, "env": {"PATH": str(shell)}}
    message = kestra.failure(task)
    assert f"there is no `{PROGRAMS[language]}` on the PATH ({shell})" in message


def test_commands_before_may_bring_the_interpreter(kestra: Kestra, shell: Path) -> None:
    before = ["""printf '#!/bin/sh\\ncat "$1"\\n' > ruby""", """export PATH="$PWD:$PATH" """]
    chmod = "/bin/chmod +x ruby"
    run = kestra.ok(script("ruby", "said", env={"PATH": str(shell)}, beforeCommands=[*before, chmod]))
    assert "said" in run.logs("INFO")


def test_a_script_is_needed(kestra: Kestra) -> None:
    assert "script: must not be null" in kestra.problems({"type": PREFIX + "ruby.Script"})
    assert "commands: must not be null" in kestra.problems({"type": PREFIX + "ruby.Commands"})
