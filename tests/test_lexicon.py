"""Cue words: how entries match, and what the shipped lists may and may not hold."""

from __future__ import annotations

import time

import pytest

from bronnen import lexicon
from bronnen.features import words_of

TINY = lexicon.compiled(
    {"find": ("uit .. blijkt", "laat zien"), "research": ("onderzoek*", "*peiling"), "law": ("wet",)},
)

CASES = [
    ("onderzoekers in de wet", [("research", 0, 1), ("law", 3, 4)]),
    ("burgerpeiling", [("research", 0, 1)]),
    ("peilingen", []),
    ("wetten", []),
    ("uit de lange reeks blijkt veel", [("find", 0, 5)]),
    ("uit a b c d e f g h blijkt", [("find", 0, 10)]),
    ("uit a b c d e f g h i blijkt", []),
    ("dat laat zien", [("find", 1, 3)]),
    ("dat laat", []),
    ("blijkt uit", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_entries_match_whole_words_stems_and_gaps(text: str, wanted: list[tuple[str, int, int]]) -> None:
    found = lexicon.matches(text.split(), TINY)
    assert [(match.cue, match.start, match.end) for match in found] == wanted


def test_remarks_and_repetitions_are_no_entries() -> None:
    assert lexicon.entries("# Woorden\nWet\n\n  wet \nte  veel\n") == ("wet", "te veel")


SHIPPED = [
    ("Onderzoek van het SCP laat zien dat ouderen eenzaam zijn.", {"research", "institute", "finding", "people"}),
    ("De VNG geeft aan dat dit in de praktijk lastig uitvoerbaar is.", {"body", "saying", "practice"}),
    ("Tijdens de bewonersavond vertelden ouders over hun zorgen.", {"panel", "people", "saying", "experience"}),
    ("Volgens de richtlijn van de beroepsgroep mag dat niet.", {"attribution", "guideline", "body"}),
    ("Het college stelt de verordening vast.", {"politics", "law"}),
    ("Er is nader onderzoek nodig.", {"need", "research"}),
    ("Uit het cliëntervaringsonderzoek blijkt tevredenheid.", {"survey", "research", "attribution"}),
]


@pytest.mark.parametrize(("sentence", "wanted"), SHIPPED)
def test_shipped_lists_find_the_cues_of_clear_sentences(sentence: str, wanted: set[str]) -> None:
    assert wanted <= {match.cue for match in lexicon.matches(words_of(sentence))}


def test_shipped_lists_are_clean() -> None:
    lists = lexicon.lexicon()
    assert len(lists.cues) >= 20
    for cue, pattern in lists.single:
        assert not pattern.fullmatch("de"), cue
        assert not pattern.fullmatch("gemeente"), cue
    places = ("amsterdam", "rotterdam", "utrecht", "wassenaar", "tilburg", "leiden", "eindhoven", "groningen", "diemen")
    for place in places:
        assert not lexicon.matches([place]), "a list must not know one municipality from another"


def test_matching_takes_little_time() -> None:
    words = words_of("Uit onderzoek van het SCP blijkt dat ouders en professionals zich zorgen maken over de zorg.")
    lexicon.matches(words)
    begin = time.perf_counter()
    for _ in range(1000):
        lexicon.matches(words)
    assert time.perf_counter() - begin < 2
