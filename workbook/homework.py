"""The course's homework: flows that read the chosen files into tables of their own, evidence, and the answer sheet.

The options are those of the form of module 2 of the Data Engineering Zoomcamp, 2026.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from catalog.services.dataset import TAXI_RELEASES
from workbook import notebook, theme
from workbook.errors import SourceFailed, StackError
from workbook.kestra.flows import read_flow
from workbook.kestra.models import Execution, Flow
from workbook.learning.card import Card
from workbook.project import ROOT
from workbook.web import session

if TYPE_CHECKING:
    from workbook.lab import Lab

OPTIONS: dict[int, tuple[str, ...]] = {
    1: ("128.3 MiB", "134.5 MiB", "364.7 MiB", "692.6 MiB"),
    2: (
        "{{inputs.taxi}}_tripdata_{{inputs.year}}-{{inputs.month}}.csv",
        "green_tripdata_2020-04.csv",
        "green_tripdata_04_2020.csv",
        "green_tripdata_2020.csv",
    ),
    3: ("13,537,299", "24,648,499", "18,324,219", "29,430,127"),
    4: ("5,327,301", "936,199", "1,734,051", "1,342,034"),
    5: ("1,428,092", "706,911", "1,925,152", "2,561,031"),
    6: ("EST", "America/New_York", "UTC-5", "location: New_York"),
}
"""What the form offers."""
FOR_ANY_FILES = (2, 6)
"""Questions about flows, whose answers do not depend on the files."""

PUBLIC_GIB = {"the database": 11, "the largest file, unpacked and staged": 3}
"""Disk for all that the notebook loads, 42 million trips: 240 bytes a row with its index, as measured."""
PUBLIC_ROWS, ROWS_A_SECOND, BYTES_A_ROW = 42_000_000, 80_000, 18
PROBE, PROBE_BYTES, PROBE_SECONDS = "green/green_tripdata_2020-12.csv.gz", 1 << 20, 15
FLOWS = (
    "zoomcamp/homework_04_postgres_taxi",
    "zoomcamp/homework_05_postgres_taxi_scheduled",
    "zoomcamp/homework_loop",
)
SHEET = ROOT / "runs" / "homework-2026.md"


@dataclass(frozen=True)
class Answer:
    """An answer with what proves it.

    Attributes:
        value: as found.
        option: the form's option that it fits; empty if there is none, or if the files are no public ones.
        evidence: the executions that it rests on.
    """

    question: int
    value: str
    option: str
    evidence: tuple[Execution, ...]


@dataclass
class Homework:
    """The homework on one set of files.

    Parameters:
        lab: with Kestra and PostgreSQL.
        public_files: read the public files; otherwise those that the stack's flows read.
    """

    lab: Lab
    public_files: bool = False
    answers: dict[int, Answer] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Where the files are read from."""
        return TAXI_RELEASES if self.public_files else self.lab.settings.taxi_base_url

    @property
    def on_public_files(self) -> bool:
        """Whether the files are the public ones, by the switch or by the settings."""
        return self.source == TAXI_RELEASES

    def table(self, taxi: str) -> str:
        """The table of a taxi's trips: one for the public files and one for all others, which must not be mixed."""
        return f"public.homework_{'public' if self.on_public_files else 'local'}_{taxi}"

    def check_machine(self) -> list[str]:
        """Look for disk and network before anything is loaded.

        Returns:
            What was found, a line each.

        Raises:
            StackError: the disk has too little room.
            SourceFailed: the public files cannot be reached.
        """
        if not self.on_public_files:
            return ["These are no public files: everything is practised and counted, and nothing of it is an answer."]
        needed = sum(PUBLIC_GIB.values())
        free = shutil.disk_usage(ROOT).free / 2**30
        if free < needed:
            raise StackError(f"{needed} GiB of disk are needed, and {free:.0f} are free. Make room first.")
        speed = _measure_network()
        minutes = PUBLIC_ROWS * (1 / ROWS_A_SECOND + BYTES_A_ROW / speed) / 60
        return [
            f"disk: {free:.0f} GiB are free, about {needed} are needed",
            f"network: {speed / 1e6:.1f} MB/s from the public files",
            f"time: about {minutes:.0f} minutes for all of this notebook, if the machine does nothing else",
        ]

    def import_flow(self, file: str, *, keep_files: bool = False) -> Flow:
        """Send a copy of a taxi flow, under the name `homework_...`, which reads the chosen files into own tables.

        Parameters:
            file: such as `flows/04_postgres_taxi.yaml`.
            keep_files: leave out the task that deletes what the execution stored.
        """
        text = read_flow(file)
        changes = {
            f"id: {Path(file).stem}\n": f"id: homework_{Path(file).stem}\n",
            '"public.{{ inputs.taxi }}_tripdata"': f'"{self.table("{{ inputs.taxi }}")}"',
            "_tripdata_unique_row_id": f"_{'public' if self.on_public_files else 'local'}_homework_row_id",
        }
        if self.public_files:
            changes["{{ envs.taxi_base_url }}"] = self.source
        if keep_files:
            changes["disabled: false"] = "disabled: true"
        for old, new in changes.items():
            if old not in text:
                raise StackError(f"{file} is not as the homework needs it: it has no {old.strip()!r}.")
            text = text.replace(old, new)
        return self.lab.kestra.import_flow(text)

    def check_counts(self, executions: Iterable[Execution]) -> int:
        """Compare the table with the files, one by one, and give the number of rows.

        The rows of a file are those of its manifest, or those counted in it: of the public ones, while it was fetched.

        Parameters:
            executions: those that loaded the files.

        Raises:
            AssertionError: a file is not in the table as it is at its source.
        """
        total = 0
        for execution in executions:
            name, taxi = execution.labels["file"], execution.labels["taxi"]
            loaded = self.lab.postgres.count(self.table(taxi), "filename = :name", name=name)
            wanted = execution.outputs["rows"] if self.on_public_files else self.lab.dataset.source(name)["rows"]
            remedy = f'lab.postgres.drop("{self.table(taxi)}")'
            assert loaded == wanted, (
                f"{name} has {wanted:,} rows, and the table {loaded:,}: perhaps it holds trips of other files. "
                f"Run {remedy}, and this notebook again"
            )
            total += loaded
        return total

    def answer(self, question: int, value: str | float, evidence: Execution | Sequence[Execution]) -> Card:
        """Note an answer for the sheet, and say which option of the form it is.

        Parameters:
            question: its number, 1 to 6.
            value: what was found; a number is compared with the options' numbers, as far as they are written.
            evidence: the executions that prove it.
        """
        runs = (evidence,) if isinstance(evidence, Execution) else tuple(evidence)
        shown = value if isinstance(value, str) else f"{value:,.1f} MiB" if question == 1 else f"{value:,.0f}"
        fits = shown in OPTIONS[question] and (self.on_public_files or question in FOR_ANY_FILES)
        self.answers[question] = Answer(question, shown, shown if fits else "", runs)
        heading = f"question {question}"
        if fits:
            return Card("✓", heading, f"{shown} is what the form offers.", theme.GREEN)
        if not self.on_public_files:
            text = f"{shown}. This is not an answer: the form is about the public files."
            return Card("…", heading, text, theme.GREY)
        offered = ", ".join(OPTIONS[question])
        text = f"{shown} is not on the form ({offered}). Was every file loaded, and once?"
        return Card("✗", heading, text, theme.ORANGE)

    def sheet(self) -> AnswerSheet:
        """Write the answers as Markdown to `runs/homework-2026.md`, with links to the executions that prove them."""
        SHEET.parent.mkdir(exist_ok=True)
        SHEET.write_text(_markdown(self, links=True), encoding="utf-8")
        return AnswerSheet(_markdown(self, links=notebook.is_live()))

    def clean_up(self) -> None:
        """Delete the homework's flows with their executions, and its tables."""
        for name in FLOWS:
            self.lab.kestra.delete_flow(name, executions=True)
        for taxi in ("yellow", "green"):
            self.lab.postgres.execute(f"DROP TABLE IF EXISTS {self.table(taxi)}")


@dataclass(frozen=True)
class AnswerSheet:
    """The answers as Markdown, which a notebook shows."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def _markdown(homework: Homework, *, links: bool) -> str:
    head = "# Homework, module 2, 2026\n\n" + (
        f"Files: {TAXI_RELEASES}\n"
        if homework.on_public_files
        else "**Not an answer sheet: the files are not the public ones.** Only questions 2 and 6 hold for any files.\n"
    )
    rows = [_row(homework.answers.get(number), number, links) for number in OPTIONS]
    return "\n".join([head, "| question | found | option of the form | executions |", "|---|---|---|---|", *rows])


def _row(answer: Answer | None, number: int, links: bool) -> str:
    if answer is None:
        return f"| {number} | | open | |"
    proofs = [f"[{run.id}]({run.url})" if links else f"`{run.id}`" for run in answer.evidence]
    return f"| {number} | `{answer.value}` | {answer.option or 'not an answer'} | {', '.join(proofs)} |"


def _measure_network() -> float:
    """Bytes a second from the public files."""
    url = f"{TAXI_RELEASES}/{PROBE}"
    begun = time.monotonic()
    try:
        with session(url) as http, http.get(url, stream=True, timeout=PROBE_SECONDS) as answer:
            answer.raise_for_status()
            received = len(next(answer.iter_content(PROBE_BYTES), b""))
    except requests.RequestException as error:
        raise SourceFailed(
            f"The public files cannot be reached ({type(error).__name__}). Check the network, or leave the switch off."
        ) from error
    return received / max(time.monotonic() - begun, 1e-3)
