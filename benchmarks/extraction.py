"""Speed of extraction against a plain pdfplumber loop, and how far the two engines agree.

    python benchmarks/extraction.py ../shared/data/pdf [--limit 40] [--pages 4]

Prints one table. Pages per second are of processor time of one core; the ratio is to the reference loop in the same
run, over the same files. `auto` and `pdfium` include the layout, the reference only extracts text.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pdfplumber

from bronnen.errors import BronnenError
from bronnen.extract import pdf, pdfium, plumber, read
from bronnen.settings import ExtractSettings, Settings


def reference(path: Path) -> int:
    """What people write first: every page's `extract_text`."""
    with pdfplumber.open(path) as document:
        for page in document.pages:
            try:
                page.extract_text()
            finally:
                page.close()
        return len(document.pages)


def ours(engine: str) -> Callable[[Path], int]:
    return lambda path: len(read(path, Settings(ExtractSettings(engine))).pages)


def speed(paths: list[Path], extract: Callable[[Path], int]) -> tuple[int, float]:
    """Pages, and pages per second of processor time; a file that cannot be read counts no pages."""
    pages, start = 0, time.process_time()
    for path in paths:
        try:
            pages += extract(path)
        except BronnenError as error:
            print(error, file=sys.stderr)
    return pages, pages / (time.process_time() - start)


def by_plumber(paths: list[Path]) -> tuple[int, int]:
    """On how many pages `auto` asks pdfplumber, and on how many pdfplumber's reading is taken."""
    asked = taken = 0
    read_page = plumber.read_page
    seen: list[object] = []

    def counted(document: object, number: int) -> object:
        page = read_page(document, number)
        seen.append(page)
        return page

    plumber.read_page = counted
    try:
        for path in paths:
            seen.clear()
            pages, _ = pdf.pages_of(path.read_bytes(), ExtractSettings())
            asked += len(seen)
            taken += sum(any(page is found for found in seen) for page in pages)
    finally:
        plumber.read_page = read_page
    return asked, taken


def agreement(paths: list[Path], pages: int) -> tuple[float, list[tuple[float, str]]]:
    """F of the two engines' bags of words, per document and over all, on some `pages` pages of each."""
    shared = total = 0
    each = []
    for path in paths:
        data = path.read_bytes()
        fast: Counter[str] = Counter()
        slow: Counter[str] = Counter()
        with pdfium.opened(data) as one, plumber.opened(data) as other:
            for number in range(1, len(one) + 1, max(1, len(one) // pages)):
                fast.update(word.text for word in pdfium.read_page(one, number)[0].all_words())
                slow.update(word.text for word in plumber.read_page(other, number).all_words())
        both, summed = 2 * (fast & slow).total(), fast.total() + slow.total()
        shared, total = shared + both, total + summed
        if summed:
            each.append((both / summed, path.name))
    return shared / total, sorted(each)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="read only this many files, spread evenly")
    parser.add_argument("--pages", type=int, default=4, help="pages per file on which the engines are compared")
    asked = parser.parse_args()
    paths = sorted(asked.folder.glob("*.pdf"))
    if asked.limit and len(paths) > asked.limit:
        paths = paths[:: len(paths) // asked.limit][: asked.limit]
    runs = {"auto": ours("auto"), "pdfium": ours("pdfium"), "pdfplumber extract_text": reference}
    found = {name: speed(paths, extract) for name, extract in runs.items()}
    base = found["pdfplumber extract_text"][1]
    print(f"{len(paths)} files\n{'engine':26}{'pages':>7}{'pages/s':>9}{'ratio':>7}")
    for name, (pages, per_second) in found.items():
        print(f"{name:26}{pages:7}{per_second:9.1f}{per_second / base:7.2f}")
    wanted, taken = by_plumber(paths)
    pages = found["auto"][0]
    print(f"pages that auto gives to pdfplumber: {wanted} ({wanted / pages:.1%}), taken from it: {taken}")
    overall, each = agreement(paths, asked.pages)
    under = sum(score < 0.99 for score, _ in each)
    print(f"words on which the engines agree: {overall:.2%}; {under} of {len(each)} files under 99%; the lowest:")
    for score, name in each[:8]:
        print(f"{score:8.2%}  {name}")


if __name__ == "__main__":
    main()
