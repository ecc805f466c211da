"""How well the layout reads: against PDFs whose text is known, and by counting what goes wrong in real ones.

    python benchmarks/layout.py [../shared/data/pdf] [--limit 40] [--sample 6] [--wrong]

The counts share no code with the layout: what stands on a page is asked of pdfium itself, once more.

Known text: see `layout_known.py`. Real PDFs, per page: see `counted`.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from pathlib import Path

import pdfplumber
import pypdfium2
from layout_known import GROUPS, known, measured, measures
from sheets import HYPHENS, Line, Sheet, Tallies, Tally, by_page, line_ends, note_marks, sheets, tokens, words_in

from bronnen.errors import BronnenError
from bronnen.extract import read
from bronnen.records import Document, Kind, PageState
from bronnen.settings import Settings

JOINING = frozenset(("en", "of", "en/of", "tot", "dan", "als", "noch", "maar", "respectievelijk", "resp", "c.q",
                     "versus", "naar", "plus", "alsook", "alsmede"))  # fmt: skip


def counted(pages: list[Sheet], document: Document, vocabulary: Counter[str]) -> Tallies:
    """What is wrong in one document; `right` is how often, `total` is pages.

    hyphens left      a word with a hyphen at the end of one of pdfium's lines stands in the text with that hyphen and a
                      space after it (not before 'en', 'of' ... or another such word), or with the hyphen while the
                      vocabulary of all files has the joined word more often; also characters that only mark a hyphen
    hyphens lost      the word was joined while the vocabulary has it with a hyphen only
    heads in text     lines that recur, digits masked, at one height at the edge of pages, outside CONTENTS
    heads in sentence the same, in a block with words that are not of that line
    marks glued       raised digits still stuck to the word before them
    marks loose       raised digits that stand behind it as a word
    words lost        words of two letters or more that stand on the page, not in such a line, and not in the text
    """
    tallies: Tallies = {}
    left, lost = _hyphens_left(pages, document.text, vocabulary)
    running = _recurring(pages)
    heads, inside = _heads_left(running, document)
    stuck, loose = note_marks(pages, document)
    found = {"hyphens left": left, "hyphens lost": lost, "heads in text": heads, "heads in sentence": inside,
             "marks glued": stuck, "marks loose": loose,
             "words lost": _words_lost(pages, running, document)}  # fmt: skip
    for name, wrong in found.items():
        tallies[name] = Tally(len(wrong), len(pages), wrong)
    return tallies


def words_of(pages: list[Sheet]) -> Counter[str]:
    """The words that stand whole on a line."""
    return Counter(word.lower() for page in pages for line in page.lines for word in tokens(line.text)[1:-1])


def _hyphens_left(pages: list[Sheet], text: str, vocabulary: Counter[str]) -> tuple[list[str], list[str]]:
    ends = line_ends(pages)
    tails = {tail for tail, _ in ends}
    left = [repr(char) for char in text if char in "\u00ad\u0002\ufffe\uffff"]
    for found in re.finditer(rf"([^\W\d_]+)[{HYPHENS}]\s+(\S+)", text):
        after = found[2].strip("(").rstrip(".,")
        if found[1] in tails and after.lower() not in JOINING and after[-1:] not in HYPHENS and after[:1].isalpha():
            left.append(" ".join(found[0].split()))
    lost = []
    here = Counter(tokens(text))
    for (tail, head), count in Counter(ends).items():
        joined, kept = tail + head, f"{tail}-{head}"
        seen, dashed = vocabulary[joined.lower()], vocabulary[kept.lower()]
        if head.islower() and seen > dashed and here[kept]:
            left += [kept] * min(count, here[kept])
        elif head and dashed > 1 and not seen and here[joined]:
            lost += [joined] * min(count, here[joined])
    return left, lost


def _recurring(pages: list[Sheet]) -> list[tuple[int, Line]]:
    """The lines at the edge of pages that recur at one height, digits masked."""
    edge: dict[tuple[bool, str], list[tuple[int, Line]]] = defaultdict(list)
    for number, page in enumerate(pages, 1):
        for line in page.lines:
            if line.bottom < 0.12 * page.height or line.top > 0.88 * page.height:
                masked = re.sub(r"\d+", "#", line.text)
                edge[line.top > page.height / 2, masked].append((number, line))
    needed = min(max(3, 0.1 * len(pages)), 10)
    found = []
    for lines in edge.values():
        height = sorted(line.top for _, line in lines)[len(lines) // 2]
        lines = [(number, line) for number, line in lines if abs(line.top - height) < 4]
        if len({number for number, _ in lines}) >= needed:
            found += lines
    return found


def _heads_left(heads: list[tuple[int, Line]], document: Document) -> tuple[list[str], list[str]]:
    words, starts = by_page(document), [block.start for block in document.blocks]
    left, inside = [], []
    for number, line in heads:
        found = words_in(document, words[number], line)
        blocks = [document.blocks[place] for place in {bisect_right(starts, word.start) - 1 for word in found}]
        kept = [block for block in blocks if block.kind is not Kind.CONTENTS]
        if kept:
            left.append(f"p{number} {line.text}")
            whole = set(line.text.split())
            if any(set(document.text[block.start : block.end].split()) - whole for block in kept):
                inside.append(f"p{number} {line.text}")
    return left, inside


def _words_lost(pages: list[Sheet], heads: list[tuple[int, Line]], document: Document) -> list[str]:
    """Words in the middle of lines that the text has less often, running heads and unread pages set aside."""
    read_pages = {page.number for page in document.pages if page.state is PageState.TEXT}
    seen = words_of([page for number, page in enumerate(pages, 1) if number in read_pages])
    seen -= words_of([Sheet(0, [line for number, line in heads if number in read_pages])])
    seen -= Counter(word.lower() for word in tokens(document.text))
    return [word for word in seen.elements() if len(word) > 1]


def against_known(wrong: bool) -> dict[str, dict[str, float]]:
    """The measures of every group; prints what is wrong per document if asked."""
    groups: dict[str, Tallies] = {group: defaultdict(Tally) for group in GROUPS}
    for group, path, truth in known():
        tallies = measured(path, truth, read(path, Settings()))
        for name, tally in tallies.items():
            groups[group][name].add(tally.right, tally.total)
            for told in tally.wrong if wrong else ():
                print(f"{path.stem}: {name}: {told}")
    return {group: measures(tallies) for group, tallies in groups.items()}


BARS = {"characters": "0.99/0.97", "order": "0.98", "kinds": "0.90", "hyphens": "0.98", "heads": "0.98",
        "note marks": "0.98", "note records": "", "breaks": ""}  # fmt: skip


def print_known(found: dict[str, dict[str, float]]) -> None:
    print(f"{'known text':22}" + "".join(f"{group:>14}" for group in GROUPS) + f"{'bar':>12}")
    kinds = sorted({name for measure in found.values() for name in measure if name.startswith("kind ")})
    for name in [*BARS, *kinds]:
        shares = "".join(f"{found[group].get(name, float('nan')):14.4f}" for group in GROUPS)
        print(f"{name:22}{shares}{BARS.get(name, ''):>12}")


def against_real(paths: list[Path], wrong: bool) -> Tallies:
    seen: dict[Path, list[Sheet]] = {}
    vocabulary: Counter[str] = Counter()
    for path in paths:
        try:
            seen[path] = sheets(path)
            vocabulary += words_of(seen[path])
        except pypdfium2.PdfiumError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
    total: Tallies = defaultdict(Tally)
    used = 0.0
    for path, pages in seen.items():
        start = time.process_time()
        try:
            document = read(path, Settings())
        except BronnenError as error:
            print(error, file=sys.stderr)
            continue
        used += time.process_time() - start
        for name, tally in counted(pages, document, vocabulary).items():
            total[name].add(tally.right, tally.total)
            for told in tally.wrong if wrong else ():
                print(f"{path.stem}: {name}: {told}")
    number = next(iter(total.values())).total
    print(f"{'real PDFs, per page':22}{'':>14}{'':>14}{'':>14}{'bar':>12}")
    for name, tally in total.items():
        print(f"{name:22}{tally.share:14.3f}{'':28}{'' if name.endswith(('lost', 'loose')) else '0.05':>12}")
    print(f"{number:.0f} pages of {len(seen)} files, {number / used:.1f} a second of processor time")
    return total


def against_plumber(paths: list[Path]) -> None:
    """The speed beside the loop that people write first."""
    pages, ours, plain = 0, 0.0, 0.0
    for path in paths:
        try:
            start = time.process_time()
            pages += len(read(path, Settings()).pages)
            ours += time.process_time() - start
        except BronnenError:
            continue
        start = time.process_time()
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_text()
                page.close()
        plain += time.process_time() - start
    told = f"{pages / ours:.1f} pages a second, a plain pdfplumber loop {pages / plain:.1f}"
    print(f"{pages} pages of {len(paths)} files: {told}, {plain / ours:.1f} times as fast")


def spread(paths: list[Path], limit: int) -> list[Path]:
    return paths[:: max(1, len(paths) // limit)][:limit] if limit else paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="a folder of real PDFs")
    parser.add_argument("--limit", type=int, default=0, help="read only this many of them, spread evenly")
    parser.add_argument("--sample", type=int, default=0, help="compare the speed with pdfplumber's on this many")
    parser.add_argument("--wrong", action="store_true", help="print everything that is wrong")
    asked = parser.parse_args()
    print_known(against_known(asked.wrong))
    if asked.folder:
        paths = sorted(asked.folder.glob("*.pdf"))
        against_real(spread(paths, asked.limit), asked.wrong)
        if asked.sample:
            against_plumber(spread(paths, asked.sample))


if __name__ == "__main__":
    main()
