"""The classifier: rows in, probabilities per source and use out, for sentences and for passages.

Two stages, both scikit-learn's logistic regression: `first` weighs the names of features, `second` the first stage's
scores in their surroundings. Knows only rows; never unpickles. This is the only room that imports scikit-learn.
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
from bronnen.classifier.first import Array
from bronnen.errors import MissingError, UsageError
from bronnen.features import LENT, Row
from bronnen.records import Labels, Source, Unit, Use

FORMAT = 1
FOLDS = 5
SOURCES, USES = tuple(Source), tuple(Use)
_SHAPE = (-1, len(SOURCES), len(USES))
_TARGETS = len(SOURCES) * len(USES)
_AGAIN = "Install bronnen again, or train a model: python -m bronnen.training.train --help."


@dataclass(frozen=True, slots=True)
class Examples:
    """What a model learns from. `sentences` holds truth values [n, sources, uses], in reading order.

    `documents` are whole ones or labelled runs of sentences; `groups` gives each the number of what must stay
    together: no group is ever split between learning and checking.
    """

    documents: Sequence[Sequence[Row]]
    sentences: Array
    groups: Array


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities [n, sources, uses], in the order of `records.Source` and `records.Use`."""

    sentences: Array
    passages: Array


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier: `id` changes with `data`, which is what stands in `model.skops`, and with the thresholds."""

    id: str
    card: dict[str, Any]
    data: bytes = field(repr=False)
    weights: first.Weights = field(repr=False)
    estimators: dict[Unit, list[Any]] = field(repr=False)  # of the second stage, one per target

    @property
    def thresholds(self) -> dict[str, dict[str, dict[str, float]]]:
        """Unit -> source -> use -> the probability from which a label is given."""
        found: dict[str, dict[str, dict[str, float]]] = self.card["thresholds"]
        return found

    @classmethod
    def fit(cls, examples: Examples, rng: np.random.Generator) -> Model:
        """A model of the examples. Its card says what it scored on documents that it had not seen."""
        sizes = [len(rows) for rows in examples.documents]
        fold = np.repeat(fold_numbers(examples.groups, np.array(sizes), FOLDS, rng), sizes)
        place, counts = second.placed(examples.documents), first.counted(examples.documents)
        truth = examples.sentences.reshape(-1, _TARGETS)
        logits = np.zeros(truth.shape)
        for held in np.unique(fold):
            seen, unseen = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
            learned = first.fit(first.chosen(counts, seen), truth[seen])
            logits[unseen] = first.logits(first.chosen(counts, unseen), learned)
        wanted = {Unit.SENTENCE: examples.sentences, Unit.PASSAGE: passage_truth(examples.sentences, place.passages)}
        folds = {Unit.SENTENCE: fold, Unit.PASSAGE: fold[place.begins[:-1]]}
        card: dict[str, Any] = {"thresholds": {}, "cross_validated": {}, "error_rates": {}}
        estimators: dict[Unit, list[Any]] = {}
        for unit, about in _described(logits, place).items():
            flat = wanted[unit].reshape(-1, _TARGETS)
            estimators[unit] = second.fit(about, flat)
            scores = np.zeros(flat.shape)
            for held in np.unique(folds[unit]):
                away = folds[unit] != held
                scores[~away] = second.probabilities(about[~away], second.fit(about[away], flat[away]))
            _judge(card, unit, scores.reshape(_SHAPE), wanted[unit])
        return _model(first.fit(counts, truth), estimators, card)

    def score(self, rows: Sequence[Row]) -> Scored:
        """Probabilities of the sentences and passages of ONE document, in reading order."""
        if not rows:
            return Scored(np.zeros((0, *_SHAPE[1:])), np.zeros((0, *_SHAPE[1:])))
        logits = first.logits(first.counted([rows]), self.weights)
        about = _described(logits, second.placed([rows]))
        found = {unit: second.probabilities(about[unit], self.estimators[unit]).reshape(_SHAPE) for unit in Unit}
        return Scored(found[Unit.SENTENCE], found[Unit.PASSAGE])

    def labels(self, probabilities: Array, unit: Unit) -> Labels:
        """The labels that probabilities [sources, uses] of one sentence or passage come to; `used` wins."""
        least = self.thresholds[unit.value]
        found: dict[Source, Use] = {}
        for source, row in zip(SOURCES, probabilities, strict=True):
            for use, probability in zip(USES, row, strict=True):
                if source not in found and probability >= least[source.value][use.value]:
                    found[source] = use
        return found

    def reasons(self, rows: Sequence[Row], at: int, source: Source, use: Use) -> list[tuple[str, float]]:
        """What spoke for (above 0) and against a label of the sentence `at` of a document, the heaviest first."""
        target = SOURCES.index(source) * len(USES) + USES.index(use)
        found = first.contributions(rows, at, self.weights, target)
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))

    def save(self, folder: Path, *, force: bool = False) -> None:
        """Write `model.skops` and `card.json`.

        Raises:
            UsageError: the folder has a model already, and `force` is not given.
        """
        if not force and any((folder / name).exists() for name in ("model.skops", "card.json")):
            raise UsageError(f"{folder} already has a model.", "Choose another folder, or add --force to replace it.")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.skops").write_bytes(self.data)
        text = json.dumps(self.card, indent=1, ensure_ascii=False)
        (folder / "card.json").write_text(text + "\n", encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path) -> Model:
        """The model in a folder.

        Raises:
            MissingError: there is none, it was changed, or it does not belong to this bronnen and scikit-learn.
        """
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            data = (folder / "model.skops").read_bytes()
        except (OSError, ValueError, RecursionError) as error:
            raise MissingError(f"Cannot read the classifier in {folder}: {error}.", _AGAIN) from error
        _check(card, data, folder)
        try:
            state = disk.loaded(data)
            weights = first.Weights(*(state["first"][name] for name in ("columns", "idf", "weights", "bias")))
            estimators = {unit: state["second"][unit.value] for unit in Unit}
        except disk.ForeignTypeError as error:
            raise MissingError(f"{folder / 'model.skops'} holds {error}: it is no model of bronnen.", _AGAIN) from error
        except (OSError, ValueError, LookupError, TypeError, RecursionError, zipfile.BadZipFile) as error:
            raise MissingError(f"{folder / 'model.skops'} is damaged: {error}.", _AGAIN) from error
        return cls(card["id"], card, data, weights, estimators)


def fold_numbers(groups: Array, sizes: Array, folds: int, rng: np.random.Generator) -> Array:
    """A fold for each item, of about equal total size; items of one group share theirs."""
    names, place = np.unique(groups, return_inverse=True)
    total = np.bincount(place, weights=sizes)
    order = rng.permutation(len(names))
    filled, number = np.zeros(folds), np.zeros(len(names), dtype=np.int64)
    for name in order[np.argsort(-total[order], kind="stable")]:
        number[name] = int(np.argmin(filled))
        filled[number[name]] += total[name]
    return np.asarray(number[place])


def passage_truth(sentences: Array, passages: Array) -> Array:
    """What passages carry, [m, sources, uses], given what their sentences do; `used` wins over `called_for`."""
    truth = np.zeros((int(passages.max(initial=-1)) + 1, *_SHAPE[1:]), dtype=bool)
    np.logical_or.at(truth, passages, sentences)
    truth[:, :, 1] &= ~truth[:, :, 0]
    return truth


def best_threshold(truth: Array, scores: Array) -> float:
    """The probability from which a label gives the highest F1 on these scores; 1 where nothing carries it."""
    if not truth.any():
        return 1.0
    order = np.argsort(-scores, kind="stable")
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]  # equal scores fall together
    quality = 2 * np.cumsum(truth[order])[ends] / (ends + 1 + truth.sum())
    at = int(ends[int(np.argmax(quality))])
    below = scores[order[at + 1]] if at + 1 < len(scores) else 0.0
    return round(float((scores[order[at]] + below) / 2), 6)


def rates(truth: Array, given: Array) -> dict[str, float]:
    """Precision, recall, F1 and, as the balance needs them, the rates of true and of false positives."""
    hits, wanted, found = int((truth & given).sum()), int(truth.sum()), int(given.sum())
    return {
        "precision": round(hits / max(found, 1), 4),
        "recall": round(hits / max(wanted, 1), 4),
        "f1": round(2 * hits / max(found + wanted, 1), 4),
        "fpr": round((found - hits) / max(len(truth) - wanted, 1), 4),
    }


def decided(scores: Array, thresholds: dict[str, dict[str, float]]) -> Array:
    """Truth values for scores [n, sources, uses] under the thresholds of a unit; `used` wins over `called_for`."""
    given = np.asarray(scores >= np.array([[thresholds[source][use] for use in USES] for source in SOURCES]))
    given[:, :, 1] &= ~given[:, :, 0]
    return given


def _described(logits: Array, place: second.Place) -> dict[Unit, Array]:
    return {
        Unit.SENTENCE: second.about_sentences(logits, place),
        Unit.PASSAGE: second.about_passages(logits, place),
    }


def _judge(card: dict[str, Any], unit: Unit, scores: Array, truth: Array) -> None:
    """Write the thresholds for a unit on the card, and how labels and probabilities do on unseen documents."""
    card["thresholds"][unit.value] = {
        source.value: {use.value: best_threshold(truth[:, i, j], scores[:, i, j]) for j, use in enumerate(USES)}
        for i, source in enumerate(SOURCES)
    }
    given = decided(scores, card["thresholds"][unit.value])
    quality: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for i, source in enumerate(SOURCES):
        quality[source.value], errors[source.value] = {}, {}
        for j, use in enumerate(USES):
            found = rates(truth[:, i, j], given[:, i, j])
            wrong = found.pop("fpr")
            share = float(truth[:, i, j].mean())
            brier = float(((scores[:, i, j] - truth[:, i, j]) ** 2).mean())
            found["brier_skill"] = round(1 - brier / (share * (1 - share)), 4) if 0 < share < 1 else 0.0
            quality[source.value][use.value] = {**found, "cases": int(truth[:, i, j].sum())}
            errors[source.value][use.value] = {"tpr": found["recall"], "fpr": wrong}
    card["cross_validated"][unit.value] = quality
    card["error_rates"][unit.value] = errors


def _model(weights: first.Weights, estimators: dict[Unit, list[Any]], card: dict[str, Any]) -> Model:
    kept = {unit.value: fitted for unit, fitted in estimators.items()}
    data = disk.dumped({"first": {name: getattr(weights, name) for name in weights.__slots__}, "second": kept})
    digest = hashlib.sha256(data).hexdigest()
    versions = {name: metadata.version(name) for name in ("bronnen", "scikit-learn", "numpy", "skops")}
    model_id = _identity(digest, card["thresholds"])
    about = {"format": FORMAT, "id": model_id, "sha256": digest, "versions": versions, "features": _features()}
    return Model(model_id, {**about, **card}, data, weights, estimators)


def _identity(digest: str, thresholds: Any) -> str:
    """Twelve hexadecimal digits that change with the weights and with the thresholds: with what drives results."""
    return hashlib.sha256(f"{digest}{json.dumps(thresholds, sort_keys=True)}".encode()).hexdigest()[:12]


def _features() -> str:
    """Changes when the recipe or the lexicon does: a model made with other features would score nonsense."""
    lists = lexicon.lexicon()
    words = [[cue, pattern.pattern] for cue, pattern in lists.single] + [[one.cue, *one.words] for one in lists.longer]
    recipe = {family: asdict(way) for family, way in first.RECIPE.items()}
    lent = {family: [lender, steps.start, steps.stop] for family, (lender, steps) in LENT.items()}
    return hashlib.sha256(json.dumps([recipe, lent, words]).encode()).hexdigest()[:12]


def _check(card: Any, data: bytes, folder: Path) -> None:
    """Refuse a model that does not belong to this program, in words that say why."""
    wanted = {"id": str, "sha256": str, "versions": dict, "features": str, "thresholds": dict}
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        told = card.get("format") if isinstance(card, dict) else None
        raise MissingError(f"The classifier in {folder} has format {told}, this bronnen reads {FORMAT}.", _AGAIN)
    if any(not isinstance(card.get(key), kind) for key, kind in wanted.items()):
        raise MissingError(f"{folder / 'card.json'} is damaged.", _AGAIN)
    made, here = str(card["versions"].get("scikit-learn")), metadata.version("scikit-learn")
    if made.split(".")[:2] != here.split(".")[:2]:
        raise MissingError(f"The classifier in {folder} needs scikit-learn {made}; {here} is installed.", _AGAIN)
    if hashlib.sha256(data).hexdigest() != card["sha256"]:
        raise MissingError(f"{folder / 'model.skops'} is not the file that its card describes.", _AGAIN)
    if card["id"] != _identity(card["sha256"], card["thresholds"]):
        raise MissingError(f"The thresholds in {folder / 'card.json'} are not those of this model.", _AGAIN)
    if card["features"] != _features():
        raise MissingError(f"The classifier in {folder} was made with other features or cue words.", _AGAIN)
