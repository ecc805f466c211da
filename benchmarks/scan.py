"""The main job on a folder of real PDFs: is every file accounted for, how fast, how much memory.

    python -m uv run python benchmarks/scan.py ../shared/data/pdf

Prints one table. Speeds are compared within one run, as ratios against a plain `pdfplumber` loop over the same
files that does nothing but `page.extract_text()`, since the machine's own speed comes and goes. `--limit N` takes
N files spread over the folder.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pypdfium2

Work = Callable[[list[Path]], tuple[int, float]]  # paths -> pages, seconds


def measured(work: Work, paths: list[Path]) -> tuple[int, float, float]:
    """Pages and seconds that `work` tells, and its peak memory in MB, run by itself in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_peak, (work, paths))


def _with_peak(work: Work, paths: list[Path]) -> tuple[int, float, float]:
    return *work(paths), _peak()


def _peak() -> float:
    """Peak memory of this very process in MB. Linux's own figure, since `ru_maxrss` is inherited from the parent."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def plain_loop(paths: list[Path]) -> tuple[int, float]:
    """Pages and seconds of a plain pdfplumber loop; a file it cannot open counts for none."""
    started = time.perf_counter()
    pages = 0
    for path in paths:
        try:
            with pdfplumber.open(path) as pdf:
                for page in pdf.pages:
                    page.extract_text()
                    page.close()
                    pages += 1
        except Exception as error:
            print(f"pdfplumber: {path.name}: {type(error).__name__}", file=sys.stderr)
    return pages, time.perf_counter() - started


def walk(paths: list[Path]) -> tuple[int, float]:
    """Pages and seconds of the whole walk over the same files in one process, without start-up."""
    from bronnen import errors, pipeline, settings

    tools = pipeline.load_tools(settings.Settings())
    started = time.perf_counter()
    pages = 0
    for path in paths:
        try:
            pages += len(pipeline.analyse(path, tools).document.pages)
        except errors.BronnenError:
            pages += page_count(path)  # reading it in vain took time too
    return pages, time.perf_counter() - started


def page_count(path: Path) -> int:
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return 0
    pages = len(pdf)
    pdf.close()
    return pages


def long_document(paths: list[Path], pages: int, target: Path) -> None:
    """A PDF of so many pages, taken in turn from the given files."""
    made = pypdfium2.PdfDocument.new()
    while len(made) < pages:
        for path in paths:
            try:
                pdf = pypdfium2.PdfDocument(path)
                made.import_pages(pdf, range(min(len(pdf), 25, pages - len(made))))
                pdf.close()
            except pypdfium2.PdfiumError:
                continue
            if len(made) >= pages:
                break
    made.save(target)
    made.close()


def scan(folder: Path, out: Path, jobs: int, paths: list[Path]) -> float:
    """Seconds of the whole command, start-up included."""
    command = [sys.executable, "-m", "bronnen", "scan", *map(str, paths), "--out", str(out), "--jobs", str(jobs)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True)
    assert done.returncode in (0, 8), done.stderr.decode(errors="replace")
    return time.perf_counter() - started


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    told = parser.parse_args()
    paths = sorted(told.folder.glob("*.pdf"))
    if told.limit:
        paths = paths[:: max(1, len(paths) // told.limit)]
    pages = sum(map(page_count, paths))
    print(f"{len(paths)} files, {pages} pages\n")
    print(f"{'measure':58}{'figure':>12}{'ratio':>8}")

    with tempfile.TemporaryDirectory() as made:
        out = Path(made)
        one = scan(told.folder, out / "one", 1, paths)
        two = scan(told.folder, out / "two", 2, paths)
        again = scan(told.folder, out / "two", 2, paths)
        named = {name: rows_in(out / "one" / f"{name}.csv") for name in ("balance", "failures", "duplicates")}
        walked, seconds, peak = measured(walk, paths)
        plain, plain_seconds, plain_peak = measured(plain_loop, paths)
        long_document(paths, 500, out / "long.pdf")
        _, _, long_peak = measured(walk, [out / "long.pdf"])

    reference = plain / plain_seconds
    accounted = sum(map(len, named.values()))
    for label, figure, ratio in [
        ("files in balance + failures + duplicates", f"{accounted}/{len(paths)}", ""),
        ("analysed (of the files that are no duplicate)", _share(named), ""),
        ("plain pdfplumber loop, pages/s", f"{reference:.1f}", "1.00"),
        (
            "bronnen, one worker, start-up off, pages/s",
            f"{walked / seconds:.1f}",
            f"{walked / seconds / reference:.2f}",
        ),
        ("bronnen scan --jobs 1, all included, pages/s", f"{pages / one:.1f}", f"{pages / one / reference:.2f}"),
        ("bronnen scan --jobs 2, all included, pages/s", f"{pages / two:.1f}", f"{pages / two / reference:.2f}"),
        ("two workers against one", f"{one / two:.2f}", ""),
        ("scan again, nothing changed, seconds", f"{again:.1f}", ""),
        ("peak memory of one worker, MB", f"{peak:.0f}", f"{peak / plain_peak:.2f}"),
        ("peak memory of one worker, 500-page document, MB", f"{long_peak:.0f}", ""),
    ]:
        print(f"{label:58}{figure:>12}{ratio:>8}")
    for row in named["failures"]:
        print(f"  failed: {Path(row['path']).name}: {row['code']} ({row['exit_code']})")


def _share(named: dict[str, list[dict[str, str]]]) -> str:
    tried = len(named["balance"]) + len(named["failures"])
    return f"{len(named['balance'])}/{tried} ({len(named['balance']) / max(1, tried):.1%})"


if __name__ == "__main__":
    main()
