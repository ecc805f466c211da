"""The Dutch pipeline against its bars: sentences, lemmas, word classes, speed, size, and plain spaCy as the peer.

    OMP_NUM_THREADS=1 python -m uv run python benchmarks/language.py [../shared/data]

Prints one table. Speeds are words per second of processor time on one core, so that a busy machine does not count;
the peer is `spacy.blank("nl")` with its sentencizer, in the same run. What needs ../shared is left out without it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import spacy

from bronnen import language
from bronnen.settings import resource
from bronnen.training.score_language import (
    Gold,
    Span,
    gold_blocks,
    gold_docs,
    gold_of,
    sentence_f,
    trimmed,
    word_accuracy,
)

SENTENCES = Path(__file__).parents[1] / "tests" / "data" / "sentences"
Row = tuple[str, str, str, str]  # what, ours, peer, bar


def rows(data: Path) -> Iterator[Row]:
    started = time.process_time()
    nlp = language.load()
    loaded = time.process_time() - started
    peer = spacy.blank("nl")
    peer.add_pipe("sentencizer")

    def ours_cut(text: str) -> list[Span]:
        return language.sentences(nlp, text)

    def peer_cut(text: str) -> list[Span]:
        return trimmed(text, ((sent.start_char, sent.end_char) for sent in peer(text).sents))

    def sentence_row(what: str, gold: list[Gold], bar: str) -> Row:
        count = sum(len(spans) for _, spans in gold)
        return f"{what} ({count})", f"{sentence_f(gold, ours_cut):.3f}", f"{sentence_f(gold, peer_cut):.3f}", bar

    before, after = gold_blocks(SENTENCES / "before.txt"), gold_blocks(SENTENCES / "after.txt")
    yield sentence_row("sentence F, policy, all", before + after, ">= 0.95")
    yield sentence_row("  written before the rules were frozen", before, "")
    yield sentence_row("  written after", after, ">= 0.92")
    if (data / "nl_ud").is_dir():
        yield sentence_row(
            "sentence F, treebank test", gold_of(gold_docs(data / "nl_ud/test_nl.spacy", nlp)), ">= 0.89"
        )
        classes, lemmas = word_accuracy(nlp, gold_docs(data / "nl_ud/test.spacy", nlp))
        yield "UPOS, treebank test", f"{classes:.3f}", "", ">= 0.925"
        yield "lemmas, treebank test", f"{lemmas:.3f}", "", ">= 0.94"
    lines = policy_lines(data)
    yield (
        "sentences and look-up, words/s",
        f"{speed(lines, lambda line: (ours_cut(line), language.lemmas(nlp, line))):,}",
        f"{speed(lines, peer_cut):,}",
        ">= 60,000",
    )
    yield (
        "look (word classes, lemmas), words/s",
        f"{speed(lines[:300], lambda line: language.look(nlp, [line])):,}",
        "",
        "",
    )
    size = sum(path.stat().st_size for path in resource("models", "nl").rglob("*") if path.is_file())
    yield "size, MB", f"{size / 1e6:.1f}", "", "<= 15"
    yield "load, s of processor time", f"{loaded:.2f}", "", "<= 1.5"


def policy_lines(data: Path) -> list[str]:
    """Some 3,000 paragraphs of real policy text; the gold sentences, repeated, where that is absent."""
    path = data / "text" / "policy_text.txt.xz"
    if not path.is_file():
        return [text for text, _ in gold_blocks(SENTENCES / "before.txt")] * 20
    import lzma

    with lzma.open(path, "rt", encoding="utf-8") as told:
        return [
            line.strip() for number, line in zip(range(60_000), told, strict=False) if number % 20 == 0 and line.strip()
        ]


def speed(lines: list[str], work: Callable[[str], object]) -> int:
    """Words (runs of non-space) per second of processor time."""
    for line in lines[:50]:
        work(line)
    started = time.process_time()
    for line in lines:
        work(line)
    return round(sum(len(line.split()) for line in lines) / (time.process_time() - started))


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    print(f"{'':44}{'bronnen':>10}{'sentencizer':>13}  bar")
    for what, ours, peer, bar in rows(data):
        print(f"{what:44}{ours:>10}{peer:>13}  {bar}", flush=True)


if __name__ == "__main__":
    main()
