"""The words that Tesseract reads in a picture, with their places and how sure it is of each.

Tesseract is called as a program of its own: the picture goes in and the answer comes out through pipes, so that
nothing of a document ever lies on the disk. It has no children, works in one thread, and is bounded in time and
(on Linux, where that can be done from outside) in processor time and memory, so that it also ends after its parent.
Why not through OCRmyPDF: docs/decisions/0004-text-recognition.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from html.parser import HTMLParser
from math import isfinite
from pathlib import Path
from typing import NamedTuple

INSTALL = {
    "linux": "sudo apt install tesseract-ocr tesseract-ocr-nld (Fedora: sudo dnf install tesseract-langpack-nld)",
    "darwin": "brew install tesseract tesseract-lang",
    "win32": "winget install -e -i --id UB-Mannheim.TesseractOCR (tick Dutch under 'Additional language data')",
}
"""Per `sys.platform` the line that installs it."""

_ELSEWHERE = "install tesseract with its data for Dutch (nld)"
_MOST_BYTES = 1 << 31  # of memory that Tesseract may take
_MOST_ANSWER = 32 << 20  # characters; a page of 200,000 words stays under it
_QUICK = 20.0  # seconds for a question about the program itself


class Failed(Exception):
    """Why Tesseract gave no answer about a page, in a few words."""


class Read(NamedTuple):
    """A word in a picture, in pixels from its top left corner."""

    text: str
    x0: float
    x1: float
    base: float  # y of the line on which the letters stand
    size: float  # from the highest letter to the lowest tail, of the line
    confidence: float  # 0 to 1


@cache
def program() -> str | None:
    """The absolute path of the program, or None where it is not installed.

    Looked for in the absolute folders of PATH and where its installer puts it. Not by `shutil.which`: on Windows that
    looks in the current folder first, which may be one of documents with a program of that name among them.
    """
    folders = [Path(entry.strip('"')) for entry in os.environ.get("PATH", "").split(os.pathsep)]
    if os.name == "nt":  # its installer leaves PATH alone
        roots = (os.environ.get("PROGRAMFILES"), os.environ.get("LOCALAPPDATA"))
        parts = ("Tesseract-OCR", "Programs/Tesseract-OCR")
        folders += [Path(root, part) for root in roots if root for part in parts]
    name = "tesseract.exe" if os.name == "nt" else "tesseract"
    there = (str(folder / name) for folder in folders if folder.is_absolute())
    return next((path for path in there if os.path.isfile(path) and os.access(path, os.X_OK)), None)  # noqa: PTH113


@cache
def version() -> str:
    """'5.3.0', or '' where it does not say."""
    told = re.search(r"tesseract v?(\d[\w.\-]{0,20})", _asked("--version"))
    return told[1] if told else ""


@cache
def languages() -> frozenset[str]:
    """What it can read: 'nld', 'eng'; 'osd' is how a page is turned."""
    return frozenset(line.strip() for line in _asked("--list-langs").splitlines()[1:])


@cache
def missing(language: str) -> tuple[str, str] | None:
    """What is missing to read pictures in this language, and the line that mends it; None where all is there."""
    if program() is None:
        said = "is not installed"
    elif not version():
        said = "does not start"
    elif unknown := set(language.split("+")) - languages():
        said = f"has no data for '{', '.join(sorted(unknown))}'"
    else:
        return None
    return f"Tesseract, which reads the text in pictures, {said}.", INSTALL.get(sys.platform, _ELSEWHERE)


def read(png: bytes, dpi: int, language: str, seconds: float) -> list[Read]:
    """The words in a picture, in the order in which Tesseract reads them.

    Raises:
        Failed: it took longer, crashed, or could not make anything of the picture.
    """
    answer = _run(("stdin", "stdout", "-l", language, "--psm", "3", "--dpi", str(dpi), "hocr"), png, seconds)
    parser = _Hocr()
    parser.feed(answer)
    parser.close()
    return [word for word in parser.found if word.text and all(map(isfinite, word[1:]))]


def turned(png: bytes, dpi: int, seconds: float) -> int:
    """How many degrees to turn the picture clockwise to read it: 0, 90, 180 or 270; 0 as well where that is unclear."""
    if "osd" not in languages():
        return 0
    try:
        answer = _run(("stdin", "stdout", "-l", "osd", "--psm", "0", "--dpi", str(dpi)), png, seconds)
    except Failed:  # too few letters to tell
        return 0
    told = re.search(r"^Rotate: (0|90|180|270)$", answer, re.MULTILINE)
    sure = re.search(r"^Orientation confidence: (\d{1,6}(?:\.\d{1,6})?)$", answer, re.MULTILINE)
    return int(told[1]) if told and sure and float(sure[1]) >= 1.0 else 0


def _asked(question: str) -> str:
    try:
        return _run((question,), b"", _QUICK)
    except Failed:
        return ""


def _run(arguments: tuple[str, ...], data: bytes, seconds: float) -> str:
    name = program()
    if name is None:
        raise Failed("not installed")
    surroundings = os.environ | {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        with subprocess.Popen(
            [name, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=surroundings, creationflags=hidden, cwd=os.path.dirname(name),  # noqa: PTH120 - it reads settings here
        ) as child:  # fmt: skip
            try:
                _bound(child.pid, seconds)
                answer, _ = child.communicate(data, timeout=max(seconds, 0.1))
            except BaseException:  # also Ctrl-C: never leave it behind
                child.kill()
                raise
    except subprocess.TimeoutExpired:
        raise Failed(f"took longer than {seconds:.0f} seconds") from None
    except OSError as error:
        raise Failed(error.strerror or type(error).__name__) from error
    if child.returncode:
        raise Failed(f"stopped with code {child.returncode}")
    return answer[:_MOST_ANSWER].decode("utf-8", "replace")


def _bound(pid: int, seconds: float) -> None:
    """Bounds a child from outside, where the system can (Linux): a dead parent kills nobody."""
    if sys.platform == "linux":
        import resource

        limit = int(seconds) + 5
        for which, most in ((resource.RLIMIT_CPU, limit), (resource.RLIMIT_AS, _MOST_BYTES)):
            with suppress(OSError, ValueError):  # it is gone, or more tightly bound already
                resource.prlimit(pid, which, (most, most))


_NUMBER = r"-?\d{1,7}(?:\.\d{1,9})?"
_BOX = re.compile(rf"\bbbox ({_NUMBER}) ({_NUMBER}) ({_NUMBER}) ({_NUMBER})")
_BASE = re.compile(rf"\bbaseline ({_NUMBER}) ({_NUMBER})")
_SIZE = re.compile(rf"\bx_size ({_NUMBER})")
_SURE = re.compile(rf"\bx_wconf ({_NUMBER})")
_STEEP, _TALL = 0.5, 3.0
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})


class _Hocr(HTMLParser):
    """Collects the words of an hOCR answer: a line tells of its letters, the words stand in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Read] = []
        self.line: tuple[float, float, float, float, float] | None = None  # left, bottom, slope, offset, size
        self.word = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, title = told.get("class"), told.get("title") or ""
        box = _BOX.search(title)
        if name in _LINES and box:
            x0, top, _, bottom = (float(box[at]) for at in range(1, 5))
            base, size = _BASE.search(title), _SIZE.search(title)
            slope, offset = (float(base[1]), float(base[2])) if base else (0.0, 0.0)
            high = float(size[1]) if size else bottom - top
            # a line up or down the page is left out: a page that lies on its side is turned first
            is_level = abs(slope) < _STEEP and bottom - top < _TALL * high
            self.line = (x0, bottom, slope, offset, high) if is_level else None
        elif name == "ocrx_word" and box and self.line:
            x0, _, x1, _ = (float(box[at]) for at in range(1, 5))
            sure = _SURE.search(title)
            left, bottom, slope, offset, size_of = self.line
            base_at = bottom + slope * ((x0 + x1) / 2 - left) + offset
            confidence = min(max(float(sure[1]) / 100, 0.0), 1.0) if sure else 0.0
            self.found.append(Read("", x0, x1, base_at, size_of, confidence))
            self.word = True

    def handle_data(self, data: str) -> None:
        text = "".join(data.split())
        if self.word and text:
            self.found[-1] = self.found[-1]._replace(text=self.found[-1].text + text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":  # of the word, or of the line around it
            self.word = False
