"""doccano's JSON lines, in the forms that its versions wrote, and what we write for it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from codings import seen, texts
from hypothesis import given, settings

from bronnen.errors import StoreError
from bronnen.formats.coded import OURS, UNKNOWN, Coded, Coding, Text
from bronnen.formats.doccano import read_doccano, write_doccano

WORDS = "Een 😀 en 😀 bij: ouders zeggen het."


def read(tmp_path: Path, *records: Any, name: str = "anna.jsonl") -> Coded:
    (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return read_doccano(tmp_path / name)


def quotes(found: Coded) -> list[str]:
    return [text.text[one.start : one.end] for text in found.texts for one in text.selections]


@settings(max_examples=80, deadline=None)
@given(texts())
def test_what_is_written_comes_back(told: list[Text]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        write_doccano(path, told)
        found = read_doccano(path)
    assert seen(found.texts) == seen(told)
    assert {(one.text, one.key, one.name, one.at) for one in found.texts} == {
        (one.text, one.key, one.name, one.at) for one in told
    }


@pytest.mark.parametrize("shift", [0, 2])
def test_both_ways_of_counting_are_told_apart_by_whole_words(tmp_path: Path, shift: int) -> None:
    at = WORDS.index("ouders") + shift  # in UTF-16 units there are two more before it
    assert quotes(read(tmp_path, {"id": 1, "text": WORDS, "label": [[at, at + 6, "een"]]})) == ["ouders"]


def test_the_forms_of_several_versions(tmp_path: Path) -> None:
    entity = {"id": 5, "label": "een", "start_offset": 0, "end_offset": 3}
    found = read(
        tmp_path,
        {"id": 1, "text": "Een zin.", "entities": [entity], "relations": [{"from_id": 5, "to_id": 5, "type": "x"}]},
        {"id": 2, "data": "Een zin.", "label": [[0, 3, "twee"]], "Comments": []},
        {"id": 3, "text": "Een zin.", "label": ["drie", "vier"], "username": "bo"},
        {"id": 4, "text": "Een zin.", "annotations": [{"label": 3, "start_offset": 0, "end_offset": 3}]},
    )
    assert [one.selections[0].codings for one in found.texts[:2]] == [
        (Coding("een", "anna"),),
        (Coding("twee", "anna"),),
    ]
    assert found.texts[2].whole == (Coding("drie", "bo"), Coding("vier", "bo"))
    assert [(one.where, one.said[:20]) for one in found.left] == [
        ("line 1", "has relations betwee"),
        ("line 4", "has labels by number"),
    ]
    assert read(tmp_path, {"text": "x", "label": ["a"]}, name="all.jsonl").texts[0].whole[0].coder == UNKNOWN


def test_what_the_model_gave_is_its_own_until_somebody_changes_it(tmp_path: Path) -> None:
    record = {"text": "Een zin.", "label": [[0, 3, "een"], [0, 3, "twee"], [4, 7, "een"]], "given": [[0, 3, "een"]]}
    codings = [one.codings[0] for one in read(tmp_path, record).texts[0].selections]
    assert [one.coder for one in codings] == [OURS, "anna", "anna"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"text": 3, "label": []}, "line 1, text: 3 is no text"),
        ({"text": "x", "label": [[0, 1]]}, "line 1, label[0]: is not of the form"),
        ({"text": "x", "label": [[1, 0, "a"]]}, "end: 0 is not beyond start 1"),
        ({"text": "x", "label": [[-1, 1, "a"]]}, "start: -1 is no offset"),
        ({"text": "x", "label": [[0, 1, {"deep": 1}]]}, "label[0][2]: {'deep': 1} is no text"),
        ({"text": "x", "entities": [{"label": "a", "start_offset": 0}]}, "end_offset: '—' is no offset"),
        ({"text": "x", "label": {"a": 1}}, "label: {'a': 1} is no list"),
        ([1], "is not a JSON object"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(tmp_path: Path, record: Any, said: str) -> None:
    with pytest.raises(StoreError) as caught:
        read(tmp_path, record)
    assert said in caught.value.message


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b'{"text": "a", "label": [[0, NaN, "x"]]}', b"\xff\xfe{}"])
def test_hostile_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        read_doccano(tmp_path / "a.jsonl")
    assert caught.value.next_step
