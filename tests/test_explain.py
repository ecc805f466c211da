"""Names of features in words: every cue has one, and nothing that says nothing is told."""

from __future__ import annotations

import pytest

from bronnen import explain, lexicon


def test_every_cue_has_a_turn_of_phrase() -> None:
    assert set(explain.CUES) == set(lexicon.lexicon().cues)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("word_blijkt", "'blijkt'"),
        ("word_er", None),
        ("word_<jaar>", None),
        ("pair_uit onderzoek", "'uit onderzoek'"),
        ("pair_in de", None),
        ("around_bewoners", "nearby: 'bewoners'"),
        ("cue_institute+finding", "a research institute together with a verb of finding"),
        ("cue_saying>experience", "a verb of saying and then words of experience"),
        ("earlier_survey", "the sentence before: asking people with a method"),
        ("shape_author_year", "an author and a year"),
        ("shape_length_5", None),
    ],
)
def test_a_name_in_words(name: str, said: str | None) -> None:
    assert explain.phrase(name, language="en") == said


def test_reasons_against_are_left_out_and_cues_come_first() -> None:
    names = explain.telling([("word_volgens", 2.0), ("word_gemeente", -1.0), ("word_er", 3.0), ("cue_institute", 0.5)])
    assert names == ("cue_institute", "word_volgens")
    words = ["volgens", "het", "cbs"]
    assert explain.phrases(names, words, "en") == ["a research institute ('cbs')", "'volgens'"]
    assert explain.phrases(names, words) == ["een onderzoeksinstituut ('cbs')", "'volgens'"]
