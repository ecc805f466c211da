"""A trained lens: per key one logistic regression over the names of features, with a card that says how well it does.

The features, the regression and the file are those of the classifier. A passage is read by itself, as the texts are
that it learned from; a hit of the lens's own word lists is a feature among the others.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from bronnen.classifier import (
    FOLDS,
    best_threshold,
    calibration_error,
    disk,
    first,
    fold_numbers,
    rates,
    recipe,
)
from bronnen.classifier.first import Array
from bronnen.errors import MissingError
from bronnen.explain import TELLING
from bronnen.features import Paragraph, Row, rows
from bronnen.lens import Lens, label

FORMAT = 1
KIND = "lens"
MAX_FILE = 100_000_000  # bytes
MAX_CARD = 1_000_000
_SHOWN = 3  # words that weighed most
_AGAIN = "Train it again: bronnen train --lens LENS --labels FILE --out FOLDER."
_DAMAGED = (OSError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class LensModel:
    """What was learned for a lens. `thresholds`: the chance from which a passage carries a key."""

    id: str
    lens: Lens = field(repr=False)
    card: dict[str, Any]
    data: bytes = field(repr=False)
    weights: first.Weights = field(repr=False)

    @property
    def thresholds(self) -> dict[str, float]:
        """Per key, in the order of the lens."""
        return {key: float(self.card["thresholds"][key]) for key in self.lens.keys}

    @property
    def quality(self) -> dict[str, dict[str, Any]]:
        """Per key how labels did on documents that had not been learned from."""
        return {key: self.card["cross_validated"][key] for key in self.lens.keys}

    def labels(self, passages: Sequence[Paragraph]) -> list[dict[str, tuple[float, tuple[str, ...]]]]:
        """Per passage the keys that it carries, each with its chance and the words that spoke most for it."""
        if not passages:
            return []
        told = [_rows(self.lens, passage) for passage in passages]
        rows, sizes = [row for one in told for row in one], [len(one) for one in told]
        counts = _sentence_counts(rows, sizes)
        chances = _chances(first.logits(_together(counts, sizes), self.weights))
        carried = np.argwhere(chances >= np.array(list(self.thresholds.values()))).tolist()
        begins = np.r_[0, np.cumsum(sizes)].tolist()
        asked = [(at, target) for number, target in carried for at in range(begins[number], begins[number + 1])]
        spoken = iter(first.contributions(rows, counts, asked, self.weights))
        found: list[dict[str, tuple[float, tuple[str, ...]]]] = [{} for _ in passages]
        keys = tuple(self.lens.keys)
        for number, target in carried:
            words = _telling(next(spoken) for _ in range(sizes[number]))
            found[number][keys[target]] = (float(chances[number, target]), words)
        return found

    def save(self, folder: Path, *, force: bool = False) -> None:
        """Write `model.skops` and `card.json`.

        Raises:
            UsageError: the folder has a model already, and `force` is not given.
            StoreError: the folder cannot be written.
        """
        disk.save(folder, self.data, self.card, force=force)


def fit(lens: Lens, passages: Sequence[Paragraph], truth: Array, groups: Array, rng: np.random.Generator) -> LensModel:
    """A model of labelled passages: truth values [n, keys], and per passage a number that its document shares.

    What the card tells of quality comes from models that had not seen the document, under thresholds that had not seen
    it either.
    """
    told = [_rows(lens, one) for one in passages]
    sizes = [len(one) for one in told]
    counts = _together(_sentence_counts([row for one in told for row in one], sizes), sizes)
    ones = np.ones(len(passages))
    fold = fold_numbers(groups, ones, FOLDS, rng)
    chances = np.zeros(truth.shape)
    for held in np.unique(fold):
        away, here = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        learned = first.fit(counts[away], truth[away], ones[away])
        chances[here] = _chances(first.logits(counts[here], learned))
    listed = label(lens, passages)
    thresholds: dict[str, float] = {}
    quality: dict[str, dict[str, Any]] = {}
    for target, key in enumerate(lens.keys):
        wanted, score = truth[:, target], chances[:, target]
        given = np.zeros(len(wanted), dtype=bool)
        for held in np.unique(fold):
            away = fold != held
            given[~away] = score[~away] >= best_threshold(wanted[away], score[away])
        thresholds[key] = best_threshold(wanted, score)
        quality[key] = {
            **rates(wanted, given),
            "cases": int(wanted.sum()),
            "documents": len(np.unique(groups[wanted])),
            "calibration_error": round(calibration_error(wanted, score), 4),
            "all_labelled_f1": rates(wanted, np.ones(len(wanted), dtype=bool))["f1"],
            "word_lists": rates(wanted, np.array([key in found for found in listed])),
        }
    data = {"texts": len(passages), "groups": len(np.unique(groups)), "folds": FOLDS}
    learned = first.fit(counts, truth, ones)
    return _model(lens, learned, {"thresholds": thresholds, "cross_validated": quality, "data": data})


def load(folder: Path, lens: Lens) -> LensModel:
    """The model in a folder, which must have been trained for this lens.

    Raises:
        MissingError: there is none, it was changed, or it belongs to another lens or another bronnen.
    """
    try:
        card = json.loads(_bounded(folder / "card.json", MAX_CARD))
        data = _bounded(folder / "model.skops", MAX_FILE)
    except (OSError, ValueError, RecursionError) as error:
        raise MissingError(f"Cannot read the model in {folder}: {error}.", _AGAIN) from error
    _check(card, data, folder, lens)
    try:
        weights = _fitting(disk.loaded(data), len(lens.keys))
    except disk.ForeignTypeError as error:
        raise MissingError(f"{folder / 'model.skops'} holds {error}: it is no model of bronnen.", _AGAIN) from error
    except (*_DAMAGED, zipfile.BadZipFile) as error:
        raise MissingError(f"{folder / 'model.skops'} is damaged: {error}.", _AGAIN) from error
    return LensModel(card["id"], lens, card, data, weights)


def _rows(lens: Lens, passage: Paragraph) -> list[Row]:
    """The rows of a passage by itself, with the keys that the word lists find in a sentence among its cues."""
    alone = passage or ("",)
    found = label(lens, [(sentence,) for sentence in alone])
    return [
        replace(row, names={**row.names, "cue": (*row.names["cue"], *(f"cue_lens {key}" for key in keys))})
        for row, keys in zip(rows([alone]), found, strict=True)
    ]


def _sentence_counts(rows: Sequence[Row], sizes: Sequence[int]) -> first.Table:
    return first.surrounded(first.counted(rows), sizes)  # each passage as a document by itself


def _together(counts: first.Table, sizes: Sequence[int]) -> first.Table:
    return first.together(counts, np.repeat(np.arange(len(sizes)), sizes))


def _telling(spoken: Iterable[Sequence[tuple[str, float]]]) -> tuple[str, ...]:
    """The words of a passage's sentences that weighed most; only words that say something by themselves."""
    weight: dict[str, float] = {}
    for name, value in (item for sentence in spoken for item in sentence):
        family, _, word = name.partition("_")
        if family == "word" and word.isalpha() and len(word) >= TELLING and value > 0:
            weight[word] = weight.get(word, 0.0) + value
    return tuple(sorted(weight, key=lambda word: (-weight[word], word))[:_SHOWN])


def _chances(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))))


def _model(lens: Lens, weights: first.Weights, about: dict[str, Any]) -> LensModel:
    data = disk.dumped(first.packed(weights))
    digest = hashlib.sha256(data).hexdigest()
    versions = {name: metadata.version(name) for name in ("bronnen", "scikit-learn", "numpy", "skops")}
    card: dict[str, Any] = {"format": FORMAT, "kind": KIND, "id": "", "sha256": digest, "versions": versions}
    card |= {"features": recipe(), "lens": {"name": lens.names["en"], "keys": list(lens.keys), "digest": lens.digest}}
    card |= about
    card["id"] = _identity(card)
    return LensModel(card["id"], lens, card, data, weights)


def _identity(card: dict[str, Any]) -> str:
    """Twelve hexadecimal digits that change with all that drives results, and with the figures that are shown."""
    told = json.dumps([card[name] for name in ("sha256", "lens", "thresholds", "cross_validated", "data")])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _bounded(path: Path, most: int) -> bytes:
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{path.name} is larger than {most // 10**6} MB")
    return content


def _check(card: Any, data: bytes, folder: Path, lens: Lens) -> None:
    """Refuse a model that does not belong to this program and lens, in words that say why."""
    if not isinstance(card, dict) or card.get("kind") != KIND or card.get("format") != FORMAT:
        raise MissingError(f"{folder} holds no model of a lens that this bronnen reads.", _AGAIN)
    wanted = {"id": str, "sha256": str, "features": str, "lens": dict, "thresholds": dict, "cross_validated": dict}
    if any(not isinstance(card.get(key), kind) for key, kind in {**wanted, "data": dict}.items()):
        raise MissingError(f"{folder / 'card.json'} is damaged.", _AGAIN)
    if hashlib.sha256(data).hexdigest() != card["sha256"]:
        raise MissingError(f"{folder / 'model.skops'} is not the file that its card describes.", _AGAIN)
    if card["id"] != _identity(card):
        raise MissingError(f"Something in {folder / 'card.json'} was changed.", _AGAIN)
    if card["lens"].get("digest") != lens.digest:
        raise MissingError(f"The model in {folder} was trained for a lens with other keys or word lists.", _AGAIN)
    if card["features"] != recipe():
        raise MissingError(f"The model in {folder} was made with other features or cue words.", _AGAIN)
    if not all(_told(card, key) for key in lens.keys):
        raise MissingError(f"{folder / 'card.json'} does not tell of every key.", _AGAIN)


def _told(card: dict[str, Any], key: str) -> bool:
    """Whether a card has the figures of a key that are used or shown, within their bounds."""
    quality, data = card["cross_validated"].get(key), card["data"]
    parts = (card["thresholds"].get(key), quality.get("f1") if isinstance(quality, dict) else None)
    sizes = (data.get("texts"), data.get("groups"))
    shares = all(isinstance(one, int | float) and 0 <= one <= 1 for one in parts)
    return shares and all(isinstance(one, int) and 0 < one < 10**9 for one in sizes)


def _fitting(kept: dict[str, Array], keys: int) -> first.Weights:
    """The weights in a file.

    Raises:
        ValueError: their parts do not fit together.
    """
    columns, idf, learned = (kept[name] for name in ("columns", "idf", "weights"))
    if np.shape(kept["bias"]) != (keys,) or not np.isfinite(kept["bias"]).all():
        raise ValueError("its biases do not fit")
    shapes = columns.ndim == 1 and idf.shape == columns.shape and learned.shape == (len(columns), keys)
    is_finite = np.isfinite(idf).all() and np.isfinite(learned).all()
    if not (shapes and columns.dtype.kind == "i" and (np.diff(columns) > 0).all() and is_finite):
        raise ValueError("its parts do not fit together")
    if len(columns) and not 0 <= columns[0] <= columns[-1] < first.WIDTH:
        raise ValueError("its columns do not fit")
    return first.unpacked(kept)
