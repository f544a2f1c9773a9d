"""Conversions of files, archives and git beside the official plug-ins: what passes here passes there, as it does."""

import re
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_flows import Case, EngineHere, cases, observe
from tests.wire.kestra_tasks.official_run import observed, parameters

AT_ONCE = 4
ONE_OF = 4
MOMENTS = (
    '"Instant":"2021-05-05T10:21:12.123Z","ZonedDateTime":"2021-05-05T12:21:12.123456+02:00",'
    '"LocalDateTime":"2021-05-05T12:21:00","OffsetDateTime":"2021-05-05T12:21:12.123456+02:00",'
    '"LocalDate":"2021-05-05","LocalTime":"12:21:12.123456","OffsetTime":"12:21:12.123456+02:00"'
)
TYPES = f'{{"String":"string","Int":2,"Float":3.2,"Decimal":1.10,{MOMENTS},"Flag":true,"Big":12345678901234567890}}\n'
READ_BACK = '{i:1,l:2,f:1.5e0,d:2.5e0,b:true,s:"x",y:{{aGk=}}}'
SHEET = '{a:1e0,b:"x",c:1.5e0,d:true,e:"null",f:""}\n{a:2e0,b:"y",c:2.5e0,d:false,e:"z",f:"null"}'
CELLS = '[1e0,"x",1.5e0,true,"null",""]\n[2e0,"y",2.5e0,false,"z","null"]'


def read_back(text: str, size: int) -> dict[str, Any]:
    """The result of a task that makes one file."""
    return {"outputs": {"uri": {"file": text}, "size": size}, "error": None}


def sheet(text: str, size: int, title: str = "Sheet") -> dict[str, Any]:
    """The result of a task that reads one sheet."""
    return {"outputs": {"uris": {title: {"file": text}}, "size": size}, "error": None}


def pushed(*rows: str, **files: str) -> dict[str, Any]:
    """The result of a task that pushes `_outputs`, beside the README: its rows, and the files that are there then."""
    there = {"README.md": "read"} | {f"_outputs/{name}": text for name, text in files.items()}
    outputs = {"commitId": "COMMIT", "commitURL": "PAGE/commit/COMMIT", "files": {"file": "\n".join(rows) + "\n"}}
    return {"outputs": outputs, "repository": {"main": there}}


def line(name: str, added: int = 0, removed: int = 0) -> str:
    """A row of a task that pushes."""
    return f'{{additions:"+{added}",changes:"0",deletions:"-{removed}",file:"_outputs/{name}"}}'


def nothing_back(name: str) -> dict[str, Any]:
    """The result of a task that finds a namespace as its repository has it, and makes no branch `out`."""
    [case] = [case for case in cases("git") if case["name"] == name]
    there = {"main": case["official"]["repository"]["main"]}
    return {"outputs": {"diff": {"file": ""}}, "repository": there}


def failed(error: str) -> dict[str, Any]:
    """The result of a task that fails."""
    return {"outputs": None, "error": error}


DIFFERENCES: dict[str, dict[str, Any]] = {
    "ion_to_csv_scalars": failed("A row is neither a map nor a list: 1"),
    "json_scalars": read_back('1\n"x"\nnull\ntrue\n[1,2]', 5),
    "json_null": read_back("null", 1),
    "ion_to_json_types": read_back(TYPES, 1),
    "ion_to_json_types_zone": read_back(TYPES, 1),
    "ion_to_json_scalars": read_back('1\n"x"\n[1,2]\n', 3),
    "ion_to_json_lines": read_back('{"a":1}\n{"a":2}\n', 2),
    "ion_to_json_lines_annotations": read_back('{"a":1}\n{"a":2}\n', 2),
    "avro_primitives": read_back(READ_BACK, 1),
    "avro_primitives_of_text": read_back(READ_BACK, 1),
    "avro_decimals": read_back("{d:12.34}\n{d:1.50}\n{d:2.50}", 3),
    "avro_decimal_comma": read_back("{d:12.34}", 1),
    "avro_long_too_large": failed("Field 'l': BigInteger out of long range in the row {l=12345678901234567890}"),
    "avro_null_refused": {
        "error": "java.lang.NullPointerException: null value for (non-nullable) int at R.i in the row {i=null}"
    },
    "avro_missing_field_default": {
        "error": "java.lang.NullPointerException: null value for (non-nullable) int at R.b in the row {a=1}"
    },
    "avro_extra_field_strict": {
        "error": "Data contains more fields than schema: expected 1, got 2 in the row {a=1, b=2}"
    },
    "avro_schema_no_json": {
        "problems": "Validation error: task1.schema: invalid avro schema '({\"type\":)': "
        "Unexpected end-of-input within/between Object entries (line: 1, column: 9)"
    },
    "avro_schema_unknown_type": {
        "problems": 'Validation error: task1.schema: invalid avro schema \'({"type": "record", "name": "R", '
        '"fields": [{"name": "i", "type": "integer"}]})\': Undefined schema: integer'
    },
    "avro_fixed": {"error": "Field 'f': Invalid length for fixed size, found 3, expected 4 in the row {f=abc}"},
    "avro_bad_line_nullable_skipped": read_back("{i:1}", 1),
    "avro_inferred_two_types": read_back('{a:1}\n{a:"x"}', 2),
    "avro_inferred_beyond_the_scan": {"error": 'Field \'a\': Invalid data for ["null","int"]: x in the row {a=x}'},
    "parquet_bad_line_skipped": read_back("{a:1}", 1),
    "excel_plain": sheet(SHEET, 2),
    "excel_no_header_written": sheet(CELLS, 2),
    "excel_no_header_read": sheet(f'["a","b","c","d","e","f"]\n{CELLS}', 3),
    "excel_title": sheet(SHEET, 2, "My Sheet"),
    "excel_title_long": sheet(SHEET, 2, "x" * 31),
    "excel_lists": sheet('[1e0,"x"]\n[2e0,null]', 2),
    "excel_lists_with_header": {"error": "Invalid data of type List with header"},
    "push_files_again": {"outputs": {"files": {"file": ""}}},
    "outputs_twice": {"outputs": {"files": {"file": ""}}},
    "outputs_of_the_folder": pushed(
        line("a.txt", 1),
        line("in/b.csv", 1),
        line("old.csv", removed=1),
        line("old.txt", removed=1),
        **{"a.txt": "a", "in/b.csv": "b"},
    ),
    "outputs_of_the_folder_and_the_repository": pushed(
        line("a.txt", 1), **{"a.txt": "a", "old.csv": "old", "old.txt": "old"}
    ),
    "outputs_of_two_tasks_with_one_name": failed("Several tasks have an output file 'a.txt': name them in `filesMap`."),
    "namespace_to_git_files_of_files": {
        "outputs": {
            "diff": {"file": '{"file":"SPACE/files/files/a.sql","additions":1,"deletions":0,"changes":0}\n'},
            "commitId": "COMMIT",
            "commitURL": "PAGE/commit/COMMIT",
        },
        "repository": {"main": {"README.md": "read", "SPACE/files/files/a.sql": "old"}},
    },
    **{
        name: nothing_back(name)
        for name in ("namespace_from_git_over_others_then_back", "namespace_from_git_of_another_id_then_back")
    },
    "namespace_from_git_of_another_namespace": failed(
        "Invalid syntax for FLOW SPACE:o: its namespace is tests.elsewhere"
    ),
    "file_z": {"error": "Not implemented compression 'Z': it can only be read"},
}
"""What is otherwise here; docs/differences.md says why."""
BAD_FLOW = ('{file:"SPACE/flows/bad.yaml",key:"SPACE:bad",kind:"FLOW",action:"ADDED"},', "")
CHANGED = {
    "namespace_from_git_invalid_skip": BAD_FLOW,
    "namespace_from_git_invalid_warn": BAD_FLOW,
    "namespace_from_git_of_another_id": ("SPACE:o", "SPACE:p"),
    "ion_to_json_annotations": ('"Big":-350287150', '"Big":12345678901234567890'),
    "sync_files_twice": ('_files/in/",syncState:"ADDED', '_files/in/",syncState:"UNCHANGED'),
}
"""What is otherwise here in a part of a file."""
CHAIN = re.compile(
    r"^((com\.fasterxml|io\.kestra\.plugin\.serdes|org\.apache\.avro|java)\.[\w.$]+(Exception|Conver\w+|Row): )+"
)
ROW = re.compile(r"^(?:Field '\w+': )?(.*) in the row \{.*$")
CASES = [*cases("serdes"), *cases("compress"), *cases("git")]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, kestra: Kestra) -> dict[str, dict[str, Any]]:
    """What came of the cases of this run, by name."""
    engine = EngineHere(kestra)
    return observed(request, lambda case: observe(engine, case), AT_ONCE)


@pytest.mark.parametrize("case", parameters(CASES, ONE_OF))
def test_as_official(results: dict[str, dict[str, Any]], case: Case) -> None:
    found, expected = results[case["name"]], expectation(case)
    if "error" in expected and "error" in found and says_the_same(found["error"], expected["error"]):
        expected["error"] = found["error"]
    assert found == expected


def expectation(case: Case) -> dict[str, Any]:
    """What is to come of a case: what is official, with the differences that are meant."""
    changed = case["official"] | DIFFERENCES.get(case["name"], {})
    if case["name"] in CHANGED:
        there, here = CHANGED[case["name"]]
        [(name, value)] = [(name, value) for name, value in changed["outputs"].items() if isinstance(value, dict)]
        assert there in value["file"]
        changed["outputs"] = changed["outputs"] | {name: {"file": value["file"].replace(there, here)}}
    return {name: value for name, value in changed.items() if value is not None}


def says_the_same(here: str, official: str) -> bool:
    """Whether an error has the same reason: without the chain of Java's classes, perhaps with the row or advice."""
    reason = CHAIN.sub("", official)
    if official != reason and (row := ROW.match(here)):
        return CHAIN.sub("", row[1]) in official
    return here == reason or here.startswith(f"{official}: ")
