"""A team's own labels as runs: what counts, what stands together, what is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import E, P, W

from bronnen.errors import StoreError
from bronnen.records import Labels, Source, Unit, Use, Verdict
from bronnen.training.own import of_verdicts, read_own

ALL = frozenset(Source)


def said(start: int, text: str, labels: Labels, *, unit: Unit = Unit.SENTENCE, by: str = "person:an") -> Verdict:
    return Verdict("d1", start, start + len(text), None, unit, ALL, labels, text, by)


def test_neighbouring_sentences_are_a_run_in_their_paragraphs() -> None:
    one = said(0, "Ouders vertellen dat zij wachten.", {E: Use.USED})
    two = said(34, "Ook is het druk.", {})
    other_block = said(52, "Volgens het CBS groeit de stad.", {W: Use.USED})
    far = said(500, "De raad besluit.", {})
    runs = list(of_verdicts([far, two, one, other_block]))
    assert [list(run.paragraphs) for run in runs] == [
        [(one.quote, two.quote), (other_block.quote,)],
        [(far.quote,)],
    ]
    assert runs[0].told == (True, True)
    assert runs[0].passages[:, :, 0].tolist() == [[True, False, False], [False, False, True]]


def test_passages_are_judged_as_passages_only() -> None:
    text = "Ouders vertellen dat zij wachten. Ook is het druk."
    passage = said(0, text, {E: Use.USED, P: Use.CALLED_FOR}, unit=Unit.PASSAGE)
    inside = said(0, "Ouders vertellen dat zij wachten.", {P: Use.USED})
    next_one = said(len(text) + 2, "De raad besluit.", {}, unit=Unit.PASSAGE)
    (run,) = of_verdicts([passage, inside, next_one])
    assert run.told == (False, True)
    assert [len(paragraph) for paragraph in run.paragraphs] == [2, 1]
    assert run.passages[0].tolist() == [[True, False], [False, True], [False, False]]  # the passage's verdict wins
    assert not run.sentences.any()


def test_what_counts_is_settled_as_everywhere() -> None:
    first = said(0, "Ouders wachten.", {E: Use.USED})
    part = replace(first, judged=frozenset({E}), labels={}, at="2026-02-01T00:00:00+00:00")
    (run,) = of_verdicts([part, first])
    assert not run.sentences.any()  # the later word on one source counts, the others stay
    settled = replace(first, labels={P: Use.USED}, by="adjudicated:bo")
    (run,) = of_verdicts([settled, first, part])
    assert np.argwhere(run.sentences).tolist() == [[0, 1, 0]]


def test_what_is_not_known_is_left_out() -> None:
    first = said(0, "Ouders wachten.", {E: Use.USED})
    assert not list(of_verdicts([replace(first, judged=frozenset({E}))]))
    assert not list(of_verdicts([replace(first, by="model:abc")]))
    thirds = [replace(first, judged=frozenset({s}), labels={E: Use.USED} if s is E else {}) for s in Source]
    assert len(list(of_verdicts(thirds))) == 1


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_files_of_labels_and_of_samples_are_told_apart(tmp_path: Path, suffix: str) -> None:
    labels = tmp_path / f"labels.{suffix}"
    row = '{"document": "d1", "start": 0, "end": 4, "unit": "passage", "text": "Druk", "labels": {}, "by": "person:an"}'
    table = "document;start;end;unit;text;labels;by\nd1;0;4;passage;Druk;;person:an\n"
    labels.write_text(f"{row}\n" if suffix == "jsonl" else table, encoding="utf-8")
    samples = tmp_path / "samples.jsonl"
    line = '{"unit": "u", "doc": "d2", "organisation": "o", "whole": true, "page": 1, "par": 0, "text": "Druk.", '
    samples.write_text(line + '"used": ["scientific"], "called_for": []}\n', encoding="utf-8-sig")
    assert [run.document for run in read_own([labels, samples])] == ["d2", "d1"]


def test_broken_and_missing_files_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        read_own([tmp_path / "none.jsonl"])
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    assert read_own([tmp_path / "empty.jsonl"]) == []
    (tmp_path / "broken.jsonl").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(StoreError):
        read_own([tmp_path / "broken.jsonl"])
