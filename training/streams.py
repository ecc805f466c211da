"""Unlabelled text as streams of words: per file the distinct words as written, and their numbers in reading order.

    python training/streams.py FOLDER WORK

-1 stands where a sentence begins, -2 where a document ends.
"""

from __future__ import annotations

import lzma
import sys
from pathlib import Path

import numpy as np

from bronnen.features import tokens_of
from bronnen.language import load, sentences

FILES = {"policy_text": 10**9, "policy_text_more": 22_000_000}  # words read at most
LONGEST = 6000  # letters of a paragraph


def stream(path: Path, most: int) -> tuple[list[str], np.ndarray]:
    nlp = load()
    number: dict[str, int] = {}
    numbers: list[int] = []
    count = 0
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = line.strip()[:LONGEST]
            if not text:
                numbers.append(-2)
                continue
            for start, end in sentences(nlp, text):
                tokens = tokens_of(text[start:end])
                numbers.append(-1)
                numbers += [number.setdefault(token, len(number)) for token in tokens]
                count += len(tokens)
            if count > most:
                break
    return list(number), np.array(numbers, dtype=np.int32)


def main(folder: Path, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    for name, most in FILES.items():
        words, numbers = stream(folder / f"{name}.txt.xz", most)
        (work / f"{name}.words").write_text("\n".join(words), encoding="utf-8")
        np.save(work / f"{name}.npy", numbers)
        print(name, int((numbers >= 0).sum()), "words,", len(words), "distinct")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
