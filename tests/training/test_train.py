"""Training: what is kept together, what a card says, and that the same seed gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from bronnen.classifier import Model, fold_numbers
from bronnen.corpus import Sample, SampleSentence
from bronnen.errors import UsageError
from bronnen.records import Labels, Source, Unit, Use
from bronnen.training.train import examples_of, groups_of, main, paragraphs, table, train

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
def model() -> Model:
    return train(samples(), np.random.default_rng(1))


def test_it_learns_from_little(model: Model) -> None:
    for source in (E, P, S):
        assert model.card["cross_validated"]["sentence"][source]["used"]["f1"] > 0.8
    assert model.card["cross_validated"]["sentence"]["professional"]["called_for"]["cases"] == 0
    assert model.thresholds["sentence"]["professional"]["called_for"] == 1.0


def test_the_card_says_what_was_learned_from(model: Model) -> None:
    data = model.card["data"]
    assert (data["documents"], data["organisations"], data["sentences"]) == (10, 1, 80)
    assert data["labels"]["scientific"] == {"used": 10, "called_for": 10}
    assert "no human" in data["provenance"]
    for unit in Unit:
        for source in Source:
            assert {"tpr", "fpr"} <= model.card["error_rates"][unit][source]["used"].keys()
    assert model.card["sha256"] == hashlib.sha256(model.data).hexdigest()
    assert model.card["id"] == model.id
    assert "experiential" in table(model)
    json.dumps(model.card)


def test_the_same_seed_gives_the_same_bytes(model: Model) -> None:
    again = train(samples(), np.random.default_rng(1))
    assert again.data == model.data
    assert again.card == model.card


def test_what_is_kept_holds_no_readable_text(model: Model) -> None:
    kept = model.data + json.dumps(model.card).encode()
    for subject in SUBJECTS:
        assert f"{subject} te lang".encode() not in kept


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
    assert [len(paragraph.sentences) for paragraph in paragraphs(sample)] == [2, 2, 1]
    assert len(examples_of([sample]).sentences) == 5


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(UsageError, match="five"):
        train(samples(4), np.random.default_rng(1))
    nothing = ((SampleSentence("Het college besluit.", {}),),)
    silent = [Sample(f"u{number}", f"d{number}", "org", True, nothing) for number in range(10)]
    with pytest.raises(UsageError, match="experiential"):
        train(silent, np.random.default_rng(1))


def test_a_model_is_never_replaced_unasked(model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model.save(tmp_path)
    with pytest.raises(UsageError, match="already"):
        model.save(tmp_path)
    model.save(tmp_path, force=True)
    labels = tmp_path / "none.jsonl"
    assert main(["--labels", str(labels), "--out", str(tmp_path)]) == 2
    assert "--force" in capsys.readouterr().err
