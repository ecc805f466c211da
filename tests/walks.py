"""A walk that reads no PDFs, for tests of what stands around it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from click.testing import CliRunner, Result
from factories import MADE_WITH, PARAGRAPHS, analysis

from bronnen import errors
from bronnen.cli import main
from bronnen.records import Analysis, MadeWith, PageState, Told, silent

FAILURES = {
    "unreadable": errors.UnreadableError("It is damaged.", "Save it anew."),
    "encrypted": errors.EncryptedError("It is locked.", "Unlock it."),
    "no_text": errors.NoTextError("It has no text.", "Run OCR."),
    "missing": errors.MissingError("docx is not installed.", "Install it."),
    "bug": ZeroDivisionError("division\nby zero"),
}


class Lost(BaseException):
    """A worker dies."""


class Here(Executor):
    """Does each task at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Lost:
            future.set_exception(errors.LostError("The program crashed.", "Save it anew."))
        except Exception as error:
            future.set_exception(error)
        return future


class Walk:
    """Stands in for the pipeline: a file whose text is the name of a failure fails so, any other is analysed."""

    def __init__(self) -> None:
        self.made_with: MadeWith = MADE_WITH
        self.walked: list[str] = []

    def load_tools(self, settings: object) -> SimpleNamespace:
        return SimpleNamespace(made_with=self.made_with)

    def analyse(self, path: Path, tools: SimpleNamespace, told: Told = silent) -> Analysis:
        self.walked.append(path.name)
        content = path.read_bytes()
        told = content.decode(errors="replace").strip()
        if told in FAILURES:
            raise FAILURES[told]
        if told.startswith("crash"):
            raise Lost
        if told == "interrupt":
            raise KeyboardInterrupt
        states = {2: PageState.SCANNED, 3: PageState.SCANNED} if told == "scanned" else None
        return analysis(
            path.name,
            PARAGRAPHS,
            made_with=tools.made_with,
            folder=str(path.parent),
            states=states,
            document_id=sha256(content).hexdigest(),
        )


def files(**contents: str) -> None:
    """Files in the folder `in`: name=content, all .txt."""
    for name, content in contents.items():
        (Path("in") / f"{name}.txt").write_text(content, encoding="utf-8")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def scan(*words: str | Path, out: str = "out") -> Result:
    return run("scan", *words, "--out", out, "--jobs", "1")
