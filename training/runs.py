"""The labelled runs: the label files, `corpus/meer` put back on its text, and the documents in `corpus/`.

    python training/runs.py DATA WORK [--own own.jsonl]     (own.jsonl: python corpus/build.py --samples own.jsonl)

Writes `runs.jsonl`: per run its texts, passages, truth, group, organisation, origin and fold. Runs that share text, by
way of each other too, are in one group; `not_with` names the groups of label files whose text a run holds. Folds hold
whole organisations and whole groups.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bronnen.classifier import fold_numbers, tied
from bronnen.classifier.examples import MORE, REAL, WRITTEN
from bronnen.corpus import Sample, SampleSentence, read_samples
from bronnen.records import Source, Use
from bronnen.training.own import of_sample
from bronnen.training.train import groups_of

FOLDS, SEED = 5, 7
PIECE, SHARED = 30, 15  # letters of a piece of text; pieces in common from which two documents share text
LETTERS = {"E": Source.EXPERIENTIAL, "P": Source.PROFESSIONAL, "S": Source.SCIENTIFIC}


def documents(path: Path) -> list[list[str]]:
    """The documents of a text file: paragraphs by line, an empty line between documents."""
    found: list[list[str]] = [[]]
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                found[-1].append(line.rstrip("\n"))
            elif found[-1]:
                found.append([])
    return [document for document in found if document]


def more(path: Path, told: Sequence[Sequence[str]]) -> Iterator[Sample]:
    """The runs of `corpus/meer` with their text."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        run = json.loads(line)
        paragraphs: dict[int, list[SampleSentence]] = defaultdict(list)
        for at, start, end, letters in run["sentences"]:
            labels = {LETTERS[one.upper()]: Use.USED if one.isupper() else Use.CALLED_FOR for one in letters}
            paragraphs[at].append(SampleSentence(told[run["document"]][at][start:end], labels))
        name = f"policy_text {run['document']}"
        yield Sample(f"meer {number}", name, name, False, tuple(map(tuple, paragraphs.values())))


def shared(samples: Sequence[Sample], told: Sequence[Sequence[str]], asked: set[int]) -> dict[int, set[str]]:
    """For each document of the text file the labelled documents whose text it holds."""
    holders: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        for sentence in (one for paragraph in sample.paragraphs for one in paragraph):
            letters = re.sub(r"[^a-z]", "", sentence.text.lower())
            if len(letters) >= 40:
                for at in range(0, len(letters) - PIECE, PIECE // 2):
                    holders[letters[at : at + PIECE]].add(sample.document)
    found: dict[int, set[str]] = {}
    for number in asked:
        letters = re.sub(r"[^a-z]", "", " ".join(told[number]).lower())
        pieces: dict[str, set[str]] = defaultdict(set)
        for at in range(len(letters) - PIECE):
            for name in holders.get(letters[at : at + PIECE], ()):
                pieces[name].add(letters[at : at + PIECE])
        found[number] = {name for name, seen in pieces.items() if len(seen) >= SHARED}
    return found


def written(sample: Sample, origin: int, **about: Any) -> dict[str, Any]:
    run = of_sample(sample)
    return {
        "unit": sample.unit,
        "document": sample.document,
        "organisation": sample.organisation,
        "origin": origin,
        "passages": [list(paragraph.sentences) for paragraph in run.paragraphs],
        "truth": run.sentences.reshape(-1, 6).astype(int).tolist(),
        **about,
    }


def main(data: Path, work: Path, own: Path) -> None:
    real = read_samples(data / "labels" / "sentences.jsonl")
    told = documents(data / "text" / "policy_text.txt.xz")
    added = list(more(Path("corpus/meer/labels.jsonl"), told))
    holds = shared(real, told, {int(sample.document.split()[1]) for sample in added})
    group = {sample.document: int(number) for sample, number in zip(real, groups_of(real), strict=True)}
    groups = np.array([group[sample.document] for sample in real])
    sizes = np.array([sum(map(len, sample.paragraphs)) for sample in real])
    folds = fold_numbers(
        tied(groups, np.array([s.organisation for s in real])), sizes, FOLDS, np.random.default_rng(SEED)
    )
    fold = dict(zip(groups.tolist(), folds.tolist(), strict=True))
    rng = np.random.default_rng(3)
    drawn = {name: int(rng.integers(FOLDS)) for name in sorted({s.document for s in added})}
    with (work / "runs.jsonl").open("w", encoding="utf-8") as out:

        def write(run: dict[str, Any]) -> None:
            out.write(json.dumps(run, ensure_ascii=False) + "\n")

        for sample in real:
            write(written(sample, REAL, group=group[sample.document], fold=fold[group[sample.document]], not_with=[]))
        for sample in added:
            names = holds[int(sample.document.split()[1])]
            away = sorted({group[name] for name in names})
            held = fold[away[0]] if away else drawn[sample.document]
            write(written(sample, MORE, group=None, fold=held, not_with=away))
        for number, sample in enumerate(read_samples(own)):
            write(written(sample, WRITTEN, group=None, fold=number % FOLDS, not_with=[]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--own", type=Path, default=Path("own.jsonl"))
    asked = parser.parse_args()
    main(asked.data, asked.work, asked.own)
