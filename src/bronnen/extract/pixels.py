"""Whether words are seen, told by the page's picture: drawn with and without them, it is the same where they are not.

Words that are not drawn may still be read: the text that was recognised in a scan lies invisibly over its picture. Such
a word counts as seen where the picture shows letters in its place, and none of a word that stands there visibly.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2.raw as raw

from bronnen.extract.drawn import address

if TYPE_CHECKING:
    from bronnen.extract.hidden import Sheet, Suspect
    from bronnen.extract.words import RawWord

Box = tuple[float, float, float, float]

_SCALE = 2.0  # pixels per point
_MAX_PIXELS = 4_000_000
_SEEN = 12  # of 255: a smaller difference in colour is not seen
_INK = 0.08  # of a character's box: what its ink fills at least
_HIDDEN = 1 / 3  # of a word's characters: a name of which a part can be read is half hidden, so not told at all
_CONTRAST = 50  # of 255, between letters and their paper in a scan
_DARK = 80
_FLAT = 40  # of 255: darker and lighter parts of a blacked-out spot in a scan
_MAX_ROUNDS = 4
_MANY = 1_500  # suspects on one page: they are then asked together


def unseen(sheet: Sheet, words: Sequence[RawWord], suspects: Sequence[Suspect]) -> set[int]:
    """The places in `words` of the suspects that a reader cannot see."""
    scale = min(_SCALE, (_MAX_PIXELS / max(sheet.width * sheet.height, 1.0)) ** 0.5)
    whole = _drawn(sheet.page, scale)
    gone = {one.word for one in suspects if not one.is_drawn}
    for group in _rounds([one for one in suspects if one.is_drawn]):
        items = {address(item): item for one in group for item in one.objects}.values()
        try:
            for item in items:
                raw.FPDFPageObj_SetIsActive(item, False)
            differs = np.abs(whole - _drawn(sheet.page, scale)).max(axis=2) >= _SEEN
        finally:
            for item in items:
                raw.FPDFPageObj_SetIsActive(item, True)
        gone |= {one.word for one in group if not _is_seen(differs, one, scale)}
    lenient = [one for one in suspects if one.word in gone and one.is_lenient]
    if lenient:
        grey = whole.mean(axis=2)
        there = np.array([word[1:5] for at, word in enumerate(words) if at not in gone]).reshape(-1, 4)
        gone -= {one.word for one in lenient if not _stands_in(one.box, there) and _shows_letters(grey, one, scale)}
    return gone


def _drawn(page: Any, scale: float) -> Any:
    """The page as displayed: rows of pixels of three colours."""
    return page.render(scale=scale, may_draw_forms=False).to_numpy()[:, :, :3].astype(np.int16)


def _rounds(suspects: Sequence[Suspect]) -> list[list[Suspect]]:
    """The suspects in groups in which none lies over another: their marks would be taken for each other's."""
    if len(suspects) > _MANY:
        return [list(suspects)]
    groups: list[list[Suspect]] = []
    for one in suspects:
        for group in groups:
            boxes = np.array([other.box for other in group])
            if not _stands_in(one.box, boxes):
                group.append(one)
                break
        else:
            if len(groups) < _MAX_ROUNDS:
                groups.append([one])
            else:
                groups[-1].append(one)
    return groups


def _stands_in(box: Box, others: Any) -> bool:
    """Whether one of the boxes covers a fifth of this box, or this a fifth of one of them."""
    if not len(others):
        return False
    wide = np.minimum(others[:, 2], box[2]) - np.maximum(others[:, 0], box[0])
    high = np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1])
    both = np.clip(wide, 0, None) * np.clip(high, 0, None)
    area = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    own = (box[2] - box[0]) * (box[3] - box[1])
    return bool((both > 0.2 * np.maximum(np.minimum(area, own), 1e-3)).any())


def _is_seen(differs: Any, one: Suspect, scale: float) -> bool:
    """Whether at least two in three of the characters leave a mark; where they stand elsewhere, whether the word does."""
    marks = [_inked(differs, box, scale) for box in one.chars]
    if any(marks):
        return sum(marks) > (1 - _HIDDEN) * len(marks)
    return _inked(differs, one.box, scale)


def _inked(differs: Any, box: Box, scale: float) -> bool:
    part = _part(differs, box, scale)
    return bool(part.size and part.mean() >= _INK)


def _part(pixels: Any, box: Box, scale: float) -> Any:
    x0, top, x1, bottom = (round(max(0.0, side * scale)) for side in box)
    return pixels[top : max(bottom, top + 1), x0 : max(x1, x0 + 1)]


def _shows_letters(grey: Any, one: Suspect, scale: float) -> bool:
    """Whether the picture shows something like letters in the word's place, and no blacked-out part of them."""
    x0, top, x1, bottom = one.box
    high = bottom - top
    part = _part(grey, (x0, top + 0.15 * high, x1, bottom - 0.15 * high), scale)
    if not part.size or np.ptp(part) < _CONTRAST:
        return False
    count = max(1, len(one.chars))
    edges = np.linspace(0, part.shape[1], min(count, part.shape[1]) + 1).round().astype(int)
    blots = sum(
        bool(np.ptp(slot) < _FLAT and slot.mean() < _DARK)
        for slot in (part[:, begin:end] for begin, end in pairwise(edges))
    )
    return blots < _HIDDEN * (len(edges) - 1)
