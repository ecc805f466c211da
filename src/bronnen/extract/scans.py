"""Whether a page is a scan: a picture over all of it, and text on top that nobody sees, which came with the scan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pypdfium2.raw as raw

_COVERED = 0.6  # of the page by pictures: a scan may have a white margin, or be cut into strips
_SEEN = 0.1  # of the pieces of text that may be drawn for the eye: a stamp over a scan
_MOST = 5_000  # objects looked at
_DEPTH = 5  # of forms in forms


def is_covered(page: Any) -> bool:
    """Whether pictures cover most of the page."""
    width, height = page.get_size()
    left, bottom, right, top = page.get_bbox()
    area = 0.0
    for x0, y0, x1, y1 in (box for box, _ in _pictures(page)):
        area += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
    return bool(area >= _COVERED * width * height > 0)


def is_hidden(page: Any) -> bool:
    """Whether nearly all text of the page is drawn invisibly (render mode 3), as text recognition leaves it."""
    seen = hidden = 0
    for item in islice(page.get_objects(max_depth=_DEPTH), _MOST):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            is_drawn = raw.FPDFTextObj_GetTextRenderMode(item) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
            seen, hidden = seen + is_drawn, hidden + (not is_drawn)
    return hidden > 0 and seen <= _SEEN * (seen + hidden)


def most_pixels(page: Any) -> int:
    """Pixels of the largest picture on the page, as the file stores it."""
    return max((pixels for _, pixels in _pictures(page)), default=0)


def finest(page: Any) -> float:
    """Pixels per inch of the largest picture on the page as it stands there; 0 without one."""
    best, dpi = 0.0, 0.0
    for (x0, y0, x1, y1), pixels in _pictures(page):
        area = (x1 - x0) * (y1 - y0)
        if area > best:
            best, dpi = area, 72 * (pixels / area) ** 0.5
    return float(dpi)


def _pictures(page: Any) -> Iterator[tuple[tuple[float, float, float, float], int]]:
    """Where pictures stand on the page, y up, and its pixels; of a form those of the largest in it."""
    for item in islice(page.get_objects(max_depth=1), _MOST):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            yield item.get_bounds(), _pixels(item)
        elif item.type == raw.FPDF_PAGEOBJ_FORM:
            inside = islice(page.get_objects(max_depth=_DEPTH, form=item, level=1), _MOST)
            pixels = max((_pixels(one) for one in inside if one.type == raw.FPDF_PAGEOBJ_IMAGE), default=0)
            if pixels:
                yield item.get_bounds(), pixels


def _pixels(item: Any) -> int:
    width, height = item.get_px_size()
    return int(width) * int(height)
