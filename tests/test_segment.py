from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bronnen import segment
from bronnen.records import Block, Document, Kind, Page, PageState, Passage, Sentence
from bronnen.settings import SegmentSettings


def cut_at_stops(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for index, character in enumerate(text):
        if character == ".":
            spans.append((start, index + 1))
            start = index + 2
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def cut_all(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    return [cut_at_stops(text) for text in texts]


def document_of(*blocks: tuple[Kind, str]) -> Document:
    text, made = "", []
    for kind, told in blocks:
        made.append(Block(len(text), len(text) + len(told), kind, 1))
        text += told + "\n\n"
    text = text.rstrip()
    page = Page(0, len(text), 1, 595, 842, PageState.TEXT)
    return Document("x" * 64, "a.pdf", "a.pdf", text, (page,), tuple(made), (), "test")


def test_headings_are_attached_and_contents_left_out() -> None:
    document = document_of(
        (Kind.CONTENTS, "1 Inleiding 3"),
        (Kind.HEADING, "1  Inleiding"),
        (Kind.PARAGRAPH, "Ouders vertellen veel. Het college luistert."),
        (Kind.COLOPHON, "Uitgave van de gemeente."),
    )
    found = segment.passages(document, cut_all, SegmentSettings())
    assert [(passage.kind, passage.heading) for passage in found] == [
        (Kind.HEADING, ""),
        (Kind.PARAGRAPH, "1 Inleiding"),
    ]
    texts = [document.text[sentence.start : sentence.end] for sentence in found[1].sentences]
    assert texts == ["Ouders vertellen veel.", "Het college luistert."]


WORDS = st.lists(st.sampled_from(["raad", "ouders", "zeggen", "2024", "“ja”", "‘nee", "–"]), min_size=1, max_size=60)


@given(st.lists(st.tuples(WORDS, st.sampled_from([".", ":", "?", "”", "’"])), max_size=25), st.integers(20, 60))
def test_parts_cover_every_sentence_once_and_stay_within_bounds(told: list[tuple[list[str], str]], most: int) -> None:
    sentences = [" ".join(words) + end for words, end in told]
    spans = segment.parts(sentences, most)
    assert [index for start, end in spans for index in range(start, end)] == list(range(len(sentences)))
    for start, end in spans:
        assert end > start
        assert sum(map(segment.word_count, sentences[start:end])) <= most or end - start == 1


@pytest.mark.parametrize(
    ("sentences", "kept"),
    [
        (["Dat is een zin van zeven woorden lang.", "Wij adviseren u:", "vraag ouders wat zij nodig hebben."], (1, 3)),
        (["Dat is een zin van zeven woorden lang.", "Hoe ging het overleg?", "Dat ging goed, zei men."], (1, 3)),
        (["Dat is een zin van zeven woorden lang.", "Artikel 3.", "De raad stelt het plan vast."], (1, 3)),
        (["Dat is een zin van zeven woorden lang.", "‘Ik bel elke week.", "Niemand belt terug.’"], (1, 3)),
        (["Dat is een zin van zeven woorden lang.", "Zij zei: “Ik wacht.", "Nog steeds.”"], (1, 3)),
    ],
)
def test_what_a_reader_takes_together_stays_together(sentences: list[str], kept: tuple[int, int]) -> None:
    assert any(start <= kept[0] and kept[1] <= end for start, end in segment.parts(sentences, most=12))


@pytest.mark.parametrize(
    "sentence",
    [
        "Hij zei 'dat is goed' daar.",
        "De foto's hingen er nog altijd.",
        "In de jaren '90 was dat.",
        "Dat is 's avonds vaak zo.",
    ],
)
def test_an_apostrophe_is_no_open_quotation(sentence: str) -> None:
    others = ["Een zin van vijf woorden."] * 3
    assert segment.parts([sentence, *others], most=11) == segment.parts(
        ["Een zin van zes gewone woorden.", *others], 11
    )


@given(st.lists(st.sampled_from(["Een zin met wat woorden.", "Kort.", "En nog een wat langere zin."]), max_size=60))
def test_passages_never_cross_a_block_and_sentences_never_a_passage(sentences: list[str]) -> None:
    document = document_of(
        (Kind.PARAGRAPH, " ".join(sentences) or "Leeg."), (Kind.LIST, " ".join(sentences) or "Leeg.")
    )
    found = segment.passages(document, cut_all, SegmentSettings(max_words=20))
    for passage in found:
        assert any(block.start <= passage.start < passage.end <= block.end for block in document.blocks)
        assert passage.start == passage.sentences[0].start and passage.end == passage.sentences[-1].end
    in_order = [sentence.start for passage in found for sentence in passage.sentences]
    assert in_order == sorted(in_order)


@pytest.mark.parametrize(
    ("kind", "text", "counted"),
    [
        (Kind.PARAGRAPH, "Ouders vertellen veel.", True),
        (Kind.TABLE, "Ouders | 62% | tevreden", True),
        (Kind.PARAGRAPH, "Twee woorden.", False),
        (Kind.PARAGRAPH, "a – – –", False),
        (Kind.HEADING, "Wat ouders ons hebben verteld", False),
    ],
)
def test_what_the_balance_counts(kind: Kind, text: str, counted: bool) -> None:
    passage = Passage(0, len(text), kind, "", (Sentence(0, len(text)),))
    assert segment.is_counted(passage, text, SegmentSettings()) is counted
