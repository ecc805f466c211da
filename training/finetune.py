"""The readers: for each fold one that left it out, and one of everything.

    python training/finetune.py WORK [--folds 0,1,2,3,4,all]

Per fold `read_<fold>.npz` keeps what its reader makes of the runs that it left out; `reader.npz` is the one that ships.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from net import FREE, MARKS, Net, Words, arrays, numbered
from torch import Tensor, nn

from bronnen.classifier import passage_truth
from bronnen.classifier.reader import LONGEST
from bronnen.features import tokens_of

PASSES, AT_ONCE, RATE, SLOWER, DROP, BLANK = 4, 12, 2e-3, 0.6, 0.2, 0.08
RARE = torch.tensor([2.0, 2.0, 2.0, 2.0, 1.0, 2.0])  # how much more a case counts than none, per target
LONG = 32  # sentences of a run that are learned from at once
Run = dict[str, Any]


def read(work: Path, vocabulary: dict[str, int]) -> list[Run]:
    with (work / "runs.jsonl").open(encoding="utf-8") as lines:  # splitlines() would cut at odd marks in the texts too
        runs = [json.loads(line) for line in lines]
    for run in runs:
        texts = [text for passage in run["passages"] for text in passage]
        run["words"] = [numbered((tokens_of(text) or ["•"])[:LONGEST], vocabulary) for text in texts]
        run["of"] = np.repeat(np.arange(len(run["passages"])), [len(passage) for passage in run["passages"]])
        run["truth"] = np.array(run["truth"], dtype=bool).reshape(-1, 3, 2)
    return runs


def pieces(runs: Sequence[Run]) -> list[Run]:
    """Runs cut between passages, so that a long document does not fill a step by itself."""
    found = []
    for run in runs:
        at, size = 0, len(run["words"])
        while at < size:
            end = size if size - at <= LONG else at + LONG - 6
            while end < size and run["of"][end] == run["of"][end - 1] and end - at < LONG + 10:
                end += 1
            found.append(
                {"words": run["words"][at:end], "of": run["of"][at:end] - run["of"][at], "truth": run["truth"][at:end]}
            )
            at = end
    return found


def batch(runs: Sequence[Run], blank: float, rng: np.random.Generator) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Runs beside one another, and the truth of their sentences and passages."""
    words, belongs, place, run_of, at, passage, sentences, passages = [], [], [], [], [], [], [], []
    count = first = 0
    for number, run in enumerate(runs):
        told, of = [], []
        for index, own in enumerate(run["words"]):
            hide = rng.random(len(own)) < blank
            told += [MARKS["break"][None], np.where(hide[:, None], MARKS["masked"], own)]
            of += [np.array([-1]), np.full(len(own), count + index)]
            begins = index == 0 or run["of"][index] != run["of"][index - 1]
            ends = index == len(run["words"]) - 1 or run["of"][index] != run["of"][index + 1]
            place.append((begins, ends, np.log1p(len(own)) / 3, 1))
        words.append(np.concatenate(told))
        belongs.append(np.concatenate(of))
        run_of += [number] * len(run["words"])
        at += range(len(run["words"]))
        passage.append(run["of"] + first)
        count, first = count + len(run["words"]), first + int(run["of"][-1]) + 1
        sentences.append(run["truth"])
        passages.append(passage_truth(run["truth"], run["of"]))
    longest = max(map(len, words))
    filled = np.zeros((len(runs), longest, 4), dtype=np.int64)
    owners = np.full((len(runs), longest), -1, dtype=np.int64)
    for number, (one, owner) in enumerate(zip(words, belongs, strict=True)):
        filled[number, : len(one)], owners[number, : len(owner)] = one, owner
    made = {
        "words": torch.from_numpy(filled),
        "sentence_of": torch.from_numpy(owners),
        "place": torch.tensor(np.array(place), dtype=torch.float32),
        "run": torch.tensor(run_of),
        "at": torch.tensor(at),
        "passage": torch.from_numpy(np.concatenate(passage)),
    }
    truths = (torch.tensor(np.concatenate(one).reshape(-1, 6), dtype=torch.float32) for one in (sentences, passages))
    return made, *truths


def fitted(words: dict[str, Tensor], runs: Sequence[Run]) -> Net:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    lower = Words()
    lower.load_state_dict(words)
    net, told = Net(lower), pieces(runs)
    below = {id(one) for one in lower.parameters()}
    above = [one for one in net.parameters() if id(one) not in below]
    groups = [{"params": above, "part": 1.0}, {"params": list(lower.parameters()), "part": SLOWER}]
    optimiser = torch.optim.AdamW(groups, lr=RATE, weight_decay=0.02)
    total, step = PASSES * (len(told) // AT_ONCE), 0
    for _ in range(PASSES):
        order = rng.permutation(len(told))
        for start in range(0, len(order) - AT_ONCE + 1, AT_ONCE):
            given, sentences, passages = batch([told[index] for index in order[start : start + AT_ONCE]], BLANK, rng)
            for group in optimiser.param_groups:
                group["lr"] = RATE * group["part"] * min(1, (step + 1) / (0.08 * total)) * max(0.01, 1 - step / total)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                alone, context, whole = net(given, DROP)
            parts = ((0.5, alone, sentences), (1.0, context, sentences), (0.7, whole, passages))
            loss = sum(
                part * F.binary_cross_entropy_with_logits(one, truth, pos_weight=RARE) for part, one, truth in parts
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            step += 1
    return net.eval()


@torch.no_grad()
def scored(net: Net, runs: Sequence[Run]) -> dict[str, np.ndarray]:
    """Per run and head the logits, under the run's unit."""
    found = {}
    for run in runs:
        given, _, _ = batch([run], 0.0, np.random.default_rng(0))
        for name, values in zip(("alone", "sentences", "passages"), net(given), strict=True):
            found[f"{run['unit']}\t{name}"] = values.numpy()
    return found


def main(work: Path, folds: Sequence[str]) -> None:
    torch.set_num_threads(1)
    listed = (work / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    runs = read(work, {word: FREE + at for at, word in enumerate(listed)})
    words = torch.load(work / "words.pt", weights_only=True)
    for fold in folds:
        if fold == "all":
            np.savez(work / "reader.npz", **arrays(fitted(words, runs), listed))
            continue
        held = [run for run in runs if run["fold"] == int(fold)]
        away = {run["group"] for run in held if run["group"] is not None}.union(*(run["not_with"] for run in held))
        kept = [run for run in runs if run["fold"] != int(fold) and not away & {run["group"], *run["not_with"]}]
        net = fitted(words, kept)
        np.savez(work / f"read_{fold}.npz", **scored(net, held))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--folds", default="0,1,2,3,4,all")
    asked = parser.parse_args()
    main(asked.work, asked.folds.split(","))
