"""Counts pairs of letters in Dutch text into `src/bronnen/data/letter_pairs.tsv`, and measures the limit on real pages.

python benchmarks/letter_pairs.py count ../shared/data/text/policy_text.txt.xz
python benchmarks/letter_pairs.py measure ../shared/data/pdf
"""

from __future__ import annotations

import lzma
import random
import re
import string
import sys
from collections import Counter
from math import log
from pathlib import Path

from bronnen.extract import garbled, pdfium

TABLE = Path(__file__).parents[1] / "src" / "bronnen" / "data" / "letter_pairs.tsv"


def count(path: Path, size: int = 30_000_000) -> None:
    """Writes ln P(second letter | first), '^' for the edge of a word, with add-one smoothing over the alphabet."""
    pairs: Counter[str] = Counter()
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        while size > 0 and (text := lines.read(1_000_000)):
            size -= len(text)
            for run, number in Counter(re.findall(r"[a-z]{2,}", garbled.folded(text))).items():
                for pair in zip("^" + run, run + "^", strict=True):
                    pairs["".join(pair)] += number
    alphabet = "^" + string.ascii_lowercase
    with TABLE.open("w", encoding="utf-8", newline="\n") as out:
        for first in alphabet:
            total = sum(pairs[first + second] for second in alphabet) + len(alphabet)
            for second in alphabet:
                if first + second != "^^":
                    out.write(f"{first}{second}\t{log((pairs[first + second] + 1) / total):.3f}\n")


def measure(folder: Path) -> None:
    """Prints the lowest scores of real pages, and the highest of the same pages garbled in three ways."""
    rng = random.Random(0)
    real: list[tuple[float, str, int, str]] = []
    noise: dict[str, list[float]] = {"shifted": [], "shuffled alphabet": [], "random": []}
    for path in sorted(folder.glob("*.pdf")):
        with pdfium.opened(path.read_bytes()) as document:
            for number in range(1, len(document) + 1):
                page = pdfium.read_page(document, number)[0]
                text = " ".join(word.text for word in page.words)
                score, pairs = garbled.likelihood(text)
                if pairs < garbled.MIN_PAIRS:
                    continue
                real.append((score, path.name, number, text[:100]))
                letters = list(string.ascii_lowercase)
                rng.shuffle(letters)
                told = {
                    "shifted": "".join(chr(ord(c) - 29) if c.isascii() and ord(c) > 61 else c for c in text),
                    "shuffled alphabet": text.lower().translate(dict(zip(range(97, 123), letters, strict=True))),
                    "random": "".join(rng.choice(string.ascii_letters) if c.isalpha() else c for c in text),
                }
                for kind, changed in told.items():
                    score, pairs = garbled.likelihood(changed)
                    if pairs >= garbled.MIN_PAIRS:
                        noise[kind].append(score)
    print(f"{len(real)} real pages with {garbled.MIN_PAIRS} pairs or more; the lowest:")
    for score, name, number, text in sorted(real)[:25]:
        print(f"{score:7.2f}  {name} p.{number}  {text}")
    for kind, scores in noise.items():
        missed = sum(score >= garbled.LIMIT for score in scores)
        highest = ", ".join(f"{score:.2f}" for score in sorted(scores)[-5:])
        print(f"{kind}: {len(scores)} pages, {missed} not called garbled at {garbled.LIMIT}; highest {highest}")


if __name__ == "__main__":
    {"count": count, "measure": measure}[sys.argv[1]](Path(sys.argv[2]))
