"""Tables of contents: runs of lines that end in a page number, after a row of dots or in a column of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bronnen.extract.lines import Line

_TITLE = re.compile(r"(\d+\.?\s+)?inhoud(s(opgave|overzicht|tafel))?:?", re.IGNORECASE)
_LEADER = re.compile(r"(?:[.·…_]\s?){3,}\s*([\divxIVX]{1,4})?$")
_PAGE = re.compile(r"\d{1,3}")


def contents_runs(lines: Sequence[Line], is_open: bool) -> tuple[list[tuple[int, int]], bool]:
    """Spans of lines that are a table of contents, and whether it may go on in the next column or on the next page.

    `is_open`: whether a table of contents was going on before these lines.
    """
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(lines):
        titled = bool(_TITLE.fullmatch(lines[at].text)) and len(lines[at].words) <= 3
        if not (titled or _is_entry(lines[at], titled or is_open)):
            at += 1
            is_open = False
            continue
        end, sure = _run(lines, at + titled, titled or is_open)
        if sure or (titled and end > at + 2) or (is_open and end > at):
            runs.append((at, end))
            is_open = end == len(lines)
            at = end
        else:
            is_open = titled and end == len(lines)
            at = max(end, at + 1)
    return runs, is_open


def _run(lines: Sequence[Line], start: int, is_titled: bool) -> tuple[int, bool]:
    """Where the entries that begin at `start` end, and whether they are surely contents: dots, or rising numbers."""
    end = at = start
    last = entries = dotted = 0
    while at < len(lines):
        line = lines[at]
        if _is_entry(line, is_titled):
            told = line.words[-1].text.strip(".…·_")
            value = int(told) if told.isdigit() else last
            leader = _LEADER.search(line.text)
            if value < last and not leader:
                break
            last, entries = value, entries + 1
            dotted += 0 if not leader else 2 if leader[1] else 1
            at = end = at + 1
        elif at - end < 1 + is_titled and len(line.text) < 110:
            at += 1  # the first line of an entry that runs on, or a heading among them
        else:
            break
    return end, dotted > 1 or entries >= 4  # one row of dots without a number may end any line


def _is_entry(line: Line, is_titled: bool) -> bool:
    if line.table is not None or len(line.words) < 2:
        return False
    last = line.words[-1].text
    if not (last[-1].isdigit() or last[-1] in ".…·_ivx"):
        return False
    if last[-1] in ".ivx" and len(last) > 4 and not last.endswith(".."):
        return False
    if _LEADER.search(line.text) and (last[-1].isdigit() or not any(char.isalnum() for char in last)):
        return True
    if not _PAGE.fullmatch(last) or sum(char.isalpha() for char in line.text) < 3:
        return False
    if len(line.cuts) == 1 and line.cuts[0] == len(line.words) - 1:
        return True
    return is_titled and (len(line.cuts) > 0 or line.words[0].text[0].isdigit() or line.words[0].text[0].isupper())
