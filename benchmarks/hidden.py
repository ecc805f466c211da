"""What is left out as text that no reader sees, what that costs, and pictures to judge it by.

    python benchmarks/hidden.py ../shared/data/pdf [--limit 40] [--pictures FOLDER]

Prints how many pages have words left out, how many of those words lie outside the page, on how many pages the picture
of the page was asked, and pages per second of processor time with and without looking. Whether an alarm is right only
an eye can tell: with --pictures every page with one is drawn, the boxes of the words left out in magenta beside the
page as it is. The pictures show no hidden word, and no word is printed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bronnen.errors import BronnenError
from bronnen.extract import pdfium, pixels
from bronnen.extract.words import RawPage

Box = tuple[float, float, float, float]


def walk(paths: Sequence[Path], pictures: Path | None, *, keep: bool) -> tuple[list[tuple[str, RawPage]], int, float]:
    """The pages with words left out, all pages, and the processor seconds that reading them took."""
    found: list[tuple[str, RawPage]] = []
    count, spent = 0, 0.0
    for path in paths:
        data = path.read_bytes()
        start = time.process_time()
        try:
            with pdfium.opened(data) as document:
                for number in range(1, len(document) + 1):
                    page, _ = pdfium.read_page(document, number, keep_hidden=keep)
                    count += 1
                    if page.unseen:
                        found.append((path.name, page))
                        if pictures:
                            spent += time.process_time() - start
                            drawn(document, page).save(pictures / f"{path.stem[:40]}-{number}.png")
                            start = time.process_time()
        except BronnenError as error:
            print(error)
        spent += time.process_time() - start
    return found, count, spent


def drawn(document: Any, page: RawPage) -> Any:
    """The page as it is, and beside it the page with what was left out in boxes."""
    from PIL import Image, ImageDraw

    sheet = document[page.number - 1]
    scale = min(2.0, 1400 / max(page.width, page.height))
    plain = sheet.render(scale=scale).to_pil().convert("RGB")
    sheet.close()
    boxed = plain.copy()
    for box in page.unseen:
        ImageDraw.Draw(boxed).rectangle([side * scale for side in box], outline=(255, 0, 255))
    both = Image.new("RGB", (2 * plain.width, plain.height))
    both.paste(plain, (0, 0))
    both.paste(boxed, (plain.width, 0))
    return both


def is_outside(box: Box, page: RawPage) -> bool:
    return not (0 <= (box[0] + box[2]) / 2 <= page.width and 0 <= (box[1] + box[3]) / 2 <= page.height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="read only this many files, spread evenly")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the pages with an alarm")
    asked = parser.parse_args()
    paths = sorted(asked.folder.glob("*.pdf"))
    if asked.limit and len(paths) > asked.limit:
        paths = paths[:: len(paths) // asked.limit][: asked.limit]
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    looks, suspects = 0, 0
    unseen = pixels.unseen

    def counted(sheet: Any, words: Any, told: Any) -> set[int]:
        nonlocal looks, suspects
        looks, suspects = looks + 1, suspects + len(told)
        return unseen(sheet, words, told)

    pixels.unseen = counted
    found, pages, with_ = walk(paths, asked.pictures, keep=False)
    _, _, without = walk(paths, None, keep=True)
    words = sum(len(page.unseen) for _, page in found)
    outside = sum(is_outside(box, page) for _, page in found for box in page.unseen)
    print(f"{len(paths)} files, {pages} pages")
    print(f"pages with words left out: {len(found)} in {len({name for name, _ in found})} files")
    print(f"words left out: {words}, of which outside the page: {outside}")
    print(f"pages of which the picture was asked: {looks}, about {suspects} words")
    print(f"pages per second (pdfium alone): {pages / with_:.1f}, without looking {pages / without:.1f}")


if __name__ == "__main__":
    main()
