"""The Dutch pipeline: sentences, lemmas, looks. The bars are those of docs/language.md."""

from __future__ import annotations

import doctest
import importlib
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from bronnen import language
from bronnen.errors import MissingError
from bronnen.language.boundaries import marks
from bronnen.settings import resource
from bronnen.training import score_language as score

HERE = Path(__file__).parent / "data" / "sentences"
TREEBANK = Path(__file__).parents[2] / "shared" / "data" / "nl_ud"
needs_treebank = pytest.mark.skipif(not TREEBANK.is_dir(), reason="../shared/data/nl_ud is not on this machine")


@pytest.fixture(scope="module")
def nlp() -> spacy.language.Language:
    return language.load()


def cut(nlp: spacy.language.Language, text: str) -> list[str]:
    return [text[start:end] for start, end in language.sentences(nlp, text)]


CASES = {  # '‖' where a sentence begins
    "article": "Zie art. 3 lid 1 Wmo. ‖Dat staat er.",
    "gazette": "De wet staat in Stb. 2018, 241. ‖Zij geldt nu.",
    "parliament": "Zie Kamerstukken II 2019/20, 35 300, nr. 2, p. 5. ‖De minister schrijft dit.",
    "titles and initials": "De heer dr. J.P. Jansen en mw. A. de Vries spraken. ‖Daarna was er koffie.",
    "note mark on the full stop": "Dat bleek uit onderzoek.12 ‖De gemeente gaat door.",
    "note mark, raised": "Dat bleek uit onderzoek.³ ‖De gemeente gaat door.",
    "decimals are no note": "Het steeg met 3.5 Procent is niet goed geschreven.",
    "quote with a question": "‘Waarom ik?’ vroeg zij. ‖Niemand wist het.",
    "quote of two sentences": "“Ik bel elke dag. ‖Niemand neemt op.” ‖Dat zei hij.",
    "may end": "Huisartsen, scholen enz. ‖De gemeente betaalt.",
    "never ends": "Er zijn o.a. Amsterdammers en bijv. Utrechters bij.",
    "amounts": "Het kost ca. € 1,2 mln. ‖Dat is max. € 5 per inwoner.",
    "list number": "1. Inleiding\n‖Dit is tekst.",
    "numbered article": "Artikel 5. Begripsbepalingen\n‖In deze wet is dit zo.",
    "list": "Wij willen:\n‖- wonen;\n‖- zorg.",
    "wrapped line": "Bewoners zeggen dat het zwerfvuil\ntoeneemt in de wijk. ‖Dat klopt.",
    "hyphen at the line end": "Het gaat om beleids-\nmedewerkers in de regio.",
    "apostrophe": "Het is donker. ‖'s Avonds is het stil.",
    "lower-case start": "dat helpt niemand. ‖ik vind het jammer.",
    "glued": "Het werkt.Daarom doen we het.",
    "left out": "Hij zei dat (...) De Graaf meeging.",
    "letters that look like a title": "Wij vroegen het de MR. ‖De ouders stemden in.",
    "a word that looks short": "Dat kon. ‖De gemeente hielp.",
    "named letter": "Wij kiezen plan B. ‖Dat kost minder.",
}


@pytest.mark.parametrize("told", CASES.values(), ids=CASES.keys())
def test_sentences_as_a_reader_sees_them(nlp: spacy.language.Language, told: str) -> None:
    wanted = [piece.strip() for piece in told.split("‖")]
    if told == CASES["glued"]:
        wanted = ["Het werkt.", "Daarom doen we het."]
    assert cut(nlp, told.replace("‖", "")) == wanted


MESS = st.text(
    alphabet=st.sampled_from([*"abdeiknorstABDEKNV0123.,;:!?…()[]'\"‘’“”«»-–•|§€%/\n\t \u00a0\u00ad\u200b³\x07"]),
    max_size=200,
) | st.text(max_size=80)


@given(MESS)
@settings(deadline=None, max_examples=150)
def test_sentences_cover_all_that_is_not_space(text: str) -> None:
    spans = language.sentences(language.load(), text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(not text[start].isspace() and not text[end - 1].isspace() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    between = [0, *(offset for span in spans for offset in span), len(text)]
    assert not "".join(text[a:b] for a, b in zip(between[::2], between[1::2], strict=True)).strip()


@given(MESS)
@settings(deadline=None, max_examples=100)
def test_marks_are_in_order_and_inside(text: str) -> None:
    places = [mark.at for mark in marks(text)]
    assert places == sorted(set(places))
    assert all(0 < at < len(text) and not text[at].isspace() for at in places)


@pytest.mark.parametrize("name", ["before", "after"])
def test_the_component_cuts_as_the_function_does(nlp: spacy.language.Language, name: str) -> None:
    with nlp.select_pipes(enable=[language.RULES, "senter"]):
        for text, _ in score.gold_blocks(HERE / f"{name}.txt"):
            spans = ((sent.start_char, sent.end_char) for sent in nlp(text).sents)
            assert score.trimmed(text, spans) == language.sentences(nlp, text)


@pytest.mark.slow
def test_a_pipeline_without_senter_guesses(tmp_path: Path) -> None:
    spacy.blank("nl").to_disk(tmp_path / "elders")
    other = language.load(str(tmp_path / "elders"))
    assert cut(other, "Jansen B.V. Zorgt goed. Zie art. 3. Dat helpt.") == [
        "Jansen B.V.",
        "Zorgt goed.",
        "Zie art. 3.",
        "Dat helpt.",
    ]
    assert [sent.text for sent in other("Zie art. 3. Dat helpt.").sents] == ["Zie art. 3.", "Dat helpt."]
    assert language.lemmas(other, "Bewoners spraken") == ["bewoner", "spreken"]
    assert language.look(other, ["Bewoners spraken"])[0].person == (0, 0, 0)


def test_the_gold_sentences_are_enough() -> None:
    counts = {
        name: sum(len(spans) for _, spans in score.gold_blocks(HERE / f"{name}.txt")) for name in ("before", "after")
    }
    assert sum(counts.values()) >= 200 and counts["after"] >= 70


def test_sentences_reach_their_bars(nlp: spacy.language.Language) -> None:
    before, after = (score.gold_blocks(HERE / f"{name}.txt") for name in ("before", "after"))
    assert score.sentence_f(before + after, lambda text: language.sentences(nlp, text)) >= 0.95
    assert score.sentence_f(after, lambda text: language.sentences(nlp, text)) >= 0.92


@needs_treebank
def test_sentences_reach_their_bar_on_the_treebank(nlp: spacy.language.Language) -> None:
    gold = score.gold_of(score.gold_docs(TREEBANK / "test_nl.spacy", nlp))
    assert score.sentence_f(gold, lambda text: language.sentences(nlp, text)) >= 0.89


@needs_treebank
def test_words_reach_their_bars_on_the_treebank(nlp: spacy.language.Language) -> None:
    classes, lemmas = score.word_accuracy(nlp, score.gold_docs(TREEBANK / "test.spacy", nlp))
    assert classes >= 0.925
    assert lemmas >= 0.94


def test_lemmas_by_look_up(nlp: spacy.language.Language) -> None:
    assert language.lemmas(nlp, "De bewoners gingen naar 12 scholen!") == ["de", "bewoner", "gaan", "naar", "school"]
    assert language.lemmas(nlp, "Qwertz") == ["qwertz"]
    assert language.lemmas(nlp, "") == []


def test_a_look_tells_what_can_be_trusted(nlp: spacy.language.Language) -> None:
    first, second, empty = language.look(
        nlp, ["Volgens de bewoners moest het anders.", "Wij weten dat jongeren hulp kunnen krijgen.", "12 %"]
    )
    assert first.cited == ("bewoner",)
    assert first.modality == ("moeten",) and first.tense == (0, 1)
    assert second.person[0] == 1 and second.modality == ("kunnen",) and second.tense[1] == 0
    assert "PROPN" not in second.shares and sum(second.shares.values()) == pytest.approx(1)
    assert empty.lemmas == () and not empty.shares


def test_who_is_cited(nlp: spacy.language.Language) -> None:
    direct, turned = language.look(
        nlp, ["Onderzoekers stellen dat dit werkt.", "Daarom zeggen ouders dat het anders moet."]
    )
    assert direct.cited == ("onderzoeker",)
    assert turned.cited == ("ouder",)


def test_ordinary_words_lose_their_full_stop(nlp: spacy.language.Language) -> None:
    for word in ("dat", "al", "pas", "bel", "kon", "hand", "top", "vol", "best", "min", "ver"):
        assert [token.text for token in nlp.make_doc(f"Zo {word}.")] == ["Zo", word, "."]
    assert [token.text for token in nlp.make_doc("Zie o.a. art. 3.")] == ["Zie", "o.a.", "art.", "3", "."]


def test_it_is_loaded_once(nlp: spacy.language.Language) -> None:
    assert language.load() is nlp


def test_an_absent_model_says_what_to_do() -> None:
    with pytest.raises(MissingError, match="spacy-model"):
        language.load("nl_core_news_nowhere")


def test_the_shipped_pipeline_is_small_and_says_whose_it_is() -> None:
    folder = resource("models", "nl")
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 15_000_000
    assert "Attribution-ShareAlike 4.0" in (folder / "LICENSE").read_text(encoding="utf-8")
    told = (folder / "README.md").read_text(encoding="utf-8")
    assert "UD_Dutch-Alpino" in told and "UD_Dutch-LassySmall" in told


def test_examples_in_the_docstrings() -> None:
    for name in ("", ".boundaries", ".morphology", ".tokens", ".stems", ".lemmas"):
        assert not doctest.testmod(importlib.import_module(f"bronnen.language{name}")).failed
