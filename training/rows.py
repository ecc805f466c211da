"""The shipped rows and the shipped model.

python training/rows.py WORK models/sources
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from bronnen.classifier import Read, Reader, described, passage_truth, recipe, thinned
from bronnen.classifier.examples import load, save
from bronnen.features import rows
from bronnen.training.train import ROWS, SEED, table, train


def numbers(runs: list[dict], name: str) -> np.ndarray:
    """Groups, or organisations: one number for what is called alike or is tied together by a run that holds both."""
    head: dict[object, object] = {}

    def top(item: object) -> object:
        head.setdefault(item, item)
        while head[item] != item:
            item = head[item]
        return item

    called = {run["group"]: run["organisation"] for run in runs if run["group"] is not None}
    keys = []
    for run in runs:
        key = run["group"] if run["group"] is not None else run["document"]
        if name == "organisations":
            key = run["organisation"]
        keys.append(key)
        for other in run["not_with"]:
            head[top(key)] = top(other if name == "groups" else called[other])
            if name == "organisations":
                break  # the text of one organisation, quoted by others
    listed: dict[object, int] = {}
    return np.array([listed.setdefault(top(key), len(listed)) for key in keys])


def main(work: Path, out: Path) -> None:
    with (work / "runs.jsonl").open(encoding="utf-8") as lines:
        runs = [json.loads(line) for line in lines]
    held = {fold: np.load(work / f"read_{fold}.npz") for fold in range(5)}
    reads = [Read(*(held[run["fold"]][f"{run['unit']}\t{name}"] for name in Read.__slots__)) for run in runs]
    told = [rows(run["passages"]) for run in runs]
    truth = [np.array(run["truth"], dtype=bool).reshape(-1, 3, 2) for run in runs]
    passages = [
        passage_truth(one, np.repeat(np.arange(len(run["passages"])), [len(texts) for texts in run["passages"]]))
        for one, run in zip(truth, runs, strict=True)
    ]
    made = described(
        told,
        np.concatenate(truth),
        np.concatenate(passages),
        reads,
        numbers(runs, "groups"),
        [run["document"] for run in runs],
        organisations=numbers(runs, "organisations"),
        origins=np.array([run["origin"] for run in runs]),
    )
    out.mkdir(parents=True, exist_ok=True)
    save(thinned(made), out / ROWS, recipe())
    reader = Reader(dict(np.load(work / "reader.npz")))
    model = train(load(out / ROWS, recipe()), None, reader, np.random.default_rng(SEED))
    model.save(out, force=True)
    print(table(model))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
