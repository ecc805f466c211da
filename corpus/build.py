"""Writes `corpus/labels.jsonl` from the sources, and what labellers and trainers need beside it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import source

LABELS = source.FOLDER / "labels.jsonl"
JUDGED = list(source.LETTERS.values())
BY = "adjudicated:taalmodel"  # labelled twice and settled, by language models: see labelaars/README.md


def label_lines(texts: Iterable[source.Text]) -> str:
    """All units of all documents as JSON lines, in the form of `corpus/labels.jsonl`."""
    lines = []
    for text in texts:
        for sentence in text.sentences:
            record = {
                "document": text.slug,
                "page": None,
                "start": sentence.start,
                "end": sentence.end,
                "unit": "sentence",
                "text": text.text[sentence.start : sentence.end],
                "judged": JUDGED,
                "labels": dict(sentence.labels),
                "by": BY,
            }
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines)


def sample_lines(texts: Iterable[source.Text]) -> str:
    """All units as JSON lines in the form that `bronnen.corpus.read_samples` reads, blocks numbered as paragraphs."""
    lines = []
    for text in texts:
        for number, block in enumerate(text.blocks):
            for sentence in block.sentences:
                record = {
                    "unit": f"corpus/{text.slug}",
                    "doc": f"corpus/{text.slug}",
                    "organisation": text.front["organisatie"],
                    "whole": True,
                    "page": 1,
                    "par": number,
                    "kind": block.kind,
                    "text": sentence.text,
                    "used": [name for name, use in sentence.labels.items() if use == "used"],
                    "called_for": [name for name, use in sentence.labels.items() if use == "called_for"],
                }
                lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines)


def count_table(texts: Iterable[source.Text]) -> str:
    """Units and labels per document and together, as aligned text."""
    rows: list[tuple[str, list[int]]] = []
    for text in texts:
        units = len(text.sentences)
        prose = sum(len(block.sentences) for block in text.blocks if block.kind not in {"heading", "colophon"})
        bare = sum(not sentence.labels for sentence in text.sentences)
        rows.append((text.slug, [units, prose, bare, *(number for _, _, number in source.counts(text))]))
    rows.append(("together", [sum(column) for column in zip(*(row for _, row in rows), strict=True)]))
    head = ["units", "no head", "bare", "E", "E?", "P", "P?", "W", "W?"]
    lines = [("document", head), *((slug, list(map(str, row))) for slug, row in rows)]
    return "\n".join(f"{slug:<46}" + "".join(f"{cell:>9}" for cell in row) for slug, row in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when labels.jsonl is out of date")
    parser.add_argument("--blank", type=Path, metavar="MAP", help="write the sources without labels to this folder")
    parser.add_argument("--samples", type=Path, metavar="FILE", help="write the sentences as training samples")
    options = parser.parse_args()
    paths = source.paths()
    try:
        texts = [source.read(path) for path in paths]
    except source.SourceError as error:
        print(error, file=sys.stderr)
        return 1
    if options.blank:
        options.blank.mkdir(parents=True, exist_ok=True)
        for path in paths:
            bare = source.unlabelled(path.read_text(encoding="utf-8"))
            (options.blank / path.name).write_text(bare, encoding="utf-8", newline="\n")
    if options.samples:
        options.samples.write_text(sample_lines(texts), encoding="utf-8", newline="\n")
    lines = label_lines(texts)
    print(count_table(texts))
    if options.check:
        if LABELS.read_text(encoding="utf-8") != lines:
            print("labels.jsonl is out of date: run python corpus/build.py", file=sys.stderr)
            return 1
    else:
        LABELS.write_text(lines, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
