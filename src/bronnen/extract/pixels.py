"""Whether words are seen, told by the page's picture: drawn with and without them, it is the same where they are not.

Words that are not drawn may still be read: the text that was recognised in a scan lies invisibly over its picture. Such
a word counts as seen where the picture shows letters in its place, and none of a word that stands there visibly.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from bronnen.extract import calls

if TYPE_CHECKING:
    from bronnen.extract.hidden import Sheet, Suspect
    from bronnen.extract.words import Box, RawWord

_SCALE, _SCAN_SCALE = 1.5, 1.0  # pixels per point, for words and for what shows through invisible ones
_MAX_PIXELS = 4_000_000
_PAD = 4.0  # points around the words looked at
_SEEN = 12  # of 255: a smaller difference in colour is not seen
_INK = 0.08  # of a character's box: what its ink fills at least
_HIDDEN = 1 / 3  # of a word's characters under something: a name that is hidden in part is not told at all
_CUT = 0.5  # of a word's characters cut off or faint, which nobody did to hide them
_LAYER = 0.6  # of the words under a picture show letters where they are the text of a scan
_SHORT, _NEAR = 3, 3.0  # characters, points
_CONTRAST = 35  # of 255, between letters and their paper in a scan
_CONTRAST_UNDER = 50  # the same for words under a picture, which may be a photo of anything
_DARK = 80
_FLAT = 40  # of 255: darker and lighter parts of a blacked-out spot in a scan
_MAX_ROUNDS = 4
_MANY = 1_500  # suspects on one page: they are then asked together


def unseen(sheet: Sheet, words: Sequence[RawWord], suspects: Sequence[Suspect]) -> set[int]:
    """The places in `words` of the suspects that a reader cannot see."""
    gone = {one.word for one in suspects if not one.is_drawn}
    painted = [one for one in suspects if one.is_drawn]
    if painted:
        view = _View(sheet, painted, _SCALE)
        whole = view.drawn()
        for group in _rounds(painted):
            gone |= {one.word for one in group} - _leaving_marks(view, whole, group)
    lenient = [one for one in suspects if one.word in gone and one.is_lenient]
    if lenient:
        there = np.array([word[1:5] for at, word in enumerate(words) if at not in gone]).reshape(-1, 4)
        view = _View(sheet, lenient, _SCAN_SCALE)
        grey = view.drawn(grey=True)
        shown = [one for one in lenient if not _stands_in(one.box, there) and _shows_letters(view, grey, one)]
        under = sum(one.is_drawn for one in lenient)
        is_layer = (
            sum(one.is_drawn for one in shown) >= _LAYER * under
        )  # a photo over a line of text shows letters here and there too
        gone -= {one.word for one in shown if is_layer or not one.is_drawn}
    return gone


class _View:
    """The part of the page in which the suspects stand, drawn as displayed."""

    def __init__(self, sheet: Sheet, suspects: Sequence[Suspect], scale: float) -> None:
        boxes = np.array([one.box for one in suspects])
        x0, top = np.maximum(boxes[:, :2].min(axis=0) - _PAD, 0.0)
        x1, bottom = boxes[:, 2:].max(axis=0) + _PAD
        right, below = max(0.0, sheet.width - x1), max(0.0, sheet.height - bottom)
        area = (sheet.width - x0 - right) * (sheet.height - top - below)
        self.scale = min(scale, float(np.sqrt(_MAX_PIXELS / max(area, 1.0))))
        self.left, self.top = ceil(x0 * self.scale), ceil(top * self.scale)  # pixels, as pdfium cuts them off
        self.crop = (x0, below, right, top)
        self.page = sheet.page

    def drawn(self, *, grey: bool = False) -> Any:
        """Rows of pixels, grey or of three colours, as the page is now."""
        bitmap = self.page.render(scale=self.scale, crop=self.crop, may_draw_forms=False, grayscale=grey)
        return bitmap.to_numpy() if grey else bitmap.to_numpy()[:, :, :3]

    def part(self, pixels: Any, box: Box) -> Any:
        """The pixels of a box, at least one."""
        x0, x1 = (max(0, round(side * self.scale) - self.left) for side in (box[0], box[2]))
        top, bottom = (max(0, round(side * self.scale) - self.top) for side in (box[1], box[3]))
        return pixels[top : max(bottom, top + 1), x0 : max(x1, x0 + 1)]


def _leaving_marks(view: _View, whole: Any, suspects: Sequence[Suspect]) -> set[int]:
    """The words of those without which the page looks different in their place from the `whole` of it."""
    items = {item for one in suspects for item in one.objects}
    try:
        for item in items:
            calls.set_active(item, False)
        without = view.drawn()
    finally:
        for item in items:
            calls.set_active(item, True)
    apart = np.maximum(whole, without) - np.minimum(whole, without)
    differs = np.maximum(np.maximum(apart[:, :, 0], apart[:, :, 1]), apart[:, :, 2]) >= _SEEN
    return {one.word for one in suspects if _is_seen(view, differs, one)}


def _rounds(suspects: Sequence[Suspect]) -> list[list[Suspect]]:
    """The suspects in groups in which none lies over another: their marks would be taken for each other's."""
    if len(suspects) > _MANY:
        return [list(suspects)]
    boxes = np.array([one.box for one in suspects])
    groups: list[list[int]] = []
    for at, one in enumerate(suspects):
        for group in groups:
            if not _stands_in(one.box, boxes[group]):
                group.append(at)
                break
        else:
            if len(groups) < _MAX_ROUNDS:
                groups.append([at])
            else:
                groups[-1].append(at)
    return [[suspects[at] for at in group] for group in groups]


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


def _is_seen(view: _View, differs: Any, one: Suspect) -> bool:
    """Whether enough of the characters leave a mark; where they stand elsewhere, whether the word does."""

    def is_inked(box: Box) -> bool:
        part = view.part(differs, box)
        return bool(part.size and part.mean() >= _INK)

    marks = [is_inked(box) for box in one.chars]
    if any(marks):
        hidden = len(marks) - sum(marks)
        return hidden < _HIDDEN * len(marks) if one.is_covered else hidden <= _CUT * len(marks)
    return is_inked(one.box)


def _shows_letters(view: _View, grey: Any, one: Suspect) -> bool:
    """Whether the picture shows something like letters in the word's place, and no blacked-out part of them."""
    x0, top, x1, bottom = one.box
    high = bottom - top
    part = view.part(grey, (x0, top + 0.15 * high, x1, bottom - 0.15 * high))
    if not part.size:
        return False
    if _contrast(part) < (_CONTRAST_UNDER if one.is_drawn else _CONTRAST):
        if one.is_drawn or one.length > _SHORT or part.mean() < _DARK:
            return False
        pad = max(0.4 * high, _NEAR)  # a dash, a dot or an 'i' stands a little beside where the recognition has it
        return _contrast(view.part(grey, (x0 - pad, top - pad, x1 + pad, bottom + pad))) >= _CONTRAST
    if (part < _DARK).mean() < _HIDDEN:
        return True
    edges = np.linspace(0, part.shape[1], min(max(1, len(one.chars)), part.shape[1]) + 1).round().astype(int)
    blots = sum(
        bool(slot.mean() < _DARK and _contrast(slot) < _FLAT)
        for slot in (part[:, begin:end] for begin, end in pairwise(edges))
    )
    return blots < _HIDDEN * (len(edges) - 1)


def _contrast(part: Any) -> int:
    return int(part.max()) - int(part.min())
