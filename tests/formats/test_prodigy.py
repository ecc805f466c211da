"""Prodigy's JSON lines, as `db-out` gives them, and what we write for it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from codings import seen, texts
from hypothesis import given, settings

from bronnen.errors import StoreError
from bronnen.formats.coded import UNKNOWN, Coded, Coding, Text
from bronnen.formats.prodigy import read_prodigy, write_prodigy

AT = "2023-07-25T12:51:56+00:00"
RECORD = {
    "text": "😀 Ouders zeggen het.",
    "meta": {"source": "nota.pdf"},
    "_input_hash": -1886856397,
    "_task_hash": 1,
    "_is_binary": False,
    "tokens": [{"text": "😀", "start": 0, "end": 1, "id": 0, "ws": True}],
    "_view_id": "spans_manual",
    "spans": [{"start": 2, "end": 8, "token_start": 1, "token_end": 1, "label": "een"}],
    "answer": "accept",
    "_timestamp": 1690289516,
    "_annotator_id": "set-anna",
    "_session_id": "set-anna",
}


def read(tmp_path: Path, *records: Any) -> Coded:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return read_prodigy(tmp_path / "a.jsonl")


@settings(max_examples=80, deadline=None)
@given(texts())
def test_what_people_said_comes_back_and_the_model_asks(told: list[Text]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        write_prodigy(path, told)
        found = read_prodigy(path)
    assert seen(found.texts) == seen(told, by_people=True)
    assert {(one.text, one.key, one.name, one.at) for one in found.texts} <= {
        (one.text, one.key, one.name, one.at) for one in told
    }


def test_spans_count_code_points(tmp_path: Path) -> None:
    (text,) = read(tmp_path, RECORD).texts
    (one,) = text.selections
    assert (text.name, text.text[one.start : one.end]) == ("nota.pdf", "Ouders")
    assert one.codings == (Coding("een", "set-anna", AT),)


def test_answers(tmp_path: Path) -> None:
    open_, ignored = {**RECORD, "answer": None}, {**RECORD, "answer": "ignore"}
    found = read(tmp_path, RECORD, open_, ignored, {**RECORD, "answer": "reject"})
    assert len(found.texts) == 1 and found.unanswered == 2
    (left,) = found.left
    assert left.where == "line 4" and "rejected" in left.said


def test_choices_and_who_gave_no_name(tmp_path: Path) -> None:
    options = [{"id": 1, "text": "Ervaringskennis"}, {"id": "W", "text": "Wetenschap"}]
    choice = {"text": "Een zin.", "options": options, "accept": [1, "W"], "answer": "accept", "_view_id": "choice"}
    found = read(tmp_path, {**choice, "_session_id": "set-2023-07-25_14-50-21"}, {**RECORD, "_timestamp": 1e300})
    assert [(one.code, one.coder) for one in found.texts[0].whole] == [("Ervaringskennis", UNKNOWN), ("W", UNKNOWN)]
    assert found.texts[1].selections[0].codings[0].at == ""
    binary = {"text": "Een zin.", "label": "een", "answer": "accept"}
    assert [one.code for one in read(tmp_path, binary).texts[0].whole] == ["een"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"spans": [{"start": 2, "end": "8", "label": "een"}]}, "line 1, spans[0].end: '8' is no offset"),
        ({"spans": [{"start": 2, "end": 8}]}, "line 1, spans[0].label: '—' is no text"),
        ({"spans": {"start": 1}}, "line 1, spans: {'start': 1} is no list"),
        ({"accept": [None]}, "line 1, accept[0]: '—' is no text"),
        ({"text": None}, "line 1, text: '—' is no text"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(tmp_path: Path, record: Any, said: str) -> None:
    with pytest.raises(StoreError) as caught:
        read(tmp_path, {**RECORD, **record})
    assert said in caught.value.message
