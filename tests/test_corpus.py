"""Samples, splits by document, and verdicts put back on their place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bronnen.corpus import anchor, read_samples, sample_text, split
from bronnen.errors import StoreError
from bronnen.records import Source, Unit, Use, Verdict

LABELS = Path(__file__).parents[2] / "shared" / "data" / "labels" / "sentences.jsonl"
VERDICT = Verdict("d", 0, 4, 1, Unit.SENTENCE, frozenset(Source), {Source.SCIENTIFIC: Use.USED}, "Het.", "person:a")


def line(unit: str = "u1", doc: str = "a.pdf", par: int = 0, text: str = "Een zin.", **more: object) -> str:
    row = {"unit": unit, "doc": doc, "organisation": "o", "whole": False, "pdf": None, "page": 1, "par": par}
    return json.dumps(row | {"text": text, "used": [], "called_for": []} | more) + "\n"


def test_samples_keep_units_and_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    used = {"used": ["scientific"], "called_for": ["scientific", "professional"]}
    path.write_text(line() + line(text="Twee.") + line(par=1, **used) + "\n" + line("u2", "b.pdf"), encoding="utf-8")
    first, second = read_samples(path)
    assert [len(paragraph) for paragraph in first.paragraphs] == [2, 1]
    assert first.paragraphs[1][0].labels == {Source.SCIENTIFIC: Use.USED, Source.PROFESSIONAL: Use.CALLED_FOR}
    assert (second.unit, second.document, second.whole) == ("u2", "b.pdf", False)
    text, verdicts = sample_text(first)
    assert text == "Een zin. Twee.\n\nEen zin."
    assert all(text[verdict.start : verdict.end] == verdict.quote for verdict in verdicts)


@pytest.mark.parametrize(
    "content",
    [
        "[1]\n",
        "{\n",
        line() + line("u2") + line("u1"),
        line() + line(doc="b.pdf"),
        line(used=["hearsay"]),
        line(page="1"),
        line(text=None),
        "[" * 100_000,
    ],
    ids=["list", "cut off", "unit comes back", "two documents", "source", "page", "text", "deep"],
)
def test_bad_samples_are_refused_with_their_place(tmp_path: Path, content: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="jsonl"):
        read_samples(path)


@pytest.mark.skipif(not LABELS.exists(), reason="the labelled sentences in ../shared/data are not here")
def test_the_real_samples_are_read() -> None:
    samples = read_samples(LABELS)
    assert (len(samples), len({sample.document for sample in samples})) == (979, 444)
    assert sum(len(paragraph) for sample in samples for paragraph in sample.paragraphs) == 24_625


@given(st.lists(st.sampled_from("abcdefghij"), max_size=60), st.integers(1, 7), st.integers(0, 99))
def test_no_document_is_in_two_folds(ids: list[str], folds: int, seed: int) -> None:
    parts = split(ids, folds, np.random.default_rng(seed))
    assert len(parts) == folds
    assert sorted(index for part in parts for index in part) == list(range(len(ids)))
    names = [{ids[index] for index in part} for part in parts]
    assert sum(map(len, names)) == len(set(ids))
    assert parts == split(ids, folds, np.random.default_rng(seed))


def test_folds_are_of_like_size() -> None:
    ids = [name for name in "abcdefghijklmnopqrst" for _ in range(5)]
    assert {len(part) for part in split(ids, 5, np.random.default_rng(1))} == {20}
    with pytest.raises(ValueError, match="folds"):
        split(ids, 0, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("start", "quote", "text", "place"),
    [
        (0, "Het.", "Het. Dat.", 0),
        (0, "Het.", "Dat. Het.", 5),
        (9, "aa", "aa....aa..aa", 10),
        (8, "aa", "aa....aa..aa", 6 + 0),
        (0, "café", "een cafe\u0301".replace("e\u0301", "é"), 4),
        (0, "cafe\u0301", "een café", 4),
        (0, "weg", "hier niet", None),
        (0, "", "hier niet", None),
        (500, "Het.", "Het.", 0),
    ],
)
def test_a_verdict_finds_its_place(start: int, quote: str, text: str, place: int | None) -> None:
    found = anchor(replace(VERDICT, start=start, end=start + max(len(quote), 1), quote=quote), text)
    assert (found.start if found else None) == place
    if found:
        assert text[found.start : found.end] == found.quote


@given(st.text(), st.text(min_size=1, max_size=5), st.integers(0, 40))
def test_an_anchored_verdict_always_covers_its_quote(text: str, quote: str, start: int) -> None:
    found = anchor(replace(VERDICT, start=start, end=start + 1, quote=quote), text)
    if found:
        assert text[found.start : found.end] == found.quote
        assert replace(found, start=0, end=0, quote="") == replace(VERDICT, start=0, end=0, quote="")
