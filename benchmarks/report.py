"""How long the report of 500 documents with 50,000 passages takes, how large it is, and how soon it opens.

    bronnen scan ../shared/data/pdf --out scan
    python benchmarks/report.py scan

The documents are those of the scan, over again under other ids until there are enough, each cut to a hundred counted
passages or so. Opening is measured in a headless Chromium until its `load` event and until the triangle is drawn, with
the page from the disk. Peer in the same run: reading the same store, which any report must do.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bronnen import balance
from bronnen.records import Analysis
from bronnen.settings import Settings
from bronnen.store import Store

DOCUMENTS, PASSAGES = 500, 50_000


def main(scan: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, out = Path(folder) / "store", Path(folder) / "report.html"
        documents, passages = fill(store, scan)
        read, read_cpu = timed(lambda: read_all(store))
        written, written_cpu = timed(lambda: write(store, out))
        print(f"documents {documents}, passages {passages}")
        print(f"read the store  {read:6.1f} s, {read_cpu:.1f} s of processor")
        times = written_cpu / read_cpu
        print(f"write the page  {written:6.1f} s, {written_cpu:.1f} s of processor ({times:.1f} times the reading)")
        print(f"size            {out.stat().st_size / 1e6:6.1f} MB")
        loaded, drawn = opened(out)
        print(f"opens           {loaded:6.1f} s, triangle drawn after {drawn:.1f} s")


def fill(store: Path, scan: Path) -> tuple[int, int]:
    """A store with documents of a scan, over and over."""
    passages = number = 0
    with Store(scan) as source, Store(store, write=True) as target:
        run = source.last_run()
        assert run is not None
        made = target.begin_run(Settings(), "benchmark")
        while number < DOCUMENTS:
            for analysis in source.analyses(run):
                if number < DOCUMENTS and len(analysis.passages) >= 20:
                    left = (PASSAGES - passages) // (DOCUMENTS - number)
                    one = copied(analysis, number, left)
                    target.add(made, number, one.document.path, one)
                    number, passages = number + 1, passages + len(one.passages)
        target.end_run(made)
    return number, passages


def copied(analysis: Analysis, number: int, most: int) -> Analysis:
    """The document under another id and name, with so many passages at most."""
    document_id = hashlib.sha256(f"{number}{analysis.document.id}".encode()).hexdigest()
    name = f"{number:03d} {analysis.document.name}"
    document = replace(analysis.document, id=document_id, name=name, path=f"map/{name}")
    kept = analysis.passages[: max(most, 20)]
    verdicts = tuple(replace(one, document_id=document_id) for one in analysis.verdicts if one.end <= kept[-1].end)
    settings = Settings()
    figures = balance.of_parts(
        balance.parts(document, kept, verdicts, analysis.known, settings), analysis.known, settings
    )
    return replace(analysis, document=document, passages=kept, verdicts=verdicts, balance=figures)


def read_all(store: Path) -> None:
    with Store(store) as opened_store:
        run = opened_store.last_run()
        assert run is not None
        for _ in opened_store.analyses(run):
            pass


def write(store: Path, out: Path) -> None:
    from bronnen.cli import main as bronnen

    bronnen(["report", str(store), "--out", str(out)], standalone_mode=False)


def opened(path: Path) -> tuple[float, float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        begin = time.perf_counter()
        page.goto(path.as_uri())
        loaded = time.perf_counter() - begin
        page.wait_for_selector("#ternary .scatterlayer")
        drawn = time.perf_counter() - begin
        browser.close()
    return loaded, drawn


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor: a busy machine stretches the first only."""
    begin, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - cpu


if __name__ == "__main__":
    main(Path(sys.argv[1]))
