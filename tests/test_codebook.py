"""The Dutch codebook quotes our own documents: every quoted sentence stands there, with that label."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
sys.path.insert(0, str(CORPUS))

import source  # noqa: E402

CODEBOOK = (CORPUS / "codeboek.md").read_text(encoding="utf-8")
DATASHEET = (CORPUS / "DATASHEET.md").read_text(encoding="utf-8")
INVENTED = "verzonnen voorbeeld"
EXAMPLE = re.compile(r"- (?P<text>\S.*) → \*\*(?P<label>[^*]+)\*\* \*\((?P<where>[^()*]+)\)\*")
LABEL = re.compile(r"geen label|(?=[EPW])(E\??)?( ?P\??)?( ?W\??)?")
CASES = set(range(1, 34))


def examples(text: str) -> list[tuple[str, str, str]]:
    """The examples in the codebook's notation: sentence, label, document. A line with an arrow must be one."""
    found = []
    for line in text.splitlines():
        if "→" in line:
            parts = EXAMPLE.fullmatch(line)
            assert parts, f"not in the notation '- zin → **E P?** *(slug)*': {line}"
            found.append((parts["text"], parts["label"], parts["where"]))
    return found


def label_of(sentence: source.Sentence) -> str:
    """A sentence's labels as the codebook writes them: 'E P?', or 'geen label'."""
    marks = [
        letter + "?" * (sentence.labels[name] == "called_for")
        for letter, name in source.LETTERS.items()
        if name in sentence.labels
    ]
    return " ".join(marks) or "geen label"


def sections() -> dict[str, str]:
    """What stands between each heading of the codebook and the next: heading -> text."""
    parts = re.split(r"^#{1,4} (.+)$", CODEBOOK, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


ALL = examples(CODEBOOK)
OWN = [example for example in ALL if example[2] != INVENTED]


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, set[str]]]:
    """document -> sentence -> the labels it carries there (a sentence can stand in a document more than once)."""
    places: dict[str, dict[str, set[str]]] = {}
    for path in source.paths():
        for sentence in source.read(path).sentences:
            text = sentence.text.replace("\t", " | ")
            places.setdefault(path.stem, {}).setdefault(text, set()).add(label_of(sentence))
    return places


@pytest.mark.parametrize(("text", "label", "where"), OWN, ids=[text[:40] for text, _, _ in OWN])
def test_an_example_stands_in_its_document_with_its_label(
    text: str, label: str, where: str, known: dict[str, dict[str, set[str]]]
) -> None:
    assert where in known, f"no document {where}"
    assert text in known[where], f"not in {where}: {text}"
    assert known[where][text] == {label}


def test_labels_are_in_the_notation_and_examples_are_quoted_once_a_section() -> None:
    for text, label, _ in ALL:
        assert LABEL.fullmatch(label), f"{label}: {text}"
    for heading, body in sections().items():
        texts = [text for text, _, _ in examples(body)]
        assert len(texts) == len(set(texts)), heading


def test_every_case_has_its_heading_and_an_example_of_our_own() -> None:
    placed: list[int] = []
    for heading, body in sections().items():
        cases = [int(number) for number in re.findall(r"\(geval (\d+)\)", heading)]
        placed += cases
        assert not cases or any(where != INVENTED for _, _, where in examples(body)), heading
    assert sorted(placed) == sorted(CASES), "each case stands in one heading: #### Titel (geval 1)"
    assert {int(number) for number in re.findall(r"geval (\d+)", CODEBOOK)} == CASES


def test_every_label_and_its_absence_is_shown_and_every_document_is_quoted() -> None:
    for letter in source.LETTERS:
        assert {f"{letter}", f"{letter}?"} <= {mark for _, label, _ in OWN for mark in label.split(" ")}
    assert sum(label == "geen label" for _, label, _ in OWN) >= 40
    assert {where for _, _, where in OWN} == {path.stem for path in source.paths()}


def test_the_data_sheet_counts_what_is_there() -> None:
    kinds: dict[str, list[int]] = {}
    for path in source.paths():
        text = source.read(path)
        row = [1, len(text.sentences), *(number for _, _, number in source.counts(text))]
        old = kinds.setdefault(text.front["soort"], [0] * len(row))
        kinds[text.front["soort"]] = [one + other for one, other in zip(old, row, strict=True)]
    kinds["together"] = [sum(column) for column in zip(*kinds.values(), strict=True)]
    for kind, row in kinds.items():
        assert f"| {kind} | {' | '.join(f'{number:,}' for number in row)} |" in DATASHEET, f"{kind}: {row}"
