"""A walk that reads no PDFs, for tests of what stands around it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

from click.testing import CliRunner, Result
from factories import MADE_WITH, PARAGRAPHS, analysis

from bronnen import errors
from bronnen.cli import main
from bronnen.records import Analysis, MadeWith, PageState

FAILURES = {
    "unreadable": errors.UnreadableError("It is damaged.", "Save it anew."),
    "encrypted": errors.EncryptedError("It is locked.", "Unlock it."),
    "no_text": errors.NoTextError("It has no text.", "Run OCR."),
    "missing": errors.MissingError("docx is not installed.", "Install it."),
    "bug": ZeroDivisionError("division\nby zero"),
}


class Walk:
    """Stands in for the pipeline: a file whose text is the name of a failure fails so, any other is analysed."""

    def __init__(self) -> None:
        self.made_with: MadeWith = MADE_WITH
        self.walked: list[str] = []

    def load_tools(self, settings: object) -> SimpleNamespace:
        return SimpleNamespace(made_with=self.made_with)

    def analyse(self, path: Path, tools: SimpleNamespace) -> Analysis:
        self.walked.append(path.name)
        content = path.read_bytes()
        told = content.decode(errors="replace").strip()
        if told in FAILURES:
            raise FAILURES[told]
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
