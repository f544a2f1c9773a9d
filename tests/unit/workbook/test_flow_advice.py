"""What is said beside the engine's words on a flow that it refuses."""

import pytest

from tests.unit.workbook.conftest import FakeKestra
from workbook.kestra.client import KestraClient
from workbook.kestra.errors import FlowInvalid
from workbook.kestra.flow_advice import advise, advise_on_syntax
from workbook.kestra.models import Problem

HEAD = "id: a\nnamespace: b\ntasks:\n"
TASK = "  - id: t\n    type: io.kestra.plugin.core.log.Log\n    message: m\n"
TYPES = ("io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.debug.Return", "io.kestra.plugin.core.kv.Set")
YAML = "Illegal flowwithsource source: YAML parsing error: "
CONCURRENCY = '(FlowWithSource["concurrency"]->Concurrency["{}"]) (at line -1)'
ENUM = (
    'Cannot deserialize value of type `Concurrency.Behavior` from String "{}": not one of the values accepted for Enum '
    "class: [QUEUE, CANCEL, FAIL] "
)
KNOWN = 'Unrecognized field "{}" (class {}), not marked as ignorable ({} known properties: {})'
OBJECT_FOR_LIST = (
    YAML + "Cannot deserialize value of type `ArrayList<Task>` from Object value (token `JsonToken.START_OBJECT`) "
    '(FlowWithSource["tasks"]) (at line -1)'
)
STRING_FOR_BLOCK = (
    YAML + "Cannot construct instance of `Concurrency` (although at least one Creator exists): no String-argument "
    "constructor/factory method to deserialize from String value ('x') (FlowWithSource[\"concurrency\"]) (at line -1)"
)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a:\n\tb: 1\n", "The line `b: 1` is indented with a tab."),
        ("a:\n  b: 1\n   c: 2\n", "The line `c: 2` begins 1 space right of the line above it, `b: 1`."),
        (HEAD + "  - id: t\n   type: x\n", "The line `type: x` begins 1 space left of the line above it, `- id: t`."),
        ("```yaml\na: 1\n```\n", "Leave out the lines of ``` marks"),
        (HEAD + "  - id:t\n    type: x\n", "`- id:t` needs a space after the colon: `- id: t`."),
        (HEAD + "  -id: t\n    type: x\n", "`-id: t` needs a space after the dash: `- id: t`."),
        ("a: {{ inputs.b }}\n", "Put quotes around the expression in `a: {{ inputs.b }}`"),
        ("a: {{ inputs.b }}/raw\n", "Put quotes around the expression"),
        ("a: 1\na: 2\n", "`a:` is there twice."),
        ("x:\n  - {a: 1, a: 2}\n", "`a:` is there twice."),
        ('a: "b\n', 'The line `a: "b` is where the YAML breaks'),
        ('a: ".*\\.csv"\n', 'In `a: ".*\\.csv"` a backslash stands in double quotes'),
        (
            "labels: purpose: staging\n",
            "`labels: purpose: staging` has two names: `purpose: staging` belongs on the next",
        ),
        ("a: '{{ b }}'\nday: 2020-13-45\n", ""),
        (HEAD + TASK, ""),
        ("", ""),
    ],
)
def test_advice_on_syntax_names_the_line(text: str, advice: str) -> None:
    said = advise_on_syntax(text)
    assert said.startswith(advice)
    assert bool(said) == bool(advice)


@pytest.mark.parametrize(
    ("message", "source", "advice"),
    [
        ("Invalid type: io.kestra.plugin.core.log.log", "", "Did you mean `io.kestra.plugin.core.log.Log`?"),
        ("Invalid type: Return", "", "Did you mean `io.kestra.plugin.core.debug.Return`?"),
        ("Invalid type: io.kestra.plugin.core.kv.Sett", "", "Did you mean `io.kestra.plugin.core.kv.Set`?"),
        ("Invalid type: <null>", "", "A task has no `type:`"),
        (KNOWN.format("mesage", "io.x.Log", 2, '"message", "version"'), "", "`mesage` is no property of Log. Did you"),
        (KNOWN.format("of", "io.x.Log", 3, '"message", "version", "id"'), "", "Log, which has id, message."),
        (KNOWN.format("limit", "FlowWithSource", 2, '"tasks", "id"'), "", "Does it belong one level further in?"),
        (YAML + ENUM.format("queue") + CONCURRENCY.format("behavior"), "", "'queue' is none of them. Capitals count."),
        (YAML + ENUM.format("CANCELED") + CONCURRENCY.format("behavior"), "", "Did you mean CANCEL?"),
        (
            'Cannot deserialize value of type `Integer` from String "one": not a valid `Integer` value '
            + CONCURRENCY.format("limit"),
            "",
            "`limit` takes a whole number, and 'one' is none.",
        ),
        (OBJECT_FOR_LIST, HEAD + "  tasks:\n" + TASK, "`tasks:` stands inside `tasks:`."),
        (OBJECT_FOR_LIST, HEAD + "  id: x\n  tasks:\n" + TASK, "`tasks:` stands inside `tasks:`."),
        (OBJECT_FOR_LIST, HEAD + "  t: x\n", "`tasks:` holds a list"),
        (STRING_FOR_BLOCK, "concurrency:\n  limit:1\n", "`limit:1` needs a space after the colon"),
        (STRING_FOR_BLOCK, "concurrency:\n  limit = 1\n", "`limit = 1` has an equals sign"),
        (STRING_FOR_BLOCK, "concurrency: 1\n", "`concurrency:` is a block"),
        ("limit must be greater than or equal to 1", "", ""),
    ],
)
def test_advice_on_structure_says_what_to_write(message: str, source: str, advice: str) -> None:
    said = advise(Problem(message), source, lambda: TYPES)
    assert advice in said
    assert bool(said) == bool(advice)


def test_an_unknown_type_without_a_like_one_says_where_all_are_listed() -> None:
    said = advise(Problem("Invalid type: com.example.Pipeline"), "", lambda: TYPES)
    assert "Did you mean" not in said
    assert "https://kestra.io/plugins" in said


def test_a_missing_property_is_named() -> None:
    problem = Problem("must not be null", "concurrency.limit")
    assert advise(problem, "", lambda: TYPES).startswith("`limit` is missing")


def test_import_has_the_engines_words_and_the_advice_below(fake: FakeKestra, client: KestraClient) -> None:
    plugins = [{"tasks": [{"cls": TYPES[0]}], "triggers": [], "title": "core"}]
    fake.on("POST", "/flows/validate", [{"index": 0, "constraints": "Validation error: Invalid type: log.Log"}])
    fake.on("GET", "/api/v1/plugins", plugins)
    with pytest.raises(FlowInvalid, match=rf"Invalid type: log\.Log\n    .*Did you mean `{TYPES[0]}`"):
        client.import_flow(HEAD + TASK.replace(TYPES[0], "log.Log"))
