"""How well and how fast the classifier does, on the rows that come with it.

    python benchmarks/classifier.py [--plot FILE.svg] # five folds: by version of a document, and by organisation
    python benchmarks/classifier.py --nested          # the same with nothing seen at all but by the reader: an hour
    python benchmarks/classifier.py --ablate          # three folds, without each family of features in turn
    python benchmarks/classifier.py --peer            # plain TF-IDF + LR beside it; needs ../shared/data
    python benchmarks/classifier.py --speed           # needs ../shared/data

Everything is learned from all rows but measured only on the label files of real documents (`../shared/data/labels`).
The second stage and the thresholds come from the other folds alone (what that leaves: `classifier.held_out`). The
reader's scores of a run always come from a reader that left out the run's whole organisation and all that shares text
with it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from reliability import reliability
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bronnen.classifier import (
    SOURCES,
    Examples,
    Held,
    Model,
    Read,
    best_threshold,
    calibration_error,
    fold_numbers,
    held_out,
    nested,
    part,
    passage_truth,
    rates,
    tied,
)
from bronnen.classifier.examples import REAL
from bronnen.corpus import read_samples
from bronnen.features import rows
from bronnen.records import Unit, Use
from bronnen.settings import resource
from bronnen.training.own import of_sample
from bronnen.training.train import groups_of, shipped_rows

SEED, FOLDS = 7, 5
LABELS = Path("../shared/data/labels/sentences.jsonl")


def folds(examples: Examples, by: str, number: int = FOLDS) -> np.ndarray:
    groups = examples.groups if by == "version" else tied(examples.groups, examples.organisations)
    return fold_numbers(groups, np.diff(examples.begins), number, np.random.default_rng(SEED))


def real(held: Held, examples: Examples) -> Held:
    """What was measured, of the label files of real documents only."""
    kept = examples.origins[held.runs] == REAL
    return Held(*(getattr(held, name)[kept] for name in Held.__slots__))


def f1s(held: Held, use: int) -> list[float]:
    return [rates(held.truth[:, i, use], held.given[:, i, use])["f1"] for i in range(len(SOURCES))]


def line(name: str, scores: list[float]) -> str:
    return f"{name:34} " + " ".join(f"{score:12.3f}" for score in scores) + f" {np.mean(scores):6.3f}"


def head(title: str) -> str:
    return f"\n{title}\n{'':34} " + " ".join(f"{source.value[:12]:>12}" for source in SOURCES) + "  macro"


def quality(examples: Examples, plot: Path | None, measure: Callable[..., dict[Unit, Held]]) -> None:
    for by in ("version", "organisation"):
        found = {unit: real(held, examples) for unit, held in measure(examples, folds(examples, by)).items()}
        print(head(f"F1, five folds by {by}; {len(found[Unit.SENTENCE].runs)} sentences of real documents"), flush=True)
        for unit, held in found.items():
            for j, use in enumerate(Use):
                print(line(f"{unit} {use}", f1s(held, j)))
        held = found[Unit.PASSAGE]
        for j, use in enumerate(Use):
            pairs = [(held.truth[:, i, j], held.scores[:, i, j]) for i in range(len(SOURCES))]
            print(line(f"passage {use}, best threshold", [_best(*pair) for pair in pairs]))
            print(line(f"passage {use}, calibration error", [calibration_error(*pair) for pair in pairs]))
            print(line(f"passage {use}, Brier skill", [skill(*pair) for pair in pairs]), flush=True)
        if plot and by == "version":
            panels = {
                source.value: {use.value: (held.truth[:, i, j], held.scores[:, i, j]) for j, use in enumerate(Use)}
                for i, source in enumerate(SOURCES)
            }
            plot.write_text(reliability(panels), encoding="utf-8", newline="\n")


def _best(truth: np.ndarray, scores: np.ndarray) -> float:
    return rates(truth, scores >= best_threshold(truth, scores))["f1"]


def skill(truth: np.ndarray, scores: np.ndarray) -> float:
    """One less the Brier score over that of the base rate."""
    share = float(truth.mean())
    return 1 - float(((scores - truth) ** 2).mean()) / (share * (1 - share))


def without(family: str) -> Callable[[Examples], Examples]:
    """Examples without what a family says; those of neighbours go with the family that lends."""

    def change(examples: Examples) -> Examples:
        if family == "reader":
            return replace(examples, read=Read(*(np.zeros_like(getattr(examples.read, n)) for n in Read.__slots__)))
        empty = sparse.csr_matrix(examples.counts[family].shape, dtype=np.float32)
        return replace(examples, counts={**examples.counts, family: empty})

    return change


def ablations(examples: Examples) -> Iterator[tuple[str, Examples]]:
    yield "everything", examples
    for family in ("reader", "cue"):
        yield f"without {family}", without(family)(examples)
    yield "label files alone (not the reader)", part(examples, examples.origins == REAL)
    for family in ("pair", "word", "shape"):
        yield f"without {family}", without(family)(examples)


def ablate(examples: Examples) -> None:
    print(head("F1 of passages, used, three folds by version, without one family of features at a time"), flush=True)
    for name, changed in ablations(examples):
        held = real(held_out(changed, folds(changed, "version", 3))[Unit.PASSAGE], changed)
        print(line(name, f1s(held, 0)), flush=True)


def peer() -> None:
    """Words alone: TF-IDF and logistic regression on sentences, the highest of a passage, thresholds tuned inside."""
    runs = [(sample, of_sample(sample)) for sample in read_samples(LABELS)]
    texts = np.array([text for _, run in runs for one in run.paragraphs for text in one], dtype=object)
    sizes = np.array([len(run.sentences) for _, run in runs])
    lengths = [len(one) for _, run in runs for one in run.paragraphs]
    truth = np.concatenate([run.sentences for _, run in runs])
    passages = np.repeat(np.arange(len(lengths)), lengths)
    groups = groups_of([sample for sample, _ in runs])
    fold = np.repeat(fold_numbers(groups, sizes, FOLDS, np.random.default_rng(SEED)), sizes)
    scores = np.zeros(truth.shape)
    for held in range(FOLDS):
        away = fold != held
        scores[~away] = _plain(texts[away], truth[away], texts[~away])
    ends = np.flatnonzero(np.diff(passages, prepend=-1))
    peak, wanted, where = np.maximum.reduceat(scores, ends), passage_truth(truth, passages), fold[ends]
    given = np.zeros(wanted.shape, dtype=bool)
    for held in range(FOLDS):
        for i, j in np.ndindex(*wanted.shape[1:]):
            least = best_threshold(wanted[where != held, i, j], peak[where != held, i, j])
            given[where == held, i, j] = peak[where == held, i, j] >= least
    given[:, :, 1] &= ~given[:, :, 0]
    print(head("TF-IDF + LR on the label files alone, thresholds tuned on the other folds"))
    for j, use in enumerate(Use):
        print(line(f"passage {use}", f1s(Held(peak, given, wanted, where), j)))


def _plain(texts: np.ndarray, truth: np.ndarray, others: np.ndarray) -> np.ndarray:
    words = TfidfVectorizer(min_df=2, sublinear_tf=True)
    matrix, unseen = words.fit_transform(texts), words.transform(others)
    scores = np.zeros((len(others), *truth.shape[1:]))
    for i, j in np.ndindex(*truth.shape[1:]):
        regression = LogisticRegression(C=3.0, solver="liblinear", random_state=0).fit(matrix, truth[:, i, j])
        scores[:, i, j] = regression.predict_proba(unseen)[:, 1]
    return scores


def speed() -> None:
    """Sentences a second on one core, text in and probabilities out, a labelled run at a time joined per document."""
    whole: dict[str, list[object]] = {}
    for sample in read_samples(LABELS):
        whole.setdefault(sample.document, []).extend(of_sample(sample).paragraphs)
    begin = time.perf_counter()
    model = Model.load(resource("models", "sources"))
    load = time.perf_counter() - begin
    spent = {"features": 0.0, "all": 0.0}
    count = 0
    for passages in whole.values():
        at = time.process_time()
        made = rows(passages)  # type: ignore[arg-type]
        spent["features"] += time.process_time() - at
        model.score(made)
        spent["all"] += time.process_time() - at
        count += len(made)
    print(f"\nmodel {model.id}: {len(model.data) / 1e6:.1f} MB, loads in {load:.2f} s")
    print(f"{count} sentences: {count / spent['all']:.0f} a second of processor time")
    print(f"  of which features: {spent['features'] / spent['all']:.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Quality and speed of the classifier.")
    for name in ("nested", "ablate", "peer", "speed"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--plot", type=Path, help="write a reliability plot of passages here")
    told = parser.parse_args()
    if told.speed:
        speed()
    elif told.peer:
        peer()
    elif told.ablate:
        ablate(shipped_rows())
    else:
        quality(shipped_rows(), told.plot, nested if told.nested else held_out)


if __name__ == "__main__":
    main()
