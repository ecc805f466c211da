"""Label Studio's JSON, as its exports look, and what we write for it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from codings import seen, texts
from hypothesis import given, settings

from bronnen.errors import StoreError
from bronnen.formats.coded import UNKNOWN, Code, Coded, Coding, Left, Selection, Text
from bronnen.formats.labelstudio import read_labelstudio, write_config, write_labelstudio

WORDS = "👩🏽 Ouders zeggen het. Onderzoek ook."


def region(words: str, *labels: str, shift: int = 0, kind: str = "labels", **told: Any) -> dict[str, Any]:
    at = WORDS.index(words) + shift
    value = {"start": at, "end": at + len(words), "text": words, kind: list(labels)}
    return {"value": value, "id": "Ab_1", "from_name": "label", "to_name": "text", "type": kind, **told}


def annotation(*result: dict[str, Any], **told: Any) -> dict[str, Any]:
    made = {"id": 9, "completed_by": 1, "result": list(result), "was_cancelled": False, "ground_truth": False}
    return {**made, "created_at": "2026-01-05T08:00:00.123456Z", "lead_time": 4.2, "result_count": 1, **told}


def task(*annotations: dict[str, Any], **told: Any) -> dict[str, Any]:
    made = {"id": 1, "annotations": list(annotations), "file_upload": "1a2b3c4d-nota.txt", "drafts": [], "meta": {}}
    return {**made, "predictions": [], "data": {"text": WORDS}, "project": 3, "total_annotations": 1, **told}


def read(tmp_path: Path, *tasks: Any) -> Coded:
    (tmp_path / "export.json").write_text(json.dumps(list(tasks)), encoding="utf-8")
    return read_labelstudio(tmp_path / "export.json")


@settings(max_examples=80, deadline=None)
@given(texts())
def test_what_is_written_comes_back(told: list[Text]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        write_labelstudio(path, told)
        found = read_labelstudio(path)
    assert seen(found.texts) == seen(told)
    assert [(one.text, one.key, one.name, one.at) for one in found.texts] == [
        (one.text, one.key, one.name, one.at) for one in told
    ]


@pytest.mark.parametrize("units", [False, True])
def test_both_ways_of_counting_are_understood(tmp_path: Path, units: bool) -> None:
    one = region("Ouders zeggen", "een", shift=2 * units)  # the emoji is two characters, four units
    found = read(tmp_path, task(annotation(one)))
    (text,) = found.texts
    (selection,) = text.selections
    assert text.text[selection.start : selection.end] == "Ouders zeggen"
    assert selection.codings == (Coding("een", "gebruiker 1", "2026-01-05T08:00:00+00:00"),)
    assert text.name == "nota.txt" and found.counting == ("UTF-16 units" if units else "code points")


def test_choices_regions_and_what_is_neither(tmp_path: Path) -> None:
    whole = {"value": {"choices": ["Ja", "Nee"]}, "from_name": "k", "to_name": "text", "type": "choices", "id": "x"}
    each = region("Onderzoek", "Ja", kind="choices")
    relation = {"from_id": "a", "to_id": "b", "type": "relation", "direction": "right"}
    hyper = region("ook", "een", kind="hypertextlabels")
    at = WORDS.index("ook")
    hyper["value"] |= {"start": "/div[1]/text()[1]", "end": "/p", "globalOffsets": {"start": at, "end": at + 3}}
    found = read(tmp_path, task(annotation(whole, each, relation, hyper, completed_by={"id": 2, "email": "an@x.nl"})))
    (text,) = found.texts
    assert [coding.code for coding in text.whole] == ["Ja", "Nee"] and text.whole[0].coder == "an@x.nl"
    assert [one.words for one in text.selections] == ["Onderzoek", "ook"]
    assert found.left == (
        Left("task 1, annotations[0].result[2]", "is a 'relation', which says nothing that is read here"),
    )


def test_predictions_are_the_models_and_skipped_tasks_say_nothing(tmp_path: Path) -> None:
    prediction = {"model_version": "x", "result": [region("ook", "een")]}
    found = read(tmp_path, task(annotation(was_cancelled=True), predictions=[prediction, 7]))
    assert [one.codings[0].coder for one in found.texts[0].selections] == ["bronnen"] and found.unanswered == 1


def test_whose_a_region_of_ours_is_outlives_an_import_by_somebody_else(tmp_path: Path) -> None:
    ours = region("ook", "een", meta={"by": "anna", "at": "2025-01-01T00:00:00+00:00", "unit": "sentence"})
    found = read(tmp_path, task(annotation(ours, region("Ouders", "twee"), completed_by={"email": "bo@x.nl"})))
    first, second = found.texts[0].selections
    assert (first.codings, first.unit) == ((Coding("een", "anna", "2025-01-01T00:00:00+00:00"),), "sentence")
    assert second.codings == (Coding("twee", "bo@x.nl", "2026-01-05T08:00:00+00:00"),)
    write_labelstudio(tmp_path / "b.json", found.texts)
    assert "completed_by" not in (tmp_path / "b.json").read_text(), "a name that is no member's stops an import there"


def test_a_name_that_cannot_be_shown_is_not_believed(tmp_path: Path) -> None:
    odd = [region("ook", "een", meta={"by": by}) for by in ("an\x1b[2J\n", "\x00", 7)]
    found = read(tmp_path, task(annotation(*odd, completed_by={"email": "bo@x.nl"})))
    assert [one.codings[0].coder for one in found.texts[0].selections] == ["an [2J", "bo@x.nl", "bo@x.nl"]


def test_the_short_form(tmp_path: Path) -> None:
    label = [{"start": 3, "end": 9, "text": "Ouders", "labels": ["een", "twee"]}]
    short = {"id": 1, "text": WORDS, "label": label, "keuze": {"choices": ["Ja"]}, "choice": "Nee", "annotator": 7}
    more = {
        "annotation_id": 3,
        "created_at": "2026-01-05T08:00:00Z",
        "updated_at": "",
        "lead_time": 1.0,
        "name": "a.pdf",
    }
    found = read(tmp_path, {**short, **more})
    (text,) = found.texts
    assert text.name == "a.pdf" and text.selections[0].codings[1] == Coding(
        "twee", "gebruiker 7", "2026-01-05T08:00:00+00:00"
    )
    assert [coding.code for coding in text.whole] == ["Ja", "Nee"]
    del short["annotator"]
    assert read(tmp_path, {**short, **more}).texts[0].whole[0].coder == UNKNOWN


BROKEN = {
    "start": ({"start": float("nan")}, "not JSON"),
    "end": ({"start": 3, "end": 3}, "task 1, annotations[0].result[0].value.end: 3 is not beyond start 3"),
    "text": ({"start": True, "end": 3}, "value.start: True is no offset"),
    "huge": ({"start": 10**30, "end": 3}, "value.start: 1000000"),
    "infinite": ({"start": 0, "end": 1e999}, "not JSON"),
    "label": ({"start": 0, "end": 3, "labels": [3]}, "value.labels[0]: 3 is no text"),
    "labels": ({"start": 0, "end": 3, "labels": "een"}, "value.labels: 'een' is no list"),
}


@pytest.mark.parametrize(("value", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_value_that_does_not_fit_is_named_with_its_place(tmp_path: Path, value: dict[str, Any], said: str) -> None:
    one = region("ook", "een")
    one["value"] |= value
    with pytest.raises(StoreError) as caught:
        read(tmp_path, task(annotation(one)))
    assert said in caught.value.message and caught.value.next_step


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b"[1]",
        b'{"data": {"x": 3}}',
        b"[{}]",
        b"\xff",
        b'[{"data": {"text": "a"}, "annotations": 3}]',
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        read_labelstudio(path)
    assert caught.value.next_step


def test_a_place_outside_the_text_is_told_and_lone_surrogates_do_no_harm(tmp_path: Path) -> None:
    one = {"value": {"start": 3, "end": 999, "labels": ["een"]}, "type": "labels"}
    found = read(tmp_path, task(annotation(one), data={"text": "\ud800abc"}))
    assert found.left == (Left("task 1, 3-999", "'een' does not lie in its text"),)
    write_labelstudio(tmp_path / "b.json", [Text("\udce9", "\ud800abc", (Selection(0, 2, (Coding("een", "an"),)),))])
    assert read_labelstudio(tmp_path / "b.json").texts[0].text == "\ud800abc"


def test_the_interface_is_xml_with_every_code(tmp_path: Path) -> None:
    write_config(tmp_path / "c.xml", [Code('"een" & <twee>', "#E69F00"), Code("drie")])
    root = ElementTree.parse(tmp_path / "c.xml").getroot()
    assert [one.get("value") for one in root.iter("Label")] == ['"een" & <twee>', "drie"]
    assert root.find("Text") is not None and root.find("Text").get("value") == "$text"  # type: ignore[union-attr]
