"""Labels in a store: what a model may learn from, what is kept apart from it, and what a card says of people."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import E, P, W
from teams import SUBJECTS, TOLD, all_judged, document, documents, ids, judged, keep

from bronnen.classifier import CHOSEN, Model, Reader, joined, part
from bronnen.classifier.examples import WRITTEN
from bronnen.errors import UsageError
from bronnen.records import Source, Unit, Use
from bronnen.settings import resource
from bronnen.store import Store
from bronnen.training.team import Team, about, kept_material, team_examples, team_of


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Model.load(resource("models", "sources")).reader


def team(folder: Path, *, everything: bool = False) -> Team:
    with Store(folder) as store:
        return team_of(store, everything=everything)


def test_documents_kept_apart_are_measured_on_and_never_learned_from(tmp_path: Path, reader: Reader) -> None:
    free = documents(3, apart=False)
    apart = documents(2, apart=True, first=3)
    analyses = [*free, *apart]
    found = team(keep(tmp_path, analyses, [one for made in analyses for one in all_judged(made)]))
    assert {one.document.id for one in found.kept} == {one.document.id for one in apart}
    examples = team_examples(found, reader)
    assert len(examples.groups) == 3 and (examples.origins == CHOSEN).all() and examples.own.all()
    both = joined(replace(examples, origins=np.full(3, WRITTEN)), examples)
    assert both.natural.tolist() == [True] * 3 + [False] * 3  # what doubt chose says nothing of documents as they come
    material = kept_material(found)
    assert material is not None and material[1] == 0
    assert {place.document for place in material[0].places} == {one.document.id for one in apart}

    everything = team(tmp_path, everything=True)
    assert len(team_examples(everything, reader).groups) == 5 and kept_material(everything) is None


def test_a_version_of_a_document_kept_apart_is_not_learned_from(tmp_path: Path, reader: Reader) -> None:
    apart = document(ids(1, apart=True)[0], SUBJECTS[0])
    version, other = documents(2, apart=False)
    found = team(
        keep(tmp_path, [apart, version, other], [*all_judged(version), *all_judged(other), *all_judged(apart)])
    )
    assert found.versions == 1 and [one.document.id for one in found.learn] == [other.document.id]


def test_what_was_judged_counts_and_the_rest_stands_around_it(tmp_path: Path, reader: Reader) -> None:
    one = document(ids(1, apart=False)[0], "zorg")
    said = [
        judged(one, 1, {P: Use.USED}),
        judged(one, 2, {E: Use.USED}),
        judged(one, 2, {W: Use.USED}, by="adjudicated:bo"),
        judged(one, 3, {W: Use.USED}, sources=[W]),  # two sources open: unknown is not 'none'
    ]
    examples = team_examples(team(keep(tmp_path, [one], said)), reader)
    assert len(examples) == len(TOLD) and len(examples.passages) == len(TOLD)  # the whole document
    assert examples.judged(Unit.PASSAGE).tolist() == [False, True, True, False, False]
    assert not examples.judged(Unit.SENTENCE).any()
    assert np.argwhere(examples.passages).tolist() == [[1, 1, 0], [2, 2, 0]]  # adjudicated over a person
    assert examples.weights.tolist() == [3.0]


def test_what_is_open_stays_open_in_parts_and_together(tmp_path: Path, reader: Reader) -> None:
    two = documents(2, apart=False)
    said = [judged(two[0], 1, {P: Use.USED}), *all_judged(two[1])]
    examples = team_examples(team(keep(tmp_path, two, said)), reader)
    first, second = part(examples, np.array([0])), part(examples, np.array([1]))
    assert sorted([int(one.judged(Unit.PASSAGE).sum()) for one in (first, second)]) == [1, 5]
    both = joined(replace(second, open=None, told=np.array([[False, True]])), first)
    assert both.judged(Unit.PASSAGE).sum() == 5 + first.judged(Unit.PASSAGE).sum()
    assert part(both, np.array([1])).judged(Unit.PASSAGE).tolist() == first.judged(Unit.PASSAGE).tolist()


def test_nothing_to_learn_from_is_told(tmp_path: Path, reader: Reader) -> None:
    one = document(ids(1, apart=False)[0], "zorg")
    found = team(keep(tmp_path, [one], [judged(one, 0, {}, sources=[E])]))
    with pytest.raises(UsageError, match="bronnen sample"):
        team_examples(found, reader)


def test_a_card_counts_people_and_their_agreement_without_their_names() -> None:
    one = document("a" * 64, "zorg")
    said = [*all_judged(one, "person:Annelies"), *all_judged(one, "person:Bo")[:4]]
    said[-1] = replace(said[-1], labels={})  # on which they differ: scientific called for
    said.append(judged(one, 3, {}, by="adjudicated:Cor"))
    told = about(said)
    assert told["judged"] == [5, 4] and told["adjudicated"] == 1
    assert told["agreement"]["experiential"] == {"units": 4, "kappa": 1.0}
    assert told["agreement"]["scientific"]["units"] == 4
    assert 0 < told["agreement"]["scientific"]["kappa"] < 1
    assert not any(name in json.dumps(told) for name in ("Annelies", "Bo", "Cor"))
    alone = about(all_judged(one))["agreement"]
    assert all(alone[source] == {"units": 0, "kappa": None} for source in Source)
