"""Checks of lesson 04."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg2

from workbook.exercises.expected import FORM_ADVICE, check_form_options, is_from_the_form, number, search_again
from workbook.exercises.learner_flow import text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Execution

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE, FLOW, PRACTICE = "zoomcamp", "04_postgres_taxi", "04_postgres_taxi_practice"
APRIL = "green_tripdata_2020-04.csv"
DECEMBER = "yellow_tripdata_2020-12.csv"
MEBIBYTE = 2**20
FORM_MIB = (128.3, 134.5, 364.7, 692.6)

PROBES = """
WITH probe (
    probe, vendorid, tpep_pickup_datetime, tpep_dropoff_datetime, pulocationid, dolocationid,
    fare_amount, trip_distance, tip_amount
) AS (VALUES
    ('trip', '1', '2020-12-01 08:00'::timestamp, '2020-12-01 08:10'::timestamp, '1', '12', 10.00, 2.00, 0.00),
    ('tip', '1', '2020-12-01 08:00', '2020-12-01 08:10', '1', '12', 10.00, 2.00, 5.00),
    ('no vendor', NULL, '2020-12-01 08:00', '2020-12-01 08:10', '1', '12', 10.00, 2.00, 0.00),
    ('no zone', '1', '2020-12-01 08:00', '2020-12-01 08:10', NULL, '12', 10.00, 2.00, 0.00),
    ('no other zone', '1', '2020-12-01 08:00', '2020-12-01 08:10', '12', NULL, 10.00, 2.00, 0.00),
    ('vendorid', '2', '2020-12-01 08:00', '2020-12-01 08:10', '1', '12', 10.00, 2.00, 0.00),
    ('tpep_pickup_datetime', '1', '2020-12-01 08:01', '2020-12-01 08:10', '1', '12', 10.00, 2.00, 0.00),
    ('tpep_dropoff_datetime', '1', '2020-12-01 08:00', '2020-12-01 08:11', '1', '12', 10.00, 2.00, 0.00),
    ('pulocationid', '1', '2020-12-01 08:00', '2020-12-01 08:10', '2', '12', 10.00, 2.00, 0.00),
    ('dolocationid', '1', '2020-12-01 08:00', '2020-12-01 08:10', '1', '13', 10.00, 2.00, 0.00),
    ('fare_amount', '1', '2020-12-01 08:00', '2020-12-01 08:10', '1', '12', 11.00, 2.00, 0.00),
    ('trip_distance', '1', '2020-12-01 08:00', '2020-12-01 08:10', '1', '12', 10.00, 3.00, 0.00),
    ('shifted', '1', '2020-12-01 08:00', '2020-12-01 08:10', '11', '2', 10.00, 2.00, 0.00)
)
SELECT probe, ({expression})::text FROM probe
"""
KEY_COLUMNS = (
    "vendorid",
    "tpep_pickup_datetime",
    "tpep_dropoff_datetime",
    "pulocationid",
    "dolocationid",
    "fare_amount",
    "trip_distance",
)
MD5_DIGITS = 32
STATEMENT = re.compile(r"\s*(select|with|insert|merge)\b", re.IGNORECASE)
SHA256_KEY = re.compile("[0-9a-f]{64}")
REFUSAL = re.compile(r"other columns than expected\.\s+expected: +(?P<expected>\S+)\s+found: +(?P<found>\S+)")


@exercise("04.1")
def rendered_file(lab: Lab, answer: Any) -> str:
    """The rendered name of the file for green taxis in April 2020."""
    name = text(_label_in(answer))
    if name != APRIL:
        raise Hint(_about_the_name(name))
    if not search_again(lambda: lab.kestra.executions(f"{NAMESPACE}/{FLOW}", labels={"file": APRIL})):
        raise Hint(f"It reads right, but no execution of {FLOW} carries this label yet. Run one, and read it off.")
    return "The label says what the expression made, and by it anybody can find the run that loaded a file."


def _label_in(answer: Any) -> Any:
    """The answer, unless it is something that has the label.

    Raises:
        Hint: it is an execution, or all labels of one.
    """
    if isinstance(answer, Execution):
        raise Hint("That is the execution. The label is one of its parts: run.labels['file'].")
    if isinstance(answer, dict):
        raise Hint("Those are several values by name. Take the one that is called file: ['file'].")
    return answer


def _about_the_name(name: str) -> str:
    if name.startswith("kestra:"):
        return "That is the address of a file inside Kestra. The variable is its name alone; the label has it."
    if "/" in name:
        return "That is a path or an address. The variable is the file's name alone, without what stands before it."
    if name.casefold() == APRIL:
        return f"Nearly: {name} has capital letters that the flow does not write. Read it off the label."
    if "{{" in name:
        return "That is the variable's text before anything is filled in. The label holds what render() made of it."
    if not name.startswith("green"):
        return f"{name} does not begin with the taxi that the exercise asks for, green."
    if name.endswith(".gz"):
        return "That is the packed file that is downloaded. The variable names the file that the flow works on."
    if not name.endswith(".csv"):
        return f"{name} has no ending. The name of the file that the flow works on ends with what kind of file it is."
    if "2020-4" in name or "2020_04" in name:
        return f"{name} writes the month in another way than the variable: a dash, and two digits even for April."
    if "2020-04" not in name:
        return f"{name} does not have the date as the variable writes it: the year, a dash, two digits of month."
    return f"{name} is not what the label says. Run the flow for green, 2020, 04 and read run.labels['file']."


@exercise("04.2")
def size_in_mebibytes(lab: Lab, answer: Any) -> str:
    """The size of the extracted yellow file of December 2020."""
    got, size = number(answer), _size_on_disk(lab)
    if not _is(got, size / MEBIBYTE):
        raise Hint(_about_the_size(lab, got, size))
    check_form_options(lab, round(got, 1), FORM_MIB)
    return "1 MiB is 1,048,576 bytes. Read as MB the same file is 5 % larger, and that is how a full disk surprises."


def _size_on_disk(lab: Lab) -> int:
    """Bytes of the newest extracted file that is still there.

    Raises:
        Hint: there is none.
    """
    files = lab.storage.glob(f"main/{NAMESPACE}/*/executions/*/tasks/extract/*/*{DECEMBER}")
    newest = max(files, key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        raise Hint(f"The storage holds no {DECEMBER}. Run the flow for yellow, 2020, 12 and keep its files.")
    return newest.stat().st_size


def _is(got: float, wanted: float) -> bool:
    """Equal, as far as somebody writes it down: with one decimal as on the form, with two, or with more."""
    near = max(min(0.0051, wanted * 0.02), wanted * 0.0005)
    return abs(got - wanted) <= near or 0 < got == round(wanted, 1)


def _about_the_size(lab: Lab, got: float, size: int) -> str:
    if not got:
        return "Nothing is left of the size. // cuts the decimals off: divide with / and round to one decimal."
    if is_from_the_form(lab, got, FORM_MIB):
        return f"{got:g} {FORM_ADVICE}"
    packed = lab.dataset.source(DECEMBER)["bytes"]
    mistakes = {
        float(size): "Those are bytes. How many bytes make one MiB?",
        size / 1e6: "Those are MB, millions of bytes. A MiB is 1,024 times 1,024 bytes.",
        size / 1024: "Those are KiB. Divide by 1,024 once more.",
        size / 1e9: "Those are GB. A MiB is 1,024 times 1,024 bytes.",
        size / 1024**3: "Those are GiB. You divided by 1,024 once too often.",
        size * 8 / MEBIBYTE: "Those are mebibits. st_size counts bytes already, so nothing has to be multiplied by 8.",
        packed / MEBIBYTE: "That is the packed file. Measure the CSV file in the storage.",
        packed / 1e6: "That is the packed file, in MB. Measure the CSV file in the storage, in MiB.",
        float(size // MEBIBYTE): "That has no decimals: // cuts them off. Divide with / and round to one decimal.",
    }
    known = [advice for value, advice in mistakes.items() if value and _is(got, value)]
    return known[0] if known else f"{got:g} MiB is not the size of {DECEMBER}: look at its st_size."


@exercise("04.3")
def missing_column(lab: Lab, answer: Any) -> str:
    """The column that the changed file lacks, read from the log of the execution that refused it."""
    if isinstance(answer, Execution):
        raise Hint("That is the execution. Read the log of its task extract: it names the columns.")
    name = text(answer)
    columns = search_again(lambda: _columns_in_the_log(lab))
    if columns is None:
        how = 'Run it with the address lab.dataset.fault("missing-column").'
        raise Hint(f"No execution of {PRACTICE} has failed for its columns yet. {how}")
    expected, received = columns
    if name not in set(expected) - set(received):
        raise Hint(_about_the_column(name, expected, received))
    return "The file arrived whole and was still wrong. A load that checks the header says so before a row has moved."


def _columns_in_the_log(lab: Lab) -> tuple[list[str], list[str]] | None:
    """The columns expected and found, as the newest refusal of the practice flow has them; None if there is none."""
    for execution in reversed(lab.kestra.executions(f"{NAMESPACE}/{PRACTICE}", state="FAILED")):
        log = "\n".join(line.message for line in lab.kestra.logs(execution, task="extract", level="ERROR"))
        if refusal := REFUSAL.search(log):
            return refusal["expected"].split(","), refusal["found"].split(",")
    return None


def _about_the_column(name: str, expected: list[str], received: list[str]) -> str:
    if name == "missing-column":
        return "That is what the fault is called. Which column is it that the log expected and did not find?"
    if "," in name or " " in name:
        return "That is more than one name. One column alone is in the first list of the log and not in the second."
    if name in received:
        return f"{name} is in the file. Compare the two lists in the log: which name is expected and not found?"
    near = {column.lower(): column for column in expected}.get(name.lower())
    if near and near not in received:
        return f"Nearly: write it as the log does, letter by letter. {name!r} is not how it is spelled there."
    return f"{name!r} is no column of these files. The log has two lists: what was expected and what was found."


@exercise("04.4")
def key_by_sha256(lab: Lab, answer: Any) -> str:
    """An SQL expression that hashes the natural key with SHA-256."""
    expression = text(answer)
    if expression.rstrip().endswith(";") or STATEMENT.match(expression):
        raise Hint("An expression is asked for, as it stands between SELECT and FROM: no SELECT, no semicolon.")
    keys = _keys(lab, expression)
    if None in keys.values():
        without = next(probe for probe, key in keys.items() if key is None)
        raise Hint(f"For a trip with {without} your key is NULL: it matches nothing, and is added at every run.")
    _has_the_form(keys["trip"])
    _tells_apart(keys)
    return "256 bits, never NULL, and no two trips glued into one. This expression could go into the MERGE as it is."


def _keys(lab: Lab, expression: str) -> dict[str, str | None]:
    """The key of each probe.

    Raises:
        Hint: PostgreSQL refuses the expression; the hint has its message.
    """
    try:
        with closing(lab.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(PROBES.replace("{expression}", expression))
            return dict(cursor.fetchall())
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise Hint(f"PostgreSQL does not take this expression: {reason}{_about_the_refusal(reason)}") from error


def _about_the_refusal(reason: str) -> str:
    """What to do about what PostgreSQL says, where beginners ask."""
    if "invalid input syntax" in reason:
        return ". COALESCE takes values of one type: make the column a text first, with ::text."
    if "convert_to(" in reason:
        return ". convert_to wants one text: join the columns with concat_ws first."
    if "sha256(" in reason:
        return ". sha256 wants bytes: convert_to(text, 'UTF8') makes them."
    if "does not exist" in reason and "column" in reason:
        return ". The probes have the seven columns of the exercise, and tip_amount."
    return ""


def _has_the_form(key: str | None) -> None:
    key = key or ""
    digits = len(key)
    if digits == MD5_DIGITS:
        raise Hint("That is a key of 32 digits, as md5 makes it. sha256 gives twice as many.")
    if key.startswith("\\x"):
        raise Hint("Those are bytes, which PostgreSQL shows with \\x. encode(bytes, 'hex') makes text of them.")
    if SHA256_KEY.fullmatch(key.lower()) and key != key.lower():
        raise Hint("Right, but in capital letters; the keys of the table have small ones, and 'A' is not 'a'.")
    if not SHA256_KEY.fullmatch(key):
        raise Hint(f"Your key has {digits} characters ({key[:8]!r}...); 64 hexadecimal digits are asked for.")


def _tells_apart(keys: dict[str, str | None]) -> None:
    if keys["tip"] != keys["trip"]:
        raise Hint("A trip and its correction, with another tip, get two keys. Hash the seven columns, no others.")
    same = [column for column in KEY_COLUMNS if keys[column] == keys["trip"]]
    if same:
        raise Hint(f"Two trips that differ in {same[0]} get one key. Is that column in your expression?")
    if keys["shifted"] == keys["trip"]:
        raise Hint("From zone 1 to 12 and from zone 11 to 2 get one key: nothing stands between the columns.")
    if keys["no zone"] == keys["no other zone"]:
        raise Hint("From nowhere to zone 12 and from zone 12 to nowhere get one key: concat_ws leaves NULL out.")
