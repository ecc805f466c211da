"""The reader's vocabulary and first word vectors: skip-gram with negative sampling on the streams.

    python training/vectors.py WORK

`policy_text` counts three times in the choice of the vocabulary: the other file is zoning plans.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from gensim.models import Word2Vec

WORDS, WIDTH = 39_996, 128
OF_PLANS = 5_000_000  # words of the zoning plans that the vectors are learned from


def read(work: Path, name: str) -> tuple[list[str], np.ndarray]:
    words = (work / f"{name}.words").read_text(encoding="utf-8").split("\n")
    return [word.lower() for word in words], np.load(work / f"{name}.npy")


def texts(words: list[str], numbers: np.ndarray) -> list[list[str]]:
    """Documents, cut every 400 words."""
    found: list[list[str]] = [[]]
    for number in numbers:
        if number == -2 or len(found[-1]) >= 400:
            found.append([])
        if number >= 0:
            found[-1].append(words[number])
    return found


def main(work: Path) -> None:
    count: Counter[str] = Counter()
    told = []
    for name, times, most in (("policy_text", 3, None), ("policy_text_more", 1, OF_PLANS)):
        words, numbers = read(work, name)
        sizes = np.bincount(numbers[numbers >= 0], minlength=len(words))
        for word, size in zip(words, sizes.tolist(), strict=True):
            count[word] += size * times
        told += texts(words, numbers[:most])
    vocabulary = [word for word, _ in count.most_common(WORDS)]
    model = Word2Vec(
        told,
        vector_size=WIDTH,
        sg=1,
        window=5,
        negative=6,
        min_count=6,
        epochs=3,
        sample=1e-4,
        alpha=0.035,
        seed=1,
        workers=2,
    )
    vectors = np.random.default_rng(0).normal(0, 0.05, (len(vocabulary), WIDTH)).astype(np.float32)
    for index, word in enumerate(vocabulary):
        if word in model.wv:
            vectors[index] = model.wv[word]
    (work / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    np.savez(work / "vectors.npz", vectors=vectors / (vectors.std() * 2), counts=[count[word] for word in vocabulary])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
