"""The two engines see the same words: pdfplumber is the reference for pdfium.

Agreement is the F measure of two bags of words: twice what they share over what they hold together.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from amount import mostly_slow

from bronnen.extract import pdfium, plumber

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "corpus" / "voorbeelden").glob("*.pdf"))
REAL = sorted((ROOT.parent / "shared" / "data" / "pdf").glob("*.pdf"))


def bags(path: Path, pages: int) -> tuple[Counter[str], Counter[str]]:
    """The words that pdfium and pdfplumber see on some `pages` pages, spread evenly over the document."""
    fast: Counter[str] = Counter()
    slow: Counter[str] = Counter()
    data = path.read_bytes()
    with pdfium.opened(data) as one, plumber.opened(data) as other:
        assert len(one) == len(other.pages)
        for number in range(1, len(one) + 1, max(1, len(one) // pages)):
            fast.update(word.text for word in pdfium.read_page(one, number)[0].all_words())
            slow.update(word.text for word in plumber.read_page(other, number).all_words())
    return fast, slow


def agreement(fast: Counter[str], slow: Counter[str]) -> float:
    total = fast.total() + slow.total()
    return 2 * (fast & slow).total() / total if total else 1.0


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 3


@pytest.mark.parametrize("path", mostly_slow(SAMPLES), ids=lambda path: path.stem)
def test_samples_agree(path: Path) -> None:
    fast, slow = bags(path, 1000)
    assert agreement(fast, slow) >= 0.99, (fast - slow, slow - fast)


def some_agree(paths: list[Path], pages: int) -> None:
    """All words together agree for 99%; no document of some length falls under 90%."""
    both: list[tuple[float, str, int]] = []
    fast: Counter[str] = Counter()
    slow: Counter[str] = Counter()
    shared = 0
    for path in paths:
        one, other = bags(path, pages)
        shared += (one & other).total()
        both.append((agreement(one, other), path.name, other.total()))
        fast, slow = fast + one, slow + other
    assert 2 * shared / (fast.total() + slow.total()) >= 0.99, sorted(both)[:10]
    assert not [told for told in both if told[0] < 0.9 and told[2] > 50]


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="no ../shared/data/pdf beside this checkout")
def test_some_real_pages_agree() -> None:
    some_agree(REAL[::9], 2)


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="no ../shared/data/pdf beside this checkout")
def test_many_real_pages_agree() -> None:
    some_agree(REAL, 4)
