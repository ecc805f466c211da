"""The Dutch codebook keeps its word: its examples stand in our documents with the labels it gives them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
sys.path.insert(0, str(CORPUS))

import source  # noqa: E402

TEXT = (CORPUS / "codeboek.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^> (.+)\n— ([\w-]+) · (.+)$", TEXT, re.MULTILINE)
LETTERS = {name: letter for letter, name in source.LETTERS.items()}


def told(labels: dict[str, str]) -> str:
    return " ".join(LETTERS[name] + "?" * (use == "called_for") for name, use in labels.items()) or "geen"


@pytest.mark.parametrize(("sentence", "slug", "label"), EXAMPLES, ids=[example[0][:40] for example in EXAMPLES])
def test_an_example_stands_in_its_document_with_its_label(sentence: str, slug: str, label: str) -> None:
    text = source.read(source.DOCUMENTS / f"{slug}.md")
    found = [told(dict(one.labels)) for one in text.sentences if text.text[one.start : one.end] == sentence]
    assert label in found


def test_every_quotation_is_an_example() -> None:
    assert len(re.findall(r"^> ", TEXT, re.MULTILINE)) == len(EXAMPLES) >= 50


def test_all_hard_cases_are_there() -> None:
    named = {
        int(number)
        for group in re.findall(r"\bgeval(?:len)? ([\d, en]+)", TEXT)
        for number in re.findall(r"\d+", group)
    }
    assert named >= set(range(1, 34))
