"""Speed and memory of the main job, beside those of the tools that only read.

    python -m uv run --group typeset python benchmarks/speed.py ../shared/data/pdf --limit 25 --copies 1000

Prints one table. All figures come from one run, since the machine's own speed comes and goes: read the ratios, which
are to a plain `pdfplumber` loop over the same files that does nothing but `page.extract_text()`. The first rows count
processor time of one core, the scans the time that a clock tells, on a machine that does nothing else. `--limit N`
takes N files spread over the folder; `--copies N` is how many copies of one page, each with a byte of its own, stand
for a large collection (10000 for the memory of the parent at its bar; some minutes).
"""

from __future__ import annotations

import argparse
import csv
import logging
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import pypdfium2

from bronnen.batch.workers import settle

Read = Callable[[Path], int]  # a file -> its pages


class Row(NamedTuple):
    measure: str
    figure: str
    ratio: str = ""
    bar: str = ""


class Measured(NamedTuple):
    """What became of a list of files in a process of its own."""

    pages: int
    cpu: float  # seconds
    wall: float
    peak: float  # MB


# --------------------------------------------------------------------------------------------- readers, ours and others


def by_pdfplumber(path: Path) -> int:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_text()
            page.close()
        return len(pdf.pages)


def by_pdfminer(path: Path) -> int:
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    from pdfminer.high_level import extract_text

    return extract_text(path).count("\f")


def by_pypdf(path: Path) -> int:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(path)
    for page in reader.pages:
        page.extract_text()
    return len(reader.pages)


def by_pdftotext(path: Path) -> int:
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True)
    return done.stdout.count(b"\f")


def by_us(path: Path) -> int:
    from bronnen import extract
    from bronnen.settings import settings_of

    return len(extract.read(path, settings_of(NO_OCR)).pages)


def walk(path: Path) -> int:
    from bronnen import pipeline
    from bronnen.settings import settings_of

    return len(pipeline.analyse(path, pipeline.load_tools(settings_of(NO_OCR))).document.pages)


NO_OCR = {"ocr": {"mode": "off"}}  # no other reader recognises text in pictures, which takes seconds a page

READERS: dict[str, tuple[Read, str]] = {  # what reads, and what must be there for it
    "pdfplumber, extract_text": (by_pdfplumber, "pdfplumber"),
    "pdfminer.six, extract_text": (by_pdfminer, "pdfminer.six"),
    "pypdf, extract_text": (by_pypdf, "pypdf"),
    "poppler, pdftotext": (by_pdftotext, ""),
}


def missing(name: str, needed: str) -> str:
    """Why a reader cannot take part; empty where it can."""
    if not needed:
        return "" if shutil.which("pdftotext") else "not installed (apt-get install poppler-utils)"
    try:
        version(needed)
    except PackageNotFoundError:
        return "not installed (uv run --group typeset)"
    return ""


def measured(read: Read, paths: list[Path], first: Path | None = None) -> Measured:
    """All files read in a new process; `first` is read before the clock starts, so that everything is loaded."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (read, paths, first))


def _measure(read: Read, paths: list[Path], first: Path | None) -> Measured:
    if first is not None:
        read(first)
        if read in (by_us, walk):
            settle()  # as in a worker
    pages, wall, cpu = 0, time.perf_counter(), _cpu()
    for path in paths:
        try:
            pages += read(path)
        except Exception as error:  # of whatever library; reading in vain takes time too
            pages += page_count(path)
            print(f"{read.__name__}: {path.name}: {type(error).__name__}", file=sys.stderr)
    return Measured(pages, _cpu() - cpu, time.perf_counter() - wall, _peak("self"))


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak(process: int | str) -> float:
    """Peak memory of a process in MB. Linux's own figure, since `ru_maxrss` is inherited from the parent."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


# ------------------------------------------------------------------------------------------------------------ material


def page_count(path: Path) -> int:
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return 0
    pages = len(pdf)
    pdf.close()
    return pages


def pages_of(paths: list[Path], pages: int, target: Path) -> Path:
    """A PDF of so many pages, taken in turn from the given files."""
    made = pypdfium2.PdfDocument.new()
    while len(made) < pages:
        for path in paths:
            pdf = pypdfium2.PdfDocument(path)
            made.import_pages(pdf, range(min(len(pdf), 25, pages - len(made))))
            pdf.close()
            if len(made) >= pages:
                break
    made.save(target)
    made.close()
    return target


def copies(page: Path, count: int, folder: Path) -> Path:
    """A folder of so many copies of a PDF, each with a comment of its own at its end."""
    folder.mkdir()
    data = page.read_bytes()
    for number in range(count):
        (folder / f"{number:05}.pdf").write_bytes(data + b"\n%% %d\n" % number)
    return folder


# --------------------------------------------------------------------------------------------------------------- scans


def run(*words: object) -> tuple[float, float]:
    """Seconds of a whole command, start-up included, and the peak memory of its own process (the parent) in MB."""
    started, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([sys.executable, "-m", "bronnen", *map(str, words)], stdout=said, stderr=said)
        while process.poll() is None:
            with suppress(OSError):  # it just ended
                peak = max(peak, _peak(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        said.seek(0)
        assert process.returncode in (0, 8), said.read().decode(errors="replace")
    return seconds, peak


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ratio(one: float, other: float) -> str:
    return f"{one / other:.2f}"


def reading(paths: list[Path], plain: Measured) -> Iterator[Row]:
    """How fast text alone is read, in processor time."""
    base = plain.pages / plain.cpu
    yield Row("pdfplumber, extract_text, pages per CPU second", f"{base:.1f}", "1.00")
    for name, (read, needed) in list(READERS.items())[1:]:
        if reason := missing(name, needed):
            yield Row(f"{name}: {reason}", "-")
            continue
        found = measured(read, paths, paths[0])
        yield Row(
            f"{name}, pages per CPU second", f"{found.pages / found.cpu:.1f}", ratio(found.pages / found.cpu, base)
        )
    found = measured(by_us, paths, paths[0])
    speed = found.pages / found.cpu
    yield Row("bronnen, text and layout, pages per CPU second", f"{speed:.1f}", ratio(speed, base), ">= 100")
    found = measured(walk, paths, paths[0])
    speed = found.pages / found.cpu
    yield Row("bronnen, all of a document, pages per CPU second", f"{speed:.1f}", ratio(speed, base))
    yield Row("peak memory of that process, MB", f"{found.peak:.0f}", ratio(found.peak, plain.peak))


def scanning(paths: list[Path], plain: Measured, room: Path) -> Iterator[Row]:
    """The whole command, in time by the clock."""
    base, pages = plain.pages / plain.wall, sum(map(page_count, paths))
    page = pages_of(paths[:1], 1, room / "page.pdf")
    first = min(run("scan", page, "--out", room / f"first{number}", "--jobs", 1)[0] for number in range(2))
    helped = min(run("--help")[0] for _ in range(5))
    one, _ = run("scan", *paths, "--out", room / "one", "--jobs", 1, "--ocr", "off")
    two, _ = run("scan", *paths, "--out", room / "two", "--jobs", 2, "--ocr", "off")
    again, _ = run("scan", *paths, "--out", room / "two", "--jobs", 2, "--ocr", "off")
    seeing, _ = run("scan", *paths, "--out", room / "seen", "--jobs", 2)
    seen = sum(row["code"].startswith("ocr") for row in rows_in(room / "seen" / "warnings.csv"))
    named = {name: rows_in(room / "one" / f"{name}.csv") for name in ("balance", "failures", "duplicates")}
    yield Row("files in balance + failures + duplicates", f"{sum(map(len, named.values()))}/{len(paths)}")
    yield Row("--help, seconds", f"{helped:.2f}", "", "< 0.3")
    yield Row("a scan of one page, seconds", f"{first:.1f}", "", "< 5")
    yield Row("pdfplumber, extract_text, pages/s", f"{base:.1f}", "1.00")
    bare = pages / (one - first)
    yield Row("scan --jobs 1, start-up off, pages/s", f"{bare:.1f}", ratio(bare, base), ">= 4")
    yield Row("scan --jobs 1, all included, pages/s", f"{pages / one:.1f}", ratio(pages / one, base))
    yield Row("scan --jobs 2, all included, pages/s", f"{pages / two:.1f}", ratio(pages / two, base))
    yield Row(f"the same, {seen} pages by text recognition", f"{pages / seeing:.1f}", ratio(pages / seeing, base))
    yield Row("two workers against one, start-up off", ratio(one - first, two - first), "", ">= 1.8")
    yield Row("two workers against one, all included", ratio(one, two))
    yield Row("scan again, nothing changed, seconds", f"{again:.1f}")


def collecting(count: int, page: Path, room: Path) -> Iterator[Row]:
    """A large collection, of copies of one page."""
    folder = copies(page, count, room / "copies")
    whole, peak = run("scan", folder, "--out", room / "many")
    yield Row(f"{count} files of one page, seconds", f"{whole:.0f}")
    yield Row("peak memory of the parent, MB", f"{peak:.0f}", "", "<= 400 at 10000")
    again, peak = run("scan", folder, "--out", room / "many")
    yield Row("scan again, nothing changed, seconds", f"{again:.1f}", "", "< 5 at 1000")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="read only this many files, spread evenly")
    parser.add_argument("--copies", type=int, default=1000, help="files of the large collection; 0 for none")
    parser.add_argument("--long", type=int, default=0, help="pages of one long document, for memory; 0 for none")
    told = parser.parse_args()
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # as in a worker
    paths = [path for path in sorted(told.folder.glob("*.pdf")) if page_count(path)]
    if told.limit:
        paths = paths[:: max(1, len(paths) // told.limit)]
    print(f"{len(paths)} files, {sum(map(page_count, paths))} pages\n")
    print(f"{'measure':58}{'figure':>10}{'ratio':>8}  bar")
    plain = measured(by_pdfplumber, paths, paths[0])
    with tempfile.TemporaryDirectory() as made:
        room = Path(made)
        parts = [reading(paths, plain), scanning(paths, plain, room)]
        if told.copies:
            parts.append(collecting(told.copies, pages_of(paths[:1], 1, room / "one-page.pdf"), room))
        for rows in parts:
            for row in rows:
                print(f"{row.measure:58}{row.figure:>10}{row.ratio:>8}  {row.bar}".rstrip(), flush=True)
        if told.long:
            found = measured(walk, [pages_of(paths, told.long, room / "long.pdf")])
            print(f"{f'peak memory, a document of {told.long} pages, MB':58}{found.peak:>10.0f}")
        for row in rows_in(room / "one" / "failures.csv"):
            print(f"  failed: {Path(row['path']).name}: {row['code']} ({row['exit_code']})")


if __name__ == "__main__":
    main()
