"""What `bronnen corpus import` and `export` do with the files of other programs.

Codings by people become verdicts, all of a file or none, and what became of the rest is told; going out, the documents
of a store become texts with the model's labels and people's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from bronnen import exchange
from bronnen.cli.screen import readable
from bronnen.errors import ExitCode, UsageError
from bronnen.exchange import returning
from bronnen.exchange.tasks import tasks
from bronnen.formats import doccano, inception, labelstudio, prodigy
from bronnen.formats.coded import OURS, UNKNOWN, Coded, Coding, Text, coder_name
from bronnen.formats.json_values import POINTS
from bronnen.formats.meaning import Meaning, read_meanings
from bronnen.formats.qdpx.reading import read_qdpx
from bronnen.places import bare, digest
from bronnen.records import Analysis, Verdict
from bronnen.settled import placed
from bronnen.store import Store

_SHOWN = 20
_READERS = {
    "labelstudio": labelstudio.read_labelstudio,
    "doccano": doccano.read_doccano,
    "prodigy": prodigy.read_prodigy,
    "inception": inception.read_inception,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked for on the command line."""

    file: Path
    folder: Path
    form: str
    codes: Path | None = None
    coder: str | None = None
    unit: str | None = None
    by: str | None = None
    config: Path | None = None
    language: str = "nl"


def bring_in(asked: Asked) -> ExitCode:
    """Adds the codings by people in a file to a store, all of them or none; says what became of the others."""
    own = read_meanings(asked.codes) if asked.codes else {}
    read = _read(asked)
    texts = [_named(text, asked.coder) for text in read.texts] if asked.coder else list(read.texts)
    told = returning.meanings({coding.code for text in texts for coding in _codings(text)}, own)
    tally = returning.Tally(left=list(read.left))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    Store(asked.folder).close()  # says so where there is none, rather than making one
    with Store(asked.folder, write=True) as store:
        found = _verdicts(store, texts, told, tally, dated=asked.form != "qdpx")
        found.sort(key=lambda verdict: verdict.at or now)  # what was said later counts
        added = store.add_verdicts(found, imported=True)
    there = tally.known + len(found) - added
    click.echo(f"{added} labels added, {there} were there already, {len(tally.left)} have no place.")
    _tell(read, tally, asked.form)
    return ExitCode.BATCH if tally.left or tally.unknown else ExitCode.OK


def bring_out(asked: Asked) -> int:
    """Writes the documents of a store for another program; how many texts there are in the file."""
    by_passage = (asked.unit or ("document" if asked.form in ("inception", "webanno") else "passage")) == "passage"
    if by_passage and asked.form in ("inception", "webanno"):
        raise UsageError("INCEpTION takes whole documents.", "Leave --unit out, or give --unit document.")
    codes = exchange.codes(asked.language).values()
    with Store(asked.folder) as store:
        out = _Out(store, by_passage, asked.by or "all", asked.language)
        if asked.form == "labelstudio":
            labelstudio.write_labelstudio(asked.file, out.texts())
            labelstudio.write_config(asked.config or asked.file.with_suffix(".config.xml"), codes)
        elif asked.form == "doccano":
            doccano.write_doccano(asked.file, out.texts())
        elif asked.form == "prodigy":
            prodigy.write_prodigy(asked.file, out.texts())
        elif asked.form == "inception":
            inception.write_inception(asked.file, out.texts())
        else:
            inception.write_webanno(asked.file, out.texts(), lambda text: out.sentences)
    if out.outside:
        click.echo(f"{out.outside} labels by people lie in no passage; --unit document has them.", err=True)
    return out.count


@dataclass(slots=True)
class _Out:
    """The texts on their way out, one document in memory at a time."""

    store: Store
    by_passage: bool
    by: str
    language: str
    outside: int = 0
    count: int = 0
    sentences: list[tuple[int, int]] = field(default_factory=list)

    def texts(self) -> Iterator[Text]:
        for document_id, _, _ in self.store.documents():
            analysis = self.store.analysis(document_id)
            if analysis is None:
                continue
            self.sentences = [(one.start, one.end) for passage in analysis.passages for one in passage.sentences]
            found, outside = tasks(placed(analysis), by_passage=self.by_passage, by=self.by, language=self.language)
            self.outside += outside
            self.count += len(found)
            yield from found


def _read(asked: Asked) -> Coded:
    if asked.form == "qdpx":
        project = read_qdpx(asked.file)
        return Coded(tuple(project.texts), project.left, project.counting)
    return _READERS[asked.form](asked.file)


def _named(text: Text, coder: str) -> Text:
    """The text with a name for who is not named in the file."""

    def one(codings: Iterable[Coding]) -> tuple[Coding, ...]:
        named = coder_name(coder) or UNKNOWN
        return tuple(replace(coding, coder=named) if coding.coder == UNKNOWN else coding for coding in codings)

    selections = tuple(replace(selection, codings=one(selection.codings)) for selection in text.selections)
    quotes = tuple(replace(quote, codings=one(quote.codings)) for quote in text.quotes)
    return replace(text, selections=selections, quotes=quotes, whole=one(text.whole))


def _codings(text: Text) -> Iterator[Coding]:
    for codings in (*(one.codings for one in text.selections), *(one.codings for one in text.quotes)):
        yield from codings
    yield from text.whole


def _verdicts(
    store: Store, texts: Iterable[Text], told: dict[str, Meaning], tally: returning.Tally, *, dated: bool
) -> list[Verdict]:
    """The verdicts that the texts make, document by document."""
    shelf = _Shelf(store)
    of: dict[str, list[Text]] = {}
    for text in texts:
        if any(True for _ in _codings(text)):
            document_id, why = returning.match(text, shelf.documents, shelf.digests, shelf.holding)
            if document_id is None:
                returning.leave(text, told, tally, why)
            else:
                of.setdefault(document_id, []).append(text)
    found: list[Verdict] = []
    for document_id, own in of.items():
        analysis = shelf.analysis(document_id)
        if analysis is not None:
            found += returning.verdicts(own, analysis, told, tally, dated=dated)
    return found


class _Shelf:
    """The documents of a store, looked into only where a text does not say which of them it is of."""

    def __init__(self, store: Store) -> None:
        self.documents = store.documents()
        self.analysis = store.analysis
        self._digests: dict[str, str] = {}
        self._bare: dict[str, str] = {}

    def digests(self) -> dict[str, str]:
        if not self._digests:
            for document_id, _, _ in self.documents:
                self._digests[document_id] = digest(_text(self.analysis(document_id)))
        return self._digests

    def holding(self, text: str) -> list[str]:
        if not self._bare:
            self._bare = {one: bare(_text(self.analysis(one))) for one, _, _ in self.documents}
        wanted = bare(text)
        return [document_id for document_id, whole in self._bare.items() if wanted in whole]


def _text(analysis: Analysis | None) -> str:
    return analysis.document.text if analysis else ""


def _tell(read: Coded, tally: returning.Tally, form: str) -> None:
    if form == "qdpx" and read.counting != POINTS:
        click.echo(f"Places in this project are counted in {read.counting}; they were set right.", err=True)
    if tally.by_model:
        click.echo(f"{tally.by_model} codings are by {OURS} itself and were left out.", err=True)
    if read.unanswered:
        click.echo(f"{read.unanswered} records have no answer, or were passed over.", err=True)
    if tally.skipped:
        click.echo(f"{tally.skipped} codings have a code that says nothing of sources.", err=True)
    tell_places(tally)
    if tally.unknown:
        click.echo("Not known what these codes stand for (tell it with --codes):", err=True)
        _list(f"'{readable(code)}': {count} codings" for code, count in tally.unknown.most_common())
    _list(f"{readable(left.where)}: {readable(left.said)}" for left in tally.left)


def tell_places(tally: returning.Tally) -> None:
    """Says how many codings do not stand where their file says, and how sure their place is."""
    if tally.by_words:
        click.echo(f"{tally.by_words} labels were placed by their words, not by the place that was told.", err=True)
    if tally.alike:
        low, high = min(tally.alike), max(tally.alike)
        click.echo(
            f"{len(tally.alike)} labels were placed on words that are alike but not the same "
            f"(likeness {low:.2f} to {high:.2f} of 1): look at those.",
            err=True,
        )


def _list(lines: Iterable[str]) -> None:
    told = list(lines)
    for line in told[:_SHOWN]:
        click.echo(f"  {line[:200]}", err=True)
    if len(told) > _SHOWN:
        click.echo(f"  ... and {len(told) - _SHOWN} more", err=True)
