"""What many documents cost, from what a scan of some of them took: core-hours, storage, money, and what breaks first.

    python -m uv run python benchmarks/cost.py DIR --processor-seconds 38

DIR is a finished scan of documents like those to come; `--processor-seconds` is what that scan took of all processors
together (`time` tells: user + sys). Measures on the spot how much the store and the output files hold per document,
how many bytes a result is on its way, and what the one process that keeps the results needs for each. Prices are
parameters: put your own in.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

from bronnen.cli.entry import Made, Spool, entry_of
from bronnen.cli.outputs import write
from bronnen.settings import Settings
from bronnen.store import FILE, Store

GB = 1e9


def stored(found: Iterable[Made], folder: Path) -> tuple[float, float]:
    """Processor seconds per document for the one writer: into store and spool, and for the output files of the run."""
    count = 0
    with Store(folder, write=True) as store, Spool(folder) as spool:
        run = store.begin_run(Settings(), "cost")
        taken = 0.0
        for position, (analysis, entry) in enumerate(found):
            began = time.process_time()
            store.add(run, position, analysis.document.path, analysis)
            spool.put(entry)
            taken += time.process_time() - began
            count += 1
        began = time.process_time()
        write(store, run, folder, Settings(), spool=spool)
        return taken / count, (time.process_time() - began) / count


def made(store: Store, run: int) -> Iterator[Made]:
    """What workers would send back."""
    return (Made(one, entry_of(one, Settings())) for one in store.analyses(run))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processor-seconds", type=float, required=True)
    parser.add_argument("--core-hour", type=float, default=0.05, help="Price of a core for an hour, in euros.")
    parser.add_argument("--gb-month", type=float, default=0.10, help="Price of a GB of disk for a month, in euros.")
    told = parser.parse_args()
    with Store(told.folder) as store:
        run = store.last_run()
        assert run is not None, "there is no scan in this folder"
        documents = len(store.run_documents(run))
        pages = sum(len(one.document.pages) for one in store.analyses(run))
        sent = [bytes(ForkingPickler.dumps(one)) for one in made(store, run)]
        began = time.process_time()
        for one in sent:
            ForkingPickler.loads(one)
        took = (time.process_time() - began) / documents
        with tempfile.TemporaryDirectory() as room:
            adding, writing = stored(made(store, run), Path(room))
    seconds = told.processor_seconds / documents
    kept = (told.folder / FILE).stat().st_size / documents
    outputs = sum(path.stat().st_size for path in told.folder.glob("*.*") if path.name != FILE) / documents
    print(f"{documents} documents, {pages} pages ({pages / documents:.1f} a document)\n")
    print(f"{'per document':52}{'figure':>12}")
    for label, figure in (
        ("processor seconds, everything included", f"{seconds:.2f}"),
        ("store, kB", f"{kept / 1e3:.0f}"),
        ("output files, kB", f"{outputs / 1e3:.0f}"),
        ("result on its way to the scanning process, kB", f"{sum(map(len, sent)) / documents / 1e3:.0f}"),
        ("the one writer: taking a result in, ms", f"{took * 1e3:.1f}"),
        ("the one writer: into store and spool, ms", f"{adding * 1e3:.1f}"),
        ("the one writer: output files, ms (once a run)", f"{writing * 1e3:.1f}"),
        ("documents a second that one writer keeps", f"{1 / (took + adding):.0f}"),
        ("cores that keep one writer busy", f"{seconds / (took + adding):.0f}"),
    ):
        print(f"{label:52}{figure:>12}")
    titles = ("core-hours", "euros", "store, GB", "outputs, GB", "euros/month", "writer, h", "outputs, h")
    print(f"\n{'documents':>12}" + "".join(f"{title:>13}" for title in titles))
    for count in (10_000, 1_000_000, 10_000_000):
        hours, disk = seconds * count / 3600, (kept + outputs) * count / GB
        figures = (
            *(hours, hours * told.core_hour, kept * count / GB, outputs * count / GB, disk * told.gb_month),
            *((took + adding) * count / 3600, writing * count / 3600),
        )
        print(f"{count:12,}" + "".join(f"{figure:13,.1f}" for figure in figures))


if __name__ == "__main__":
    main()
