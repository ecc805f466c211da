"""The classifier: rows in, probabilities per source and use out, for sentences and for passages.

Two stages of scikit-learn's logistic regression and a reader between them: `first` weighs the names of features,
`reader` reads the words in order with a small network that was trained beforehand, `second` weighs what both say in
its surroundings. Knows only rows; never unpickles. This is the only room that imports scikit-learn.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from bronnen import lexicon
from bronnen.classifier import disk, first, second
from bronnen.classifier.disk import make_room
from bronnen.classifier.examples import CHOSEN, Examples, described, joined, part, thinned, tied
from bronnen.classifier.first import Array
from bronnen.classifier.judging import (
    SHAPE,
    SOURCES,
    TARGETS,
    USES,
    Errors,
    best_threshold,
    calibration_error,
    decided,
    error_rates,
    fold_numbers,
    judged,
    passage_truth,
    rates,
)
from bronnen.classifier.reader import Read, Reader
from bronnen.errors import MissingError
from bronnen.features import LENT, Row, rows
from bronnen.formats.rates import known_rates, told_rates
from bronnen.records import Known, Labels, Source, Unit, Use

__all__ = [
    "CHOSEN",
    "FOLDS",
    "SOURCES",
    "USES",
    "Examples",
    "Held",
    "Model",
    "Read",
    "Reader",
    "Scored",
    "best_threshold",
    "calibration_error",
    "decided",
    "described",
    "fold_numbers",
    "held_out",
    "joined",
    "judged",
    "make_room",
    "nested",
    "part",
    "passage_truth",
    "rates",
    "read",
    "recipe",
    "thinned",
    "tied",
]

FORMAT = 4
FOLDS = 5
_TRIAL = ("Volgens het CBS groeit de bevolking.",)
_DAMAGED = (OSError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError, RecursionError, MemoryError)
_AGAIN = "Install bronnen again, or train a model: bronnen train --help."


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities [n, sources, uses], in the order of `records.Source` and `records.Use`.

    `counts` are those of the document's sentences, for `Model.reasons`.
    """

    sentences: Array
    passages: Array
    counts: first.Table | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier: `id` changes with `data`, which is what stands in `model.skops`, and with the thresholds."""

    id: str
    card: dict[str, Any]
    data: bytes = field(repr=False)
    weights: dict[Unit, first.Weights] = field(repr=False)
    estimators: dict[Unit, list[Any]] = field(repr=False)  # of the second stage, one per target
    reader: Reader = field(repr=False)
    known: Known = field(repr=False)  # how it errs on passages, as the balance needs it

    @property
    def thresholds(self) -> dict[str, dict[str, dict[str, float]]]:
        """Unit -> source -> use -> the probability from which a label is given."""
        found: dict[str, dict[str, dict[str, float]]] = self.card["thresholds"]
        return found

    @classmethod
    def fit(cls, examples: Examples, reader: Reader, rng: np.random.Generator, errors: Errors = error_rates) -> Model:
        """A model of the examples, with the reader that will read what comes.

        `errors` tells what is known of its errors on passages, for its card.

        Its card says what it scored on organisations that it had not seen, also of a team's own runs and others apart.
        The figures are a little too good: the first stage that gave a fold's neighbours their scores had seen the fold
        (`nested` keeps them apart, and takes five times as long).
        """
        together = tied(examples.groups, examples.organisations)
        fold = fold_numbers(together, np.diff(examples.begins), FOLDS, rng)
        signals, weights = _signals(examples, fold)
        card: dict[str, Any] = {"thresholds": {}, "cross_validated": {}}
        estimators: dict[Unit, list[Any]] = {}
        for unit, (about, truth, runs, counts) in _known(examples, signals).items():
            estimators[unit] = second.fit(about, truth, counts)
            scores, wanted = _unseen(about, truth, counts, fold[runs]).reshape(SHAPE), truth.reshape(SHAPE)
            for name, found in judged(scores, wanted).items():
                card[name][unit.value] = found
            if unit is Unit.PASSAGE:
                given = decided(scores, card["thresholds"][unit.value])
                natural = examples.natural[runs]
                found = (scores[natural], given[natural], wanted[natural], examples.groups[runs][natural])
                card["error_rates"] = told_rates(errors(*found))
            mine = examples.own[runs]
            for name, some in (("own", mine), ("shipped", ~mine)):
                if some.any() and not some.all():
                    found = judged(scores[some], wanted[some], card["thresholds"][unit.value])
                    card.setdefault(name, {})[unit.value] = found["cross_validated"]
        return _model(weights, estimators, reader, card)

    def score(self, rows: Sequence[Row]) -> Scored:
        """Probabilities of the sentences and passages of ONE document, in reading order."""
        if not rows:
            return Scored(np.zeros((0, *SHAPE[1:])), np.zeros((0, *SHAPE[1:])), None)
        place = second.placed([rows])
        counts = first.surrounded(first.counted(rows), [len(rows)])
        words = first.logits(counts, self.weights[Unit.SENTENCE])
        passages = first.logits(first.together(counts, place.passages), self.weights[Unit.PASSAGE])
        read = self.reader.read(rows)
        signals = second.Signals(words, read.alone, read.sentences, passages, read.passages)
        found = self._probabilities(signals, place)
        return Scored(found[Unit.SENTENCE], found[Unit.PASSAGE], counts)

    def score_examples(self, examples: Examples) -> dict[Unit, Array]:
        """Probabilities [n, sources, uses] per unit of described examples, read as their reader read them."""
        return self._probabilities(_scored_first(examples, self.weights), examples.place)

    def _probabilities(self, signals: second.Signals, place: second.Place) -> dict[Unit, Array]:
        about = {Unit.SENTENCE: second.about_sentences, Unit.PASSAGE: second.about_passages}
        return {
            unit: second.probabilities(about[unit](signals, place), self.estimators[unit]).reshape(SHAPE)
            for unit in Unit
        }

    def labels(self, probabilities: Array, unit: Unit) -> list[Labels]:
        """The labels that probabilities [n, sources, uses] of sentences or passages come to; `used` wins."""
        names = [(source, use) for source in SOURCES for use in USES]
        given = decided(probabilities, self.thresholds[unit.value]).reshape(-1, len(names)).tolist()
        return [{source: use for (source, use), is_given in zip(names, one, strict=True) if is_given} for one in given]

    def reasons(
        self, rows: Sequence[Row], scored: Scored, asked: Sequence[tuple[int, Source, Use]]
    ) -> list[list[tuple[str, float]]]:
        """Per asked sentence and label what spoke for it, the heaviest first.

        `scored` is what `score` made of the rows.
        """
        targets = [(at, SOURCES.index(source) * len(USES) + USES.index(use)) for at, source, use in asked]
        if not targets:
            return []
        found = first.contributions(rows, scored.counts, targets, self.weights[Unit.SENTENCE])
        return [sorted(one, key=lambda item: (-item[1], item[0])) for one in found]

    def save(self, folder: Path, *, force: bool = False) -> None:
        """Write `model.skops` and `card.json`.

        Raises:
            UsageError: the folder has a model already, and `force` is not given.
            StoreError: the folder cannot be written.
        """
        disk.save(folder, self.data, self.card, force=force)

    @classmethod
    def load(cls, folder: Path) -> Model:
        """The model in a folder.

        Raises:
            MissingError: there is none, it was changed, or it does not belong to this bronnen and scikit-learn.
        """
        card, data = read(folder)
        try:
            state = disk.loaded(data)
            weights = {unit: first.unpacked(state["first"][unit.value]) for unit in Unit}
            estimators = {unit: state["second"][unit.value] for unit in Unit}
            reader = Reader(state["reader"])
            model = cls(card["id"], card, data, weights, estimators, reader, known_rates(card["error_rates"]))
            model.score(rows([_TRIAL]))  # parts that do not fit together are found here, and not in the midst of a scan
        except disk.ForeignTypeError as error:
            raise MissingError(f"{folder / 'model.skops'} holds {error}: it is no model of bronnen.", _AGAIN) from error
        except (*_DAMAGED, zipfile.BadZipFile) as error:
            raise MissingError(f"{folder / 'model.skops'} is damaged: {error}.", _AGAIN) from error
        return model


def read(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The card of the model in a folder, checked, and its state as bytes; takes no scikit-learn.

    Raises:
        MissingError: there is none, it was changed, or it does not belong to this bronnen and scikit-learn.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        data = (folder / "model.skops").read_bytes()
    except (OSError, ValueError, RecursionError) as error:
        raise MissingError(f"Cannot read the classifier in {folder}: {error}.", _AGAIN) from error
    _check(card, data, folder)
    return card, data


@dataclass(frozen=True, slots=True)
class Held:
    """What models made of documents that they had not seen: arrays over the sentences or passages that were judged."""

    scores: Array  # probabilities [n, sources, uses]
    given: Array  # labels [n, sources, uses]
    truth: Array  # [n, sources, uses]
    runs: Array  # [n]


def held_out(examples: Examples, fold: Array) -> dict[Unit, Held]:
    """What models make of documents that they had not seen, given the fold of each run.

    The second stage and the thresholds come from the other folds alone. The first stage's scores that the second was
    fitted on come from models that left out a fold each, but not this one too: the figures are a little too good.
    `nested` does without that, and takes five times as long.
    """
    signals, _ = _signals(examples, fold)
    found: dict[Unit, Held] = {}
    for unit, (about, truth, runs, counts) in _known(examples, signals).items():
        scores, wanted = _unseen(about, truth, counts, fold[runs]).reshape(SHAPE), truth.reshape(SHAPE)
        given = np.zeros(wanted.shape, dtype=bool)
        for held in np.unique(fold[runs]):
            away = fold[runs] != held
            given[~away] = decided(scores[~away], judged(scores[away], wanted[away])["thresholds"])
        found[unit] = Held(scores, given, wanted, runs)
    return found


def nested(examples: Examples, fold: Array) -> dict[Unit, Held]:
    """As `held_out`, with nothing behind a fold's figures that saw the fold, but for the reader's scores."""
    kept: dict[Unit, list[Held]] = {unit: [] for unit in Unit}
    for held in np.unique(fold):
        learn, test = part(examples, fold != held), part(examples, fold == held)
        together = tied(learn.groups, learn.organisations)
        inner = fold_numbers(together, np.diff(learn.begins), FOLDS, np.random.default_rng(int(held)))
        signals, weights = _signals(learn, inner)
        unseen, numbers = _known(test, _scored_first(test, weights)), np.flatnonzero(fold == held)
        for unit, (about, truth, runs, counts) in _known(learn, signals).items():
            scores = _unseen(about, truth, counts, inner[runs]).reshape(SHAPE)
            thresholds = judged(scores, truth.reshape(SHAPE))["thresholds"]
            told, wanted, of, _ = unseen[unit]
            found = second.probabilities(told, second.fit(about, truth, counts)).reshape(SHAPE)
            kept[unit].append(Held(found, decided(found, thresholds), wanted.reshape(SHAPE), numbers[of]))
    return {
        unit: Held(*(np.concatenate([getattr(one, name) for one in parts]) for name in Held.__slots__))
        for unit, parts in kept.items()
    }


def _signals(examples: Examples, fold: Array) -> tuple[second.Signals, dict[Unit, first.Weights]]:
    """The scores of all stages for documents that they had not seen, and the first stage fitted on everything."""
    counts = _counts(examples)
    truth = {Unit.SENTENCE: examples.sentences, Unit.PASSAGE: examples.passages}
    runs = {Unit.SENTENCE: examples.place.documents, Unit.PASSAGE: examples.passage_runs}
    weights: dict[Unit, first.Weights] = {}
    logits: dict[Unit, Array] = {}
    for unit in (Unit.SENTENCE, Unit.PASSAGE):
        told, wanted = examples.judged(unit), truth[unit].reshape(-1, TARGETS)
        logits[unit] = np.zeros(wanted.shape)
        for held in np.unique(fold):
            seen = np.flatnonzero(told & (fold[runs[unit]] != held))
            unseen = np.flatnonzero(fold[runs[unit]] == held)
            learned = first.fit(counts[unit][seen], wanted[seen], examples.weights[runs[unit]][seen])
            logits[unit][unseen] = first.logits(counts[unit][unseen], learned)
        seen = np.flatnonzero(told)
        weights[unit] = first.fit(counts[unit][seen], wanted[seen], examples.weights[runs[unit]][seen])
    return _joined(examples, logits), weights


def _scored_first(examples: Examples, weights: dict[Unit, first.Weights]) -> second.Signals:
    counts = _counts(examples)
    return _joined(examples, {unit: first.logits(counts[unit], weights[unit]) for unit in Unit})


def _counts(examples: Examples) -> dict[Unit, first.Table]:
    counts = first.surrounded(examples.counts, np.diff(examples.begins).tolist())
    return {Unit.SENTENCE: counts, Unit.PASSAGE: first.together(counts, examples.place.passages)}


def _joined(examples: Examples, logits: dict[Unit, Array]) -> second.Signals:
    read = examples.read
    return second.Signals(logits[Unit.SENTENCE], read.alone, read.sentences, logits[Unit.PASSAGE], read.passages)


def _known(examples: Examples, signals: second.Signals) -> dict[Unit, tuple[Array, Array, Array, Array]]:
    """Per unit, of what was judged: what is known of it, its truth [n, targets], its run, and what it counts for."""
    found = {}
    for unit, about, truth, runs in (
        (Unit.SENTENCE, second.about_sentences, examples.sentences, examples.place.documents),
        (Unit.PASSAGE, second.about_passages, examples.passages, examples.passage_runs),
    ):
        told = examples.judged(unit)
        known = about(signals, examples.place)[told]
        found[unit] = (known, truth[told].reshape(-1, TARGETS), runs[told], examples.weights[runs[told]])
    return found


def _unseen(about: Array, truth: Array, counts: Array, fold: Array) -> Array:
    """Probabilities [n, targets] from second stages that were fitted on the other folds."""
    scores = np.zeros(truth.shape)
    for held in np.unique(fold):
        away = fold != held
        scores[~away] = second.probabilities(about[~away], second.fit(about[away], truth[away], counts[away]))
    return scores


def _model(
    weights: dict[Unit, first.Weights], estimators: dict[Unit, list[Any]], reader: Reader, card: dict[str, Any]
) -> Model:
    state = {
        "first": {unit.value: first.packed(one) for unit, one in weights.items()},
        "second": {unit.value: fitted for unit, fitted in estimators.items()},
        "reader": reader.arrays,
    }
    data = disk.dumped(state)
    digest = hashlib.sha256(data).hexdigest()
    versions = {name: metadata.version(name) for name in ("bronnen", "scikit-learn", "numpy", "skops")}
    model_id = _identity(digest, card)
    about = {"format": FORMAT, "id": model_id, "sha256": digest, "versions": versions, "features": recipe()}
    known = known_rates(card["error_rates"])
    return Model(model_id, {**about, **card}, data, weights, estimators, reader, known)


def _identity(digest: str, card: dict[str, Any]) -> str:
    """Twelve hexadecimal digits that change with the weights, the thresholds and the error rates: with all that drives
    results."""
    driving = json.dumps([card["thresholds"], card["error_rates"]], sort_keys=True)
    return hashlib.sha256(f"{digest}{driving}".encode()).hexdigest()[:12]


def recipe() -> str:
    """Changes when the recipe or the lexicon does: a model made with other features would score nonsense."""
    words = [[entry.cue, *entry.words] for entry in lexicon.lexicon().entries]
    recipe = {family: asdict(way) for family, way in first.RECIPE.items()}
    lent = {family: [lender, steps.start, steps.stop] for family, (lender, steps) in LENT.items()}
    return hashlib.sha256(json.dumps([recipe, lent, words]).encode()).hexdigest()[:12]


def _check(card: Any, data: bytes, folder: Path) -> None:
    """Refuse a model that does not belong to this program, in words that say why."""
    wanted = {"id": str, "sha256": str, "versions": dict, "features": str, "thresholds": dict, "error_rates": dict}
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        told = card.get("format") if isinstance(card, dict) else None
        raise MissingError(f"The classifier in {folder} has format {told!r:.40}, this bronnen reads {FORMAT}.", _AGAIN)
    if any(not isinstance(card.get(key), kind) for key, kind in wanted.items()):
        raise MissingError(f"{folder / 'card.json'} is damaged.", _AGAIN)
    made, here = str(card["versions"].get("scikit-learn")), metadata.version("scikit-learn")
    if made.split(".")[:2] != here.split(".")[:2]:
        raise MissingError(f"The classifier in {folder} needs scikit-learn {made:.40}; {here} is installed.", _AGAIN)
    if hashlib.sha256(data).hexdigest() != card["sha256"]:
        raise MissingError(f"{folder / 'model.skops'} is not the file that its card describes.", _AGAIN)
    if card["id"] != _identity(card["sha256"], card):
        raise MissingError(f"The thresholds or rates in {folder / 'card.json'} are not those of this model.", _AGAIN)
    if card["features"] != recipe():
        raise MissingError(f"The classifier in {folder} was made with other features or cue words.", _AGAIN)
