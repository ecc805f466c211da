"""A page as a picture: what is marked on it is the passage, however the page is turned or cropped."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from pdf_factory import Sheet, paragraph, pdf, text
from PIL import Image

from bronnen.errors import BronnenError
from bronnen.extract.picture import marked, picture, place_on
from bronnen.records import Document
from bronnen.report.highlight import boxes_of

LINES = ("De raad stelt het beleid vast en vraagt", "ouders om hun ervaringen te vertellen.")
OTHER = ("Een heel ander stuk staat hier onder,", "en gaat over iets anders dan dat.")
MARK = (255, 236, 150)


def boxes(data: bytes, words: str) -> tuple[Any, list[tuple[float, float, float, float]]]:
    page = picture(data, 1)
    place = place_on(page, words, 0)
    assert place is not None
    document = Document("", "", "", page.text, (), (), page.words, "")
    return page, [(box.x0, box.top, box.x1, box.bottom) for box in boxes_of(document, *place)]


def turned(rotate: int) -> bytes:
    """Two passages that stand upright on a page that is turned clockwise."""
    matrix = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[rotate]
    first = {0: (80, 700), 90: (150, 100), 180: (500, 150), 270: (450, 700)}[rotate]
    down = {0: (0, -1), 90: (1, 0), 180: (0, 1), 270: (-1, 0)}[rotate]
    return b"".join(
        text(first[0] + down[0] * at, first[1] + down[1] * at, line, matrix=matrix)
        for at, line in zip((0, 13, 200, 213), (*LINES, *OTHER), strict=True)
    )


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_mark_lies_on_the_words(rotate: int) -> None:
    page, found = boxes(pdf(Sheet(turned(rotate), crop=(50, 40, 535, 772), rotate=rotate)), " ".join(LINES))
    plain = Image.open(io.BytesIO(marked(page, []))).convert("L")
    image = Image.open(io.BytesIO(marked(page, found))).convert("RGB")
    assert max(image.width, image.height) <= 2400 and image.width <= 1100
    inside, outside = [], []
    dark = [(x, y) for x in range(0, plain.width, 2) for y in range(0, plain.height, 2) if plain.getpixel((x, y)) < 100]
    for x, y in dark:
        at = x / page.scale, y / page.scale
        is_in = any(x0 - 2 <= at[0] <= x1 + 2 and top - 2 <= at[1] <= bottom + 2 for x0, top, x1, bottom in found)
        (inside if is_in else outside).append((x, y))
    assert 0.3 < len(inside) / len(dark) < 0.7, "half of what is written is in the boxes"
    colours = {colour: count for count, colour in image.getcolors(1 << 24) or []}
    assert colours[MARK] > 2_000
    assert all(max(image.getpixel(spot)) < 160 for spot in inside), "what is black stays black under the mark"


def test_a_passage_with_words_that_nobody_sees_is_found_where_the_scan_kept_them() -> None:
    data = pdf(Sheet(paragraph(80, 700, LINES) + text(80, 600, "Zwanenburgh") + b"0 g 70 590 150 25 re f\n"))
    assert place_on(picture(data, 1, keep_hidden=True), "Zwanenburgh", 0) is not None
    assert place_on(picture(data, 1), "Zwanenburgh", 0) is None


def test_a_passage_is_found_by_its_letters_and_nearest_to_its_place() -> None:
    page, _ = boxes(pdf(Sheet(paragraph(80, 700, LINES) + paragraph(80, 400, LINES))), "  ".join(LINES))
    first, second = (place_on(page, "ouders om\nhun", before) for before in (0, 90))
    assert first is not None and second is not None and first < second
    assert place_on(page, "Dit staat er niet.", 0) is None and place_on(replace(page, text=""), "ouders", 0) is None


def test_what_cannot_be_drawn_says_so() -> None:
    good = pdf(Sheet(paragraph(80, 700, LINES)))
    for data, number in ((b"geen pdf", 1), (good, 2), (good, 0), (good, -1), (good[:200], 1), (b"", 1)):
        with pytest.raises(BronnenError):
            picture(data, number)
    huge = picture(pdf(Sheet(paragraph(80, 700, LINES), media=(0, 0, 14_400, 14_400))), 1)
    assert huge.image.width <= 1100
