"""From samples and from verdicts in a store to what a model is held against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import E, P, W, analysis, verdict

from bronnen.classifier import Model
from bronnen.corpus import Sample, SampleSentence
from bronnen.records import Analysis, Labels, Sentence, Unit, Use, Verdict
from bronnen.settings import resource
from bronnen.training.material import CODES, UNKNOWN, of_samples, of_verdicts, read

LONG = "Deze zin is lang genoeg om te tellen als gedeelde zin, nummer {}."


def sample(document: str, first: int = 0, *, whole: bool = True) -> Sample:
    sentences = [
        SampleSentence(LONG.format(first), {E: Use.CALLED_FOR}, 3, {"an": {E: Use.USED}, "bo": {}}),
        SampleSentence(LONG.format(first + 1), {E: Use.USED}, 3, {"an": {}}),
        SampleSentence(LONG.format(first + 2), {}, 4),
    ]
    return Sample(f"u-{document}", document, "gemeente", whole, (tuple(sentences[:2]), (sentences[2],)), "brief")


def test_samples_become_passages_as_the_product_cuts_them() -> None:
    found = of_samples([sample("a"), sample("b", 10)], Unit.PASSAGE)
    assert found.truth[:, 0].tolist() == [[True, False], [False, False]] * 2  # used wins over called for
    assert [(one.document, one.page, one.genre) for one in found.places[:2]] == [("a", 3, "brief"), ("a", 4, "brief")]
    assert found.places[0].text == f"{LONG.format(0)} {LONG.format(1)}"
    assert found.labellers["an"][:, 0].tolist() == [CODES[Use.USED], UNKNOWN] * 2
    assert found.labellers["bo"][:, 0].tolist() == [UNKNOWN] * 4  # bo judged half of the passage
    sentences = of_samples([sample("a")], Unit.SENTENCE)
    assert sentences.truth[:, 0].tolist() == [[False, True], [True, False], [False, False]]
    assert sentences.labellers["bo"][:, 0].tolist() == [CODES[None], UNKNOWN, UNKNOWN]


def test_a_document_and_its_versions_have_one_number() -> None:
    """Groups are never split: every unit of a document, and of its versions, is drawn together."""
    samples = [sample("a"), sample("b", 10), replace(sample("a", 20), unit="u2"), sample("version of b", 10)]
    for unit in Unit:
        found = of_samples(samples, unit)
        numbers: dict[str, set[int]] = {}
        for place, group in zip(found.places, found.groups, strict=True):
            numbers.setdefault(place.document, set()).add(int(group))
        assert all(len(one) == 1 for one in numbers.values())
        assert numbers["b"] == numbers["version of b"] != numbers["a"]
        assert found.size == 2 and set(found.groups.tolist()) == {0, 1}


def test_a_reading_is_what_the_product_would_say() -> None:
    model = Model.load(resource("models", "sources"))
    for unit in Unit:
        held = of_samples([sample("a"), sample("b", 10)], unit)
        found = read(model, held)
        assert found.scores.shape == found.given.shape == held.truth.shape
        assert not (found.given[:, :, 0] & found.given[:, :, 1]).any()
        for labels, given in zip(model.labels(found.scores, unit), found.given, strict=True):
            assert {(s, u) for i, s in enumerate((E, P, W)) for j, u in enumerate(Use) if given[i, j]} == set(
                labels.items()
            )


# Verdicts on documents in a store -------------------------------------------------------------------------------------


def on(found: Analysis, number: int, labels: Labels, unit: Unit = Unit.PASSAGE, **more: object) -> Verdict:
    passage = found.passages[number]
    told = {"by": "person:an", "document_id": found.document.id, **more}
    return verdict(found.document.text, passage.start, passage.end, unit, labels, **told)  # type: ignore[arg-type]


def test_verdicts_of_people_are_settled_and_those_of_models_left_out() -> None:
    found = analysis()
    said = [
        on(found, 0, {E: Use.USED}),
        on(found, 0, {P: Use.USED}, by="adjudicated:cy"),
        on(found, 1, {}, judged=[W]),
        on(found, 2, {P: Use.USED}, by="model:m1"),
    ]
    held, lost = of_verdicts([found], said, Unit.PASSAGE)
    assert (lost, held.chosen.tolist()) == (0, [0, 1])
    assert held.truth[0].tolist() == [[False, False], [True, False], [False, False]]
    assert held.judged.tolist() == [[True] * 3, [False, False, True]]
    assert held.places[0].name == "nota.pdf" and held.places[0].page == 1
    assert held.labellers == {}  # one person, who was adjudicated over


def test_sentences_make_up_a_passage_where_all_were_judged() -> None:
    found = analysis()
    one = found.passages[0]
    middle = one.start + found.document.text[one.start : one.end].index(" dat")
    halves = (Sentence(one.start, middle), Sentence(middle + 1, one.end))
    found = replace(found, passages=(replace(one, sentences=halves), *found.passages[1:]))
    text, document_id = found.document.text, found.document.id

    def half(number: int, labels: Labels, by: str = "person:an") -> Verdict:
        start, end = halves[number].start, halves[number].end
        return verdict(text, start, end, Unit.SENTENCE, labels, by=by, document_id=document_id)

    said = [half(0, {E: Use.CALLED_FOR}), half(1, {E: Use.USED}), half(0, {}, "person:bo")]
    held, _ = of_verdicts([found], said, Unit.PASSAGE)
    assert held.chosen.tolist() == [0] and held.truth[0, 0].tolist() == [True, False]
    assert of_verdicts([found], said[:1], Unit.PASSAGE)[0].chosen.tolist() == []
    sentences, _ = of_verdicts([found], said, Unit.SENTENCE)
    assert sentences.chosen.tolist() == [0, 1]
    assert {name: codes[:, 0].tolist() for name, codes in sentences.labellers.items()} == {
        "person:an": [CODES[Use.CALLED_FOR], CODES[Use.USED]],
        "person:bo": [CODES[None], UNKNOWN],
    }


@pytest.mark.parametrize("unit", list(Unit))
def test_labels_without_a_place_are_counted(unit: Unit) -> None:
    found = analysis()
    moved = replace(on(found, 0, {}, unit), start=3, end=9, quote="nergens")
    partly = replace(on(found, 1, {}, unit), end=found.passages[1].start + 3, quote="Uit")
    elsewhere = on(found, 2, {}, unit, document_id="f" * 64)
    held, lost = of_verdicts([found], [moved, partly, elsewhere, on(found, 3, {}, unit)], unit)
    assert lost == 3 and held.chosen.tolist() == [3]
    assert held.truth.shape == (1, 3, 2) and not held.truth.any()


def test_documents_are_scored_whole_and_the_labelled_units_picked_out() -> None:
    model = Model.load(resource("models", "sources"))
    one, other = analysis("a.pdf"), analysis("b.pdf", [("Iets heel anders.", {}), ("En nog iets.", {})])
    held, _ = of_verdicts([one, other], [on(other, 1, {}), on(one, 2, {})], Unit.PASSAGE)
    found = read(model, held)
    whole = [model.score(rows).passages for rows in held.documents]
    assert np.array_equal(found.scores, np.stack([whole[0][2], whole[1][1]]))
    assert held.groups.tolist() == [0, 1]
