"""Training: what is kept together, what a card says, and that the same seed gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bronnen.classifier import Examples, Model, Reader, described, fold_numbers, held_out, recipe
from bronnen.classifier import examples as kept_examples
from bronnen.corpus import Sample, SampleSentence
from bronnen.errors import UsageError
from bronnen.features import rows
from bronnen.quantify import PRIORS
from bronnen.records import Labels, Source, Unit, Use
from bronnen.settings import resource
from bronnen.training.own import of_sample
from bronnen.training.train import groups_of, table, train

E, P, S = Source.EXPERIENTIAL, Source.PROFESSIONAL, Source.SCIENTIFIC
TOLD: list[tuple[str, Labels]] = [
    ("Ouders vertellen dat zij {} te lang wachten.", {E: Use.USED}),
    ("Wijkteams merken in de praktijk dat {} toeneemt.", {P: Use.USED}),
    ("Onderzoek van het CBS laat zien dat {} daalt.", {S: Use.USED}),
    ("Wij gaan bewoners betrekken bij {}.", {E: Use.CALLED_FOR}),
    ("Er is nader onderzoek nodig naar {}.", {S: Use.CALLED_FOR}),
    ("Het college stelt {} vast.", {}),
    ("De raad besluit over {}.", {}),
    ("In {} gelden de regels van artikel 3.", {}),
]
ALIGNED = {kind for kind, prior in PRIORS.items() if prior.is_aligned}
SUBJECTS = ("zorg", "verkeer", "wonen", "jeugd", "groen", "geluid", "armoede", "sport", "water", "handel")


def samples(count: int = 10) -> list[Sample]:
    """One small document per subject; the labels hang on the turn of the sentence, not on its subject."""
    made = []
    for number in range(count):
        subject = SUBJECTS[number % len(SUBJECTS)] + "beleid" * (number // len(SUBJECTS))
        told = [SampleSentence(text.format(subject), labels) for text, labels in TOLD]
        order = np.random.default_rng(number).permutation(len(told))
        shuffled = [told[index] for index in order]
        made.append(Sample(f"u{number}", f"d{number}", "org", True, (tuple(shuffled[:4]), tuple(shuffled[4:]))))
    return made


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Model.load(resource("models", "sources")).reader


def own(told: list[Sample], reader: Reader) -> Examples:
    runs = [of_sample(sample) for sample in told]
    read = [rows(run.paragraphs) for run in runs]
    truth = [np.concatenate([getattr(run, name) for run in runs]) for name in ("sentences", "passages")]
    names = [sample.document for sample in told]
    return described(read, *truth, [reader.read(one) for one in read], groups_of(told), names)


def learned(told: list[Sample], reader: Reader) -> Model:
    return train(None, own(told, reader), reader, np.random.default_rng(1))


@pytest.fixture(scope="module")
def model(reader: Reader) -> Model:
    return learned(samples(), reader)


def test_it_learns_from_little(model: Model) -> None:
    for source in (E, P, S):
        assert model.card["cross_validated"]["sentence"][source]["used"]["f1"] > 0.8
    assert model.card["cross_validated"]["sentence"]["professional"]["called_for"]["cases"] == 0
    assert model.thresholds["sentence"]["professional"]["called_for"] == 1.0


def test_the_card_says_what_was_learned_from(model: Model) -> None:
    data = model.card["data"]
    assert (data["groups"], data["runs"], data["sentences"], data["own_runs"]) == (10, 10, 80, 10)
    assert data["labels"]["sentence"]["scientific"] == {"used": 10, "called_for": 10}
    assert hashlib.sha256(b"d3").hexdigest()[:16] in data["documents_digest"]
    for source in Source:
        for use in Use:
            told = model.card["error_rates"][source][use]
            assert {"tpr", "fpr", "line", "spread"} <= told.keys() and set(told["moves"]) == ALIGNED
    assert model.card["sha256"] == hashlib.sha256(model.data).hexdigest()
    assert model.card["id"] == model.id
    assert "experiential" in table(model)
    json.dumps(model.card)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(model: Model, reader: Reader) -> None:
    again = learned(samples(), reader)
    assert again.data == model.data
    assert again.card == model.card


def test_what_is_kept_holds_no_readable_text(model: Model) -> None:
    with zipfile.ZipFile(io.BytesIO(model.data)) as held:
        kept = b"".join(held.read(name) for name in held.namelist()) + json.dumps(model.card).encode()
    for turn in ("Ouders vertellen", "in de praktijk dat", "laat zien dat", "bewoners betrekken", "te lang wachten"):
        assert turn.encode() not in kept and turn.lower().encode() not in kept


def test_nothing_of_a_fold_is_known_when_it_is_scored(reader: Reader) -> None:
    """Labels that hang on the document alone cannot be told of documents that were left out."""
    rng = np.random.default_rng(4)
    told = [Sample(f"u{n}", f"d{n}", "org", True, one.paragraphs) for n, one in enumerate(samples(40))]
    made = own(told, reader)
    drawn = rng.random((40, 3, 2)) < 0.5
    made = replace(made, sentences=drawn[made.place.documents], passages=drawn[made.passage_runs])
    found = held_out(made, fold_numbers(made.groups, np.diff(made.begins), 5, rng))[Unit.SENTENCE]
    ranked = [roc_auc_score(found.truth[:, i, j], found.scores[:, i, j]) for i in range(3) for j in range(2)]
    assert 0.35 < np.mean(ranked) < 0.6  # 0.5 is chance; a leak gives 0.9 and more


def test_no_document_is_in_two_folds() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 40, 300)
    folds = fold_numbers(groups, rng.integers(1, 50, 300), 5, rng)
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1
    assert set(folds.tolist()) == set(range(5))


def test_units_of_one_document_stay_together() -> None:
    one = samples(6)
    split = [Sample(f"{sample.unit}b", sample.document, "org", False, sample.paragraphs) for sample in one]
    groups = groups_of([*one, *split])
    assert groups[:6].tolist() == groups[6:].tolist()
    assert len(set(groups.tolist())) == 6


def test_versions_of_one_document_stay_together() -> None:
    first, second, third = samples(3)
    version = Sample("v", "other name", "org", True, first.paragraphs)
    groups = groups_of([first, second, third, version])
    assert groups[0] == groups[3]
    assert len(set(groups.tolist())) == 3


def test_long_paragraphs_are_cut_as_the_product_cuts_them() -> None:
    sentence = SampleSentence(" ".join(["woord"] * 50) + ".", {})
    sample = Sample("u", "d", "org", True, ((sentence,) * 5,))
    run = of_sample(sample)
    assert [len(paragraph) for paragraph in run.paragraphs] == [2, 2, 1]
    assert len(run.sentences) == 5


def test_too_little_to_learn_from_is_refused(reader: Reader) -> None:
    with pytest.raises(UsageError, match="five"):
        learned(samples(4), reader)
    nothing = ((SampleSentence("Het college besluit.", {}),),)
    silent = [Sample(f"u{number}", f"d{number}", "org", True, nothing) for number in range(10)]
    with pytest.raises(UsageError, match="experiential"):
        learned(silent, reader)


def test_a_model_is_never_replaced_unasked(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    with pytest.raises(UsageError, match="already"):
        model.save(tmp_path)
    model.save(tmp_path, force=True)


def test_examples_are_kept_and_read_back(reader: Reader, tmp_path: Path) -> None:
    made = own(samples(6), reader)
    kept_examples.save(made, tmp_path / "rows.npz", recipe())
    again = kept_examples.load(tmp_path / "rows.npz", recipe())
    assert (again.sentences == made.sentences).all() and (again.passages == made.passages).all()
    for family, block in made.counts.items():
        assert (again.counts[family] != block).nnz == 0
    assert np.allclose(again.read.passages, made.read.passages, atol=0.01)
    kept_examples.save(again, tmp_path / "again.npz", recipe())
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "rows.npz").read_bytes()


def test_a_part_of_the_examples_is_what_it_would_be_alone(reader: Reader) -> None:
    told = samples(6)
    whole, half = own(told, reader), own(told[2:4], reader)
    cut = kept_examples.part(whole, np.array([2, 3]))
    for family, block in half.counts.items():
        assert (cut.counts[family] != block).nnz == 0
    assert cut.place.passages.tolist() == half.place.passages.tolist()
    assert np.allclose(cut.read.passages, half.read.passages)
    both = kept_examples.joined(kept_examples.part(whole, np.arange(2)), kept_examples.part(whole, np.arange(2, 6)))
    assert both.place.passages.tolist() == whole.place.passages.tolist()
    assert len(set(both.groups.tolist())) == 6


def test_names_of_one_document_are_not_kept(reader: Reader) -> None:
    told = samples(6)
    secret = SampleSentence("Mevrouw Zonderschoen uit Oudekatwijk belde driemaal.", {})
    told[0] = Sample("u0", "d0", "org", True, (*told[0].paragraphs, (secret,)))
    kept = kept_examples.thinned(own(told, reader))
    row = kept.begins[1] - 1
    assert kept.counts["word"][row].nnz == 0
    assert kept.counts["pair"][row].nnz == 0
    assert kept.counts["word"][0].nnz > 0
