"""Cue words: how entries match, and what the shipped lists may and may not hold."""

from __future__ import annotations

import time
from importlib import resources

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


FORMS = lexicon.compiled(
    {
        "whole": ("onderzoek", "*onderzoek*", "wacht*tijd"),
        "run": ("samen met", "samen .. met", "samen m*", "*advies geven", "samen met ouders"),
        "end": ("*peiling", "*"),
    },
)

FORM_CASES = [
    ("onderzoek", [("whole", 0, 1), ("end", 0, 1)]),
    ("jeugdonderzoeker", [("whole", 0, 1), ("end", 0, 1)]),
    ("wachtlijsttijd", [("whole", 0, 1), ("end", 0, 1)]),
    ("tijdwacht", [("end", 0, 1)]),
    ("samen met ouders", [("end", 0, 1), *[("run", 0, 2)] * 3, ("run", 0, 3), ("end", 1, 2), ("end", 2, 3)]),
    ("samen mild met", [("end", 0, 1), ("run", 0, 3), ("run", 0, 2), ("end", 1, 2), ("end", 2, 3)]),
    ("raadsadvies geven", [("end", 0, 1), ("run", 0, 2), ("end", 1, 2)]),
    ("samen", [("end", 0, 1)]),
]


@pytest.mark.parametrize(("text", "wanted"), FORM_CASES)
def test_a_star_may_stand_anywhere_and_matches_keep_the_order_of_the_lists(
    text: str, wanted: list[tuple[str, int, int]]
) -> None:
    found = lexicon.matches(text.split(), FORMS)
    assert [(match.cue, match.start, match.end) for match in found] == wanted


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
    ("Regioplan en het Trimbos-instituut onderzochten de wachtlijsten.", {"institute", "operation"}),
    ("De arbeidsinspectie en ActiZ waarschuwen voor personeelstekorten.", {"body", "saying", "operation"}),
    ("Wijkverpleegkundigen en leerkrachten merken dat gezinnen vastlopen.", {"profession", "saying", "practice"}),
    ("Met treinreizigers en pleegouders zijn gesprekken gevoerd.", {"people", "consult"}),
    ("Het burgerforum en de wmo-raad brachten hun zorgen naar voren.", {"panel"}),
    ("Ook gaven zij aan dat zij zich niet serieus genomen voelen.", {"continuing", "saying", "experience"}),
    ("De ministeries en provincies sluiten een bestuursovereenkomst.", {"agency"}),
    ("Onder zelfredzaamheid verstaan we in dit onderzoek het volgende.", {"definition", "method", "target"}),
    ("Er zijn geen zienswijzen ingediend tijdens de terinzagelegging.", {"notice"}),
    ("Uit de penetratietest en de audit volgt een aanbeveling.", {"audit"}),
]


@pytest.mark.parametrize(("sentence", "wanted"), SHIPPED)
def test_shipped_lists_find_the_cues_of_clear_sentences(sentence: str, wanted: set[str]) -> None:
    assert wanted <= {match.cue for match in lexicon.matches(words_of(sentence))}


def test_shipped_lists_are_clean() -> None:
    lists = lexicon.lexicon()
    assert len(lists.cues) >= 20
    for word in ("de", "gemeente"):
        assert not lexicon.matches([word]), word
    places = ("amsterdam", "rotterdam", "utrecht", "wassenaar", "tilburg", "leiden", "eindhoven", "groningen", "diemen")
    for place in places:
        assert not lexicon.matches([place]), "a list must not know one municipality from another"


def test_every_list_says_what_it_holds_and_no_entry_stands_twice() -> None:
    folder = resources.files("bronnen") / "data" / "lexicon"
    for item in folder.iterdir():
        lines = [" ".join(line.lower().split()) for line in item.read_text(encoding="utf-8").splitlines()]
        assert lines[0].startswith("# "), item.name
        listed = [line for line in lines if not line.startswith("#")]
        assert len(listed) == len(set(listed)), item.name


def test_matching_takes_little_time() -> None:
    words = words_of("Uit onderzoek van het SCP blijkt dat ouders en professionals zich zorgen maken over de zorg.")
    lexicon.matches(words)
    begin = time.perf_counter()
    for _ in range(1000):
        lexicon.matches(words)
    assert time.perf_counter() - begin < 2
