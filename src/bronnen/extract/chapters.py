"""Which headings open a chapter.

A reader asks of which chapter a figure is. Documents do not say which of their headings are chapters; numbers before
headings do, and else their size.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bronnen.records import Block, Kind, Word

_NUMBERED = re.compile(r"(\d{1,2})((?:\.\d{1,3})*)\.?\s+[^\W\d]")
_NAMED = re.compile(r"(?:hoofdstuk|deel|bijlage)\s+(?:\d+|[a-z]\b|[ivx]+\b|[a-z]+$)", re.IGNORECASE)
_LEAST = 2  # headings of a kind before they are taken for chapters: a title stands alone


def with_chapters(text: str, blocks: Sequence[Block], words: Sequence[Word]) -> tuple[Block, ...]:
    """The blocks, those marked that open a chapter.

    Headings such as '2 Aanpak' or 'Bijlage 1' do, and those without a number that are as large; without numbers, the
    headings of the largest size that more than one has; where no sizes are known, all headings.
    """
    sizes = {block.start: _size(block, words) for block in blocks if block.kind is Kind.HEADING}
    told = {block.start: " ".join(text[block.start : block.end].split()) for block in blocks if block.start in sizes}
    chapters = _numbered(told, sizes) or _largest(sizes) or set(sizes)
    return tuple(replace(block, opens_chapter=block.start in chapters) for block in blocks)


def _numbered(told: dict[int, str], sizes: dict[int, float]) -> set[int]:
    tops = {start for start, text in told.items() if _is_top(text)}
    if len(tops) < _LEAST:
        return set()
    middle = sorted(sizes[start] for start in tops)[len(tops) // 2]
    alike = {start for start, text in told.items() if 0 < middle <= sizes[start] and not _NUMBERED.match(text)}
    return tops | alike


def _is_top(text: str) -> bool:
    numbered = _NUMBERED.match(text)
    return not numbered.group(2) if numbered else bool(_NAMED.match(text))


def _largest(sizes: dict[int, float]) -> set[int]:
    common = [size for size, count in Counter(sizes.values()).items() if count >= _LEAST and size > 0]
    return {start for start, size in sizes.items() if size >= max(common)} if common else set()


def _size(block: Block, words: Sequence[Word]) -> float:
    """The size of a heading's letters in half points; 0 where the format tells none."""
    at = bisect_left(words, block.start, key=lambda word: word.start)
    is_known = at < len(words) and words[at].start < block.end
    return round(2 * words[at].size) / 2 if is_known else 0.0
