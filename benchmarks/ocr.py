"""How many words text recognition gets right, how sure it is of them, and what it costs.

    python benchmarks/ocr.py [--pages 12] [--scans ../shared/data/pdf_scans] [--ocrmypdf]

Pages of `corpus/voorbeelden`, of which the words are known, are made into scans: clean at 300 dpi, and at 150 dpi with
noise and askew by 1 and 2 degrees (`tests/scan_factory.py`). Recall is the share of known words that come out whole.
Seconds are of processor time, Tesseract's included, per page. With --ocrmypdf the same pages go through OCRmyPDF (needs
that program) for comparison. Prints one table; exits with 1 where a bar is not met.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from scan_factory import EXAMPLES, page, recall, scan, worn

from bronnen.errors import BronnenError
from bronnen.extract import ocr, pdfium, read
from bronnen.settings import Settings

Reader = Callable[[bytes], tuple[list[str], float]]
KINDS = (("clean, 300 dpi", 300, None, 0.97), ("noise, 150 dpi, +1 degree", 150, 1.0, 0.90),
         ("noise, 150 dpi, -2 degrees", 150, -2.0, 0.90))  # fmt: skip


def ours(data: bytes) -> tuple[list[str], float]:
    """Words and confidence of the first page as bronnen reads it."""
    with pdfium.opened(data) as document:
        found = ocr.recognise_page(document, 1, "nld", 300, None)
    assert found is not None
    return [word.text for word in found.page.words], found.confidence


def by_ocrmypdf(*options: str) -> Reader:
    """The words in the text layer that OCRmyPDF makes; it tells of no confidence."""

    def reader(data: bytes) -> tuple[list[str], float]:
        with tempfile.TemporaryDirectory() as folder:
            before, after = Path(folder, "in.pdf"), Path(folder, "out.pdf")
            before.write_bytes(data)
            command = ("ocrmypdf", "-q", "-l", "nld", "--jobs", "1", "--output-type", "pdf", "--optimize", "0")
            subprocess.run([*command, "--rasterizer", "pypdfium", *options, before, after], check=True)
            with pdfium.opened(after.read_bytes()) as document:
                found, _ = pdfium.read_page(document, 1)
        return [word.text for word in found.all_words()], float("nan")

    return reader


def seconds() -> float:
    """Processor time so far, of this process and those it waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measured(reader: Reader, pages: Sequence[tuple[list[str], Any]], dpi: int) -> tuple[float, float, float, float]:
    """Recall over all words and on the worst page, mean confidence, seconds per page."""
    known: list[str] = []
    seen: list[str] = []
    worst, sure, start = 1.0, 0.0, seconds()
    for words, image in pages:
        found, confidence = reader(scan([image], dpi))
        worst = min(worst, recall(words, found))
        known += words
        seen += found
        sure += confidence / len(pages)
    return recall(known, seen), worst, sure, (seconds() - start) / len(pages)


def real(folder: Path) -> tuple[int, int]:
    """How many documents there are, and of how many there is text."""
    paths = sorted(folder.glob("*.pdf"))
    read_well = 0
    for path in paths:
        try:
            document = read(path, Settings())
            sure = ", ".join(f"{one.confidence:.0%}" for one in document.pages if one.confidence is not None)
            print(f"  {len(document.words):5} words, certainty {sure}")
            read_well += 1
        except BronnenError as error:
            print(error)
    return len(paths), read_well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--scans", type=Path)
    parser.add_argument("--ocrmypdf", action="store_true")
    asked = parser.parse_args()
    paths = sorted(EXAMPLES.glob("*.pdf"))
    places = [(path, 1 + at % 2) for at, path in enumerate(paths)][: asked.pages]
    readers: dict[str, Reader] = {"bronnen": ours}
    if asked.ocrmypdf:
        readers |= {"ocrmypdf": by_ocrmypdf(), "ocrmypdf --deskew": by_ocrmypdf("--deskew")}
    print(f"{len(places)} pages of {EXAMPLES.name}; {ocr.version('nld')}")
    print(f"{'scan':28}{'read by':20}{'recall':>8}{'worst':>8}{'sure':>8}{'s/page':>8}")
    is_met = True
    for name, dpi, skew, bar in KINDS:
        pages = [page(path, number, dpi) for path, number in places]
        if skew is not None:
            pages = [(words, worn(image, skew, seed)) for seed, (words, image) in enumerate(pages)]
        for who, reader in readers.items():
            found, worst, sure, cost = measured(reader, pages, dpi)
            print(f"{name:28}{who:20}{found:8.1%}{worst:8.1%}{sure:8.1%}{cost:8.1f}", flush=True)
            is_met = is_met and (who != "bronnen" or found >= bar)
    if asked.scans:
        there, done = real(asked.scans)
        print(f"{asked.scans.name}: {done} of {there} documents have text")
        is_met = is_met and done == there
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
