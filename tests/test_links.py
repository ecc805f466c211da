"""Links between documents: bearers that tell, questions that meet, and equal texts that are no links."""

from __future__ import annotations

import random
import time

import pytest

from bronnen.heard import Bearing, Mention
from bronnen.links import Asked, Link, Place, Question, asked, resting, versions
from bronnen.records import Source, Use

E, P, W = Source.EXPERIENTIAL, Source.PROFESSIONAL, Source.SCIENTIFIC
CBS, NIBUD = "Centraal Bureau voor de Statistiek (CBS)", "Nationaal Instituut voor Budgetvoorlichting (Nibud)"

# Passages of every kind of policy, so that words of one matter are rare among them.
OTHERS = [
    "De gemeente legt dit jaar drie kilometer fietspad aan langs het kanaal.",
    "De begroting sluit met een klein overschot voor de reserve.",
    "Het zwembad krijgt nieuwe zonnepanelen op het dak.",
    "De raad stelt de verordening voor de markt vast.",
    "De bibliotheek opent op zondag haar deuren.",
    "Het archief verhuist naar een kelder onder het stadhuis.",
] * 20


def mention(name: str, passage: int = 0, use: Use = Use.USED, kind: Bearing = Bearing.INSTITUTE) -> Mention:
    return Mention(name, kind, W, use, passage + 1, passage + 4, "text", passage)


def question(document: str, text: str, *, source: Source = E, whole: str = "", start: int = 0) -> Question:
    told = whole or text
    return Question(Place(document, start, start + len(told)), frozenset({source}), text, told)


def linked(*questions: Question, groups: dict[str, str] | None = None) -> tuple[Asked, ...]:
    return asked(questions, [*OTHERS, *(one.whole for one in questions)], groups)


def test_rare_bearers_weigh_more_and_those_of_everyone_nothing() -> None:
    heard = {str(place): [mention(CBS)] for place in range(8)}
    heard["0"].append(mention(NIBUD, 10))
    heard["5"] += [mention(NIBUD, 20), mention(NIBUD, 40)]
    (pair,) = resting(heard)
    assert (pair.first, pair.second) == ("0", "5")
    assert [(one.name, one.first, one.second) for one in pair.shared] == [(NIBUD, (10,), (20, 40))]
    assert pair.score == pytest.approx(pair.shared[0].weight) and pair.score > 0


def test_only_named_bearers_that_are_used_link_documents_of_two_groups() -> None:
    heard = {
        "a": [mention(NIBUD), mention("huisartsen", kind=Bearing.PROFESSION), mention("TNO", use=Use.CALLED_FOR)],
        "b": [mention(NIBUD), mention("huisartsen", kind=Bearing.PROFESSION), mention("TNO")],
    }
    assert [[one.name for one in pair.shared] for pair in resting(heard)] == [[NIBUD]]
    assert resting(heard, {"a": "zorg", "b": "zorg"}) == ()
    assert len(resting(heard, {"a": "zorg", "b": "wonen"})) == len(resting(heard, {"a": "zorg"})) == 1
    assert resting(heard, versions=[("b", "a")]) == ()


SAME = [
    (
        "Wij vragen laaggeletterde inwoners hoe de brieven over schuldhulpverlening beter kunnen.",
        "Met inwoners bespreken wij de brieven van de schuldhulpverlening.",
        ("schuldhulpverlening", "brieven"),
    ),
    (
        "Er komt onderzoek naar eenzaamheid en dementie bij ouderen.",
        "Wij laten uitzoeken hoe dementie en eenzaamheid samengaan.",
        ("eenzaamheid", "dementie"),
    ),
    (
        "Wij willen van ouders horen wat de wachttijden in de jeugdpsychiatrie met hen doen.",
        "Ouders praten mee over de wachttijd en de jeugdpsychiatrie.",
        ("wachttijden", "jeugdpsychiatrie"),
    ),
]


@pytest.mark.parametrize(("one", "other", "words"), SAME)
def test_two_documents_with_one_question_find_each_other(one: str, other: str, words: tuple[str, ...]) -> None:
    (pair,) = linked(question("a", one), question("b", other), question("c", "Bewoners denken mee over het park."))
    assert pair.kind is Link.QUESTION
    assert (pair.first.document, pair.second.document) == ("a", "b")
    assert set(words) <= set(pair.words)
    assert all(word in one.lower() for word in pair.words)


APART = [
    ("Wij betrekken inwoners vroegtijdig bij nieuw beleid.", "Inwoners worden vroegtijdig bij het beleid betrokken."),
    ("Wij vragen ouders en scholen om advies.", "Met ouders en scholen voeren wij het gesprek."),
    ("Er komt onderzoek naar de haalbaarheid.", "De haalbaarheid vraagt nader onderzoek."),
    ("Wij vragen huisartsen naar dementie.", "Wij vragen bewoners naar het fietspad."),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_words_of_asking_and_of_who_is_asked_link_nothing(one: str, other: str) -> None:
    assert [pair for pair in linked(question("a", one), question("b", other)) if pair.kind is Link.QUESTION] == []


def test_another_source_or_the_same_document_is_no_link() -> None:
    one, other, _ = SAME[1]
    assert linked(question("a", one, source=W), question("b", other, source=E)) == ()
    assert linked(question("a", one), question("a", other, start=500)) == ()
    assert linked(question("a", one), question("b", other), groups={"a": "zorg", "b": "zorg"}) == ()


def test_words_around_the_question_alone_link_nothing() -> None:
    around = "Dementie en eenzaamheid nemen toe. "
    one = question("a", "Wij vragen bewoners om hun mening.", whole=around + "Wij vragen bewoners om hun mening.")
    other = question("b", "Ouderen praten mee.", whole="Eenzaamheid en dementie tellen. Ouderen praten mee.")
    assert linked(one, other) == ()


def test_versions_of_one_document_are_told_apart() -> None:
    first = [question("v1", one, start=1000 * place) for place, (one, _, _) in enumerate(SAME)]
    second = [question("v2", one, start=1000 * place) for place, (one, _, _) in enumerate(SAME)]
    changed = question("v2", SAME[1][1], start=9000)
    questions = [*first, *second, changed, question("c", SAME[2][1])]
    pairs = linked(*questions)
    assert versions(pairs, questions) == {("v1", "v2")}
    texts = [pair for pair in pairs if pair.kind is Link.TEXT]
    assert len(texts) == len(SAME)
    assert {(pair.first.document, pair.second.document) for pair in pairs if pair.kind is Link.QUESTION} == {
        ("v1", "c"),
        ("v2", "c"),
    }


def test_each_passage_is_linked_once_to_a_document() -> None:
    one, other, _ = SAME[1]
    pairs = linked(question("a", one), question("b", other), question("b", other + " Dementie groeit.", start=400))
    assert len(pairs) == 1


@pytest.mark.slow
def test_two_thousand_questions_of_five_hundred_documents_take_seconds() -> None:
    dice = random.Random(7)
    words = [
        "".join(dice.choices("bdgklmnprstv", k=1) + dice.choices(["aal", "eling", "oord", "ier"], k=3))
        for _ in range(4000)
    ]
    texts = [" ".join(dice.choices(words, k=60)) for _ in range(20_000)]
    questions = [question(f"d{place % 500}", texts[place], start=place) for place in range(2000)]
    began = time.perf_counter()
    asked(questions, texts)
    assert time.perf_counter() - began < 20
