"""The questions to pdfium that are asked of every object and character of a page, in half the time.

The checks that ctypes makes of each argument cost more than most answers. Here objects, pages and variables are plain
addresses (`address`), which pdfium takes on trust: whoever asks holds the page open. Questions about characters leave
out the last check too: they take a text page and variables as `here` and `ctypes.byref` give them, and numbers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_double, c_int, c_ulong, c_void_p
from typing import Any

import pypdfium2.raw as raw


def address(handle: Any) -> int:
    """Where the page, text page or object of a handle of pdfium's is."""
    return ctypes.addressof(handle.contents)


def here(handle: Any) -> Any:
    """The same address as the questions about characters take it."""
    return ctypes.byref(handle.contents)


def handle(item: int) -> Any:
    """The object at an address, as pdfium's other functions take it."""
    return ctypes.cast(item, raw.FPDF_PAGEOBJECT)


def _quick(function: Any, answers: Any, *takes: Any) -> Callable[..., Any]:
    """A function of pdfium by what it answers and takes; where the latter is left out, in half the time once more."""
    return ctypes.PYFUNCTYPE(answers, *takes)(ctypes.cast(function, c_void_p).value or 0)


_ITEM, _AT = c_void_p, c_void_p

count_on_page = _quick(raw.FPDFPage_CountObjects, c_int, c_void_p)
item_on_page = _quick(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
count_in_form = _quick(raw.FPDFFormObj_CountObjects, c_int, _ITEM)
item_in_form = _quick(raw.FPDFFormObj_GetObject, c_void_p, _ITEM, c_ulong)
kind = _quick(raw.FPDFPageObj_GetType, c_int, _ITEM)
bounds = _quick(raw.FPDFPageObj_GetBounds, c_int, _ITEM, _AT, _AT, _AT, _AT)
fill = _quick(raw.FPDFPageObj_GetFillColor, c_int, _ITEM, _AT, _AT, _AT, _AT)
set_active = _quick(raw.FPDFPageObj_SetIsActive, c_int, _ITEM, c_int)
text_mode = _quick(raw.FPDFTextObj_GetTextRenderMode, c_int, _ITEM)
clip_path = _quick(raw.FPDFPageObj_GetClipPath, c_void_p, _ITEM)
count_clips = _quick(raw.FPDFClipPath_CountPaths, c_int, c_void_p)
count_segments = _quick(raw.FPDFPath_CountSegments, c_int, _ITEM)

text_object = _quick(raw.FPDFText_GetTextObject, c_void_p)
loose_box = _quick(raw.FPDFText_GetLooseCharBox, c_int)
font_size = _quick(raw.FPDFText_GetFontSize, c_double)
char_matrix = _quick(raw.FPDFText_GetMatrix, c_int)
is_unmapped = _quick(raw.FPDFText_HasUnicodeMapError, c_int)
font_name = _quick(raw.FPDFText_GetFontInfo, c_ulong)
