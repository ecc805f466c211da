"""The reader's lower half learns Dutch: it fills in words that were left out.

    python training/pretrain.py WORK [--minutes 16]

One core; the result depends a little on how fast it is, since the time is fixed and not the number of steps.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from net import FREE, MARKS, WIDTH, Words, numbered
from torch import Tensor, nn

LONG, AT_ONCE = 128, 128  # words of a row, rows of a step
TOLD = 12_000  # the words that are asked for
OTHERS, SHARE, RATE = 2500, 0.18, 2.5e-3


def rows(work: Path, vocabulary: dict[str, int], rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Batches [rows, words, 4], `policy_text` twice as often as the zoning plans, in an endless row."""
    streams = []
    for name in ("policy_text", "policy_text_more"):
        words = (work / f"{name}.words").read_text(encoding="utf-8").split("\n")
        numbers = np.load(work / f"{name}.npy")
        numbers = numbers[numbers != -2]
        streams.append(
            (np.vstack([numbered(words, vocabulary), MARKS["break"]]), np.where(numbers < 0, len(words), numbers))
        )
    while True:
        places = []
        for which in (0, 0, 1):
            first = int(rng.integers(LONG))
            places += [(which, at) for at in range(first, len(streams[which][1]) - LONG, LONG)]
        rng.shuffle(places)
        for start in range(0, len(places) - AT_ONCE, AT_ONCE):
            chosen = places[start : start + AT_ONCE]
            yield np.stack([streams[which][0][streams[which][1][at : at + LONG]] for which, at in chosen])


def hidden(told: Tensor) -> tuple[Tensor, Tensor]:
    """The words with a share of them masked (one in ten of those left as it is), and which are asked for."""
    asked = (torch.rand(told.shape[:2]) < SHARE) & (told[..., 0] >= FREE)
    given = told.clone()
    given[asked & (torch.rand(told.shape[:2]) >= 0.1)] = torch.from_numpy(MARKS["masked"]).long()
    return given, asked & (told[..., 0] < TOLD)


def main(work: Path, minutes: float) -> None:
    torch.manual_seed(1)
    torch.set_num_threads(1)
    vocabulary = {
        word: FREE + at for at, word in enumerate((work / "vocabulary.txt").read_text(encoding="utf-8").split("\n"))
    }
    held = np.load(work / "vectors.npz")
    words, turn, out = (
        Words(),
        nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH)),
        nn.Linear(WIDTH, TOLD),
    )
    with torch.no_grad():
        words.word.weight[FREE:] = torch.from_numpy(held["vectors"])
    share = np.r_[np.zeros(FREE), held["counts"][: TOLD - FREE]] ** 0.75
    share /= share.sum()
    drawn, expected = torch.tensor(share), torch.tensor(np.log(1 - (1 - share) ** OTHERS + 1e-9), dtype=torch.float32)
    weights = [*words.parameters(), *turn.parameters(), *out.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    begin = time.monotonic()
    for step, batch in enumerate(rows(work, vocabulary, np.random.default_rng(1)), start=1):
        spent = (time.monotonic() - begin) / 60 / minutes
        if spent >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, step / 300) * max(0.02, 1 - spent)
        given, asked = hidden(torch.from_numpy(batch).long())
        wanted = torch.from_numpy(batch).long()[..., 0][asked]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            candidates = torch.cat([torch.multinomial(drawn, OTHERS), wanted.unique()]).unique()
            scores = turn(words(given)[asked]) @ out.weight[candidates].T + out.bias[candidates]
        loss = F.cross_entropy(scores.float() - expected[candidates], torch.searchsorted(candidates, wanted))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        if step % 100 == 0:
            print(f"{step * LONG * AT_ONCE / 1e6:.1f} million words, loss {loss.item():.2f}", flush=True)
    torch.save(words.state_dict(), work / "words.pt")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=16)
    told = parser.parse_args()
    main(told.work, told.minutes)
