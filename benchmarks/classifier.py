"""How well and how fast the classifier reads, against plain TF-IDF with logistic regression in the same run.

Five folds; what belongs together is never split. Ours is fitted whole on four folds, with its second stage and its
thresholds, and so is the peer with its tuned thresholds: the fifth fold is only ever scored. Passages are the product's
(at most 120 words). F1 over the five folds together.

    python benchmarks/classifier.py [--labels FILE] [--by version|document|organisation] [--add FILE]

`--by document` keeps a document together, `version` (the default) also documents that are versions of one another,
`organisation` all documents of one organisation. `--add` gives a second model the samples in another file to learn from
too, in every fold; they are never tested on. The labels were made by a language model and checked by no human.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bronnen.classifier import SOURCES, Examples, Model, best_threshold, fold_numbers, passage_truth, rates, second
from bronnen.classifier.first import STRENGTH
from bronnen.corpus import Sample, read_samples
from bronnen.features import rows
from bronnen.records import Unit, Use
from bronnen.settings import resource
from bronnen.training.train import examples_of, paragraphs

SEED, FOLDS = 7, 5
Decisions = dict[str, dict[Unit, np.ndarray]]  # way -> unit -> truth values [n, sources, uses]
WAYS = ("TF-IDF + LR, 0.5", "TF-IDF + LR, tuned", "bronnen")
ADDED = "bronnen + added"


def part(examples: Examples, chosen: np.ndarray, sizes: np.ndarray) -> Examples:
    """The examples of some of the samples."""
    documents = [document for document, kept in zip(examples.documents, chosen, strict=True) if kept]
    return Examples(documents, examples.sentences[np.repeat(chosen, sizes)], examples.groups[chosen])


def peaks(scores: np.ndarray, documents: Sequence[Sequence[object]]) -> np.ndarray:
    """A passage's score as the highest of its sentences."""
    return np.maximum.reduceat(scores, second.placed(documents).begins[:-1])


def plain(texts: np.ndarray, truth: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Probabilities [n, sources, uses] for other texts, by words alone."""
    words = TfidfVectorizer(min_df=2, sublinear_tf=True)
    matrix, unseen = words.fit_transform(texts), words.transform(others)
    scores = np.zeros((len(others), *truth.shape[1:]))
    for i, j in np.ndindex(*truth.shape[1:]):
        regression = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0).fit(matrix, truth[:, i, j])
        scores[:, i, j] = regression.predict_proba(unseen)[:, 1]
    return scores


def decide(scores: np.ndarray, least: np.ndarray) -> np.ndarray:
    given = scores >= least
    given[:, :, 1] &= ~given[:, :, 0]
    return given


def tuned(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The best threshold [sources, uses]."""
    least = np.zeros(truth.shape[1:])
    for i, j in np.ndindex(*least.shape):
        least[i, j] = best_threshold(truth[:, i, j], scores[:, i, j])
    return least


def peer(texts: np.ndarray, learn: Examples, others: np.ndarray, test: Examples, rng: np.random.Generator) -> Decisions:
    """What the peer decides: at 0.5, and at thresholds chosen on an inner five-fold of what it learns from."""
    sizes = np.array([len(document) for document in learn.documents])
    inner = np.repeat(fold_numbers(learn.groups, sizes, FOLDS, rng), sizes)
    held_out = np.zeros(learn.sentences.shape)
    for fold in range(FOLDS):
        away = inner != fold
        held_out[~away] = plain(texts[away], learn.sentences[away], texts[~away])
    passages = passage_truth(learn.sentences, second.placed(learn.documents).passages)
    scores = {Unit.SENTENCE: plain(texts, learn.sentences, others)}
    scores[Unit.PASSAGE] = peaks(scores[Unit.SENTENCE], test.documents)
    least = {
        Unit.SENTENCE: tuned(held_out, learn.sentences),
        Unit.PASSAGE: tuned(peaks(held_out, learn.documents), passages),
    }
    half = np.full(learn.sentences.shape[1:], 0.5)
    return {
        WAYS[0]: {unit: decide(scores[unit], half) for unit in Unit},
        WAYS[1]: {unit: decide(scores[unit], least[unit]) for unit in Unit},
    }


def ours(learn: Examples, test: Examples, rng: np.random.Generator) -> dict[Unit, np.ndarray]:
    model = Model.fit(learn, rng)
    scored = [model.score(document) for document in test.documents]
    found = {}
    for unit, scores in ((Unit.SENTENCE, [s.sentences for s in scored]), (Unit.PASSAGE, [s.passages for s in scored])):
        least = np.array([[model.thresholds[unit][source][use] for use in Use] for source in SOURCES])
        found[unit] = decide(np.concatenate(scores), least)
    return found


def joined(one: Examples, other: Examples) -> Examples:
    """Both sets of examples, whose groups have nothing in common."""
    groups = np.r_[one.groups, other.groups + one.groups.max() + 1]
    return Examples([*one.documents, *other.documents], np.concatenate([one.sentences, other.sentences]), groups)


def quality(samples: list[Sample], by: str, added: list[Sample]) -> None:
    ways = (*WAYS, ADDED) if added else WAYS
    more = examples_of(added) if added else None
    examples = examples_of(samples)
    keys = {"document": [s.document for s in samples], "organisation": [s.organisation for s in samples]}
    if by in keys:
        groups = np.unique(keys[by], return_inverse=True)[1]
        examples = Examples(examples.documents, examples.sentences, groups)
    sizes = np.array([len(document) for document in examples.documents])
    rng = np.random.default_rng(SEED)
    folds = fold_numbers(examples.groups, sizes, FOLDS, rng)
    texts = np.array([one.text for s in samples for p in s.paragraphs for one in p], dtype=object)
    truth: dict[Unit, list[np.ndarray]] = {unit: [] for unit in Unit}
    given: dict[str, dict[Unit, list[np.ndarray]]] = {way: {unit: [] for unit in Unit} for way in ways}
    for fold in range(FOLDS):
        learn, test = part(examples, folds != fold, sizes), part(examples, folds == fold, sizes)
        seen = np.repeat(folds != fold, sizes)
        decisions = peer(texts[seen], learn, texts[~seen], test, rng)
        decisions[WAYS[2]] = ours(learn, test, rng)
        if more:
            decisions[ADDED] = ours(joined(learn, more), test, rng)
        truth[Unit.SENTENCE].append(test.sentences)
        truth[Unit.PASSAGE].append(passage_truth(test.sentences, second.placed(test.documents).passages))
        for way in ways:
            for unit in Unit:
                given[way][unit].append(decisions[way][unit])
        print(f"fold {fold + 1} of {FOLDS}", file=sys.stderr, flush=True)
    print(f"\nF1, five folds by {by}; {len(texts)} sentences, {len(np.unique(examples.groups))} groups")
    print(f"{'unit':9} {'use':11} {'way':19} " + " ".join(f"{source.value[:12]:>12}" for source in SOURCES) + "  macro")
    for unit in Unit:
        wanted = np.concatenate(truth[unit])
        for j, use in enumerate(Use):
            for way in ways:
                found = np.concatenate(given[way][unit])
                scores = [rates(wanted[:, i, j], found[:, i, j])["f1"] for i in range(len(SOURCES))]
                cells = " ".join(f"{score:12.3f}" for score in scores)
                print(f"{unit:9} {use:11} {way:19} {cells} {np.mean(scores):6.3f}")


def speed(samples: list[Sample]) -> None:
    """Sentences a second on one core, text in and probabilities out, document by document."""
    whole: dict[str, list[object]] = {}
    for sample in samples:
        whole.setdefault(sample.document, []).extend(paragraphs(sample))
    begin = time.perf_counter()
    model = Model.load(resource("models", "sources"))
    load = time.perf_counter() - begin
    begin, cpu, count = time.perf_counter(), time.process_time(), 0
    describing = 0.0
    for passages in whole.values():
        at = time.process_time()
        made = rows(passages)  # type: ignore[arg-type]
        describing += time.process_time() - at
        model.score(made)
        count += len(made)
    wall, used = time.perf_counter() - begin, time.process_time() - cpu
    print(f"\nmodel {model.id}: {len(model.data) / 1e6:.1f} MB, loads in {load:.2f} s")
    print(f"{count} sentences: {count / used:.0f} a second of processor time ({describing / used:.0%} on features), ")
    print(f"{used / count * 1e3:.3f} ms a sentence; {count / wall:.0f} a second by the clock")


def main() -> None:
    parser = argparse.ArgumentParser(description="Quality and speed of the classifier against plain TF-IDF + LR.")
    parser.add_argument("--labels", type=Path, default=Path("../shared/data/labels/sentences.jsonl"))
    parser.add_argument("--by", choices=("version", "document", "organisation"), default="version")
    parser.add_argument("--add", type=Path, help="samples of the same form that a second model learns from too")
    parser.add_argument("--speed-only", action="store_true")
    told = parser.parse_args()
    samples = read_samples(told.labels)
    speed(samples)
    if not told.speed_only:
        quality(samples, told.by, read_samples(told.add) if told.add else [])


if __name__ == "__main__":
    main()
