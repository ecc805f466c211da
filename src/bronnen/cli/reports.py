"""The formats of a report: what each takes from a scan, and what it writes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bronnen import files, questions, taxonomy
from bronnen.cli import report_data
from bronnen.cli.inputs import find_document
from bronnen.cli.screen import some
from bronnen.cli.unchanged import FILE as WRITTEN
from bronnen.dossier import Dossier, Told, gather, only
from bronnen.dossier.connections import connections
from bronnen.dossier.gaps import gaps, looked_at
from bronnen.dossier.trends import trends
from bronnen.errors import EXTRAS, BronnenError, MissingError, UsageError
from bronnen.extract import MAX_BYTES, openable
from bronnen.formats import replacing, without_surrogates
from bronnen.formats.links import page_link
from bronnen.formats.metadata import Metadata, read_metadata
from bronnen.heard import counted
from bronnen.records import Analysis
from bronnen.report.facts import IN_BRIEF, About, facts
from bronnen.report.facts import asked as asked_of
from bronnen.report.voice import Voice
from bronnen.settled import placed
from bronnen.shelf import card_of
from bronnen.store import FILE, Store
from bronnen.store.opening import LOCK

_NAME = re.compile(r"[^\w .,()-]+")
_LONGEST = 80  # characters of a file's name
_OWN = frozenset(  # what a scan writes in its folder
    {FILE, LOCK, WRITTEN, "ocr", "passages.jsonl", "balance.xlsx"}
    | {f"{name}.csv" for name in ("balance", "sections", "groups", "warnings", "failures", "duplicates")}
)


@dataclass(slots=True)
class Outcome:
    """What a reader has to know of what was written, in lines; and how many documents have nothing written of them."""

    lines: list[str] = field(default_factory=list)
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed after `bronnen report`."""

    folder: Path
    out: Path
    form: str
    document: str | None
    metadata: Path | None
    lens: str | None
    lens_model: Path | None
    questions: Path | None
    language: str


def write(asked: Asked) -> Outcome:
    """Writes what was asked for.

    Raises:
        BronnenError: there is no scan, no such document, or a file could not be read or written.
    """
    _guard(asked)
    if asked.form == "qdpx":
        return _project(asked)
    _need(asked)
    dossier, about = gathered(asked)
    writers: dict[str, Callable[[Asked, Dossier, About], Outcome]] = {
        "html": _page,
        "summary": _summaries,
        "pdf": _copies,
        "xlsx": _data,
        "csv": _data,
        "parquet": _data,
        "json": _data,
    }
    outcome = writers[asked.form](asked, dossier, about)
    outcome.lines[:0] = about.remarks
    return outcome


def _guard(asked: Asked) -> None:
    """Never writes over what people gave or said: a document of the scan, or anything in the scan's own folder.

    Raises:
        UsageError: it would.
    """
    out = Path(os.path.realpath(asked.out))
    if out.parent == Path(os.path.realpath(asked.folder)) and out.name in _OWN:
        raise UsageError(f"{asked.out} is a file of the scan.", "Choose another name or folder.")
    if out == Path(os.path.realpath(asked.folder)):
        raise UsageError(f"{asked.out} is the folder of the scan.", "Choose another folder.")
    with Store(openable(asked.folder)) as store:
        paths = [path for _, _, path in store.documents()]
    if any(Path(os.path.realpath(path)) == out for path in paths):
        raise UsageError(f"{asked.out} is one of the documents.", "A report never takes the place of a document.")


def _need(asked: Asked) -> None:
    """Raises a MissingError for what a format needs, before the work and once."""
    wanted = {"parquet": ("pyarrow",), "pdf": ("pikepdf", "typst"), "summary": ("typst",)}.get(asked.form, ())
    if asked.form == "summary" and asked.document and asked.out.suffix.lower() == ".html":
        return
    missing = [name for name in wanted if find_spec(name) is None]
    if missing:
        raise MissingError(
            f"--format {asked.form} needs {' and '.join(missing)}, not installed here.",
            EXTRAS,
        )


def gathered(asked: Asked) -> tuple[Dossier, About]:
    """The documents of the last scan, or the one that was asked for, and what goes with them."""
    own = questions.read(taxonomy.names(), openable(asked.questions) if asked.questions else None)
    told = read_metadata(openable(asked.metadata)) if asked.metadata else None
    with Store(openable(asked.folder)) as store:
        run = _run(store, asked)
        one = find_document(asked.document, store.run_documents(run), "the last scan") if asked.document else ""
        whole = gather(store.analyses(run), store.run_settings(run), told)
        failures, duplicates, date = store.failures(run), store.duplicates(run), store.run_date(run)
    if not whole.documents:
        step = "See failures.csv there; was it interrupted, run the same scan again."
        raise UsageError(f"The last scan in {asked.folder} read no document.", step)
    dossier = only(whole, one) if one else whole
    about = About(
        date=date,
        failures=() if one else failures,
        duplicates=() if one else duplicates,
        card=_card(dossier),
        links=_links(dossier, asked.out.parent),
        trends=() if one else trends(dossier),
        gaps=[gap for gap in gaps(whole) if not one or gap.document == one],
        looked_at=looked_at(dossier),
        connections=connections(whole) if asked.form == "html" and len(whole.documents) > 1 else None,
        whole=whole,
        questions=own,
    )
    return dossier, replace(_with_lens(asked, dossier, about), remarks=_unmatched(whole, told))


def _unmatched(dossier: Dossier, metadata: Metadata | None) -> tuple[str, ...]:
    """What does not fit between a table of properties and the documents."""
    if metadata is None:
        return ()
    known = [(one.document.id, one.document.path, one.document.name) for one in dossier.documents]
    met = {id(metadata.of(*one)) for one in known}
    without = [one.document.name for one, key in zip(dossier.documents, known, strict=True) if not metadata.of(*key)]
    unmet = [metadata.named(row) for row in metadata.told if id(row) not in met]
    lines = (("not in the table of --metadata", without), ("in that table, but not in the scan", unmet))
    return tuple(f"{said}: {some(names)}." for said, names in lines if names)


def _run(store: Store, asked: Asked) -> int:
    run = store.last_run()
    if run is None:
        raise UsageError(f"There is no scan in {asked.folder}.", f"`bronnen scan ... --out {asked.folder}` makes one.")
    return run


def _with_lens(asked: Asked, dossier: Dossier, about: About) -> About:
    if asked.lens is None:
        return about
    if asked.form != "html":
        raise UsageError(f"--format {asked.form} knows no lens.", "A lens goes with --format html.")
    from bronnen import lens
    from bronnen.report.glass import seen

    found, model = lens.load(asked.lens), None
    if asked.lens_model is not None:
        from bronnen.lens.model import load

        model = load(openable(asked.lens_model), found)
    return replace(about, seen=seen(found, model, dossier))


def _card(dossier: Dossier) -> dict[str, Any]:
    """The card of the model that made the labels; empty where it is not at hand any more."""
    models = {one.made_with.model for one in dossier.documents}
    return card_of(models.pop(), dossier.settings) if len(models) == 1 else {}


def _links(dossier: Dossier, here: Path) -> dict[str, str]:
    """Links from the report to the documents that are still where they were read, by id."""
    found = ((one.document.id, one.document.path) for one in dossier.documents)
    links = ((key, page_link(path, None, here)) for key, path in found if files.is_there(openable(Path(path))))
    return {key: link for key, link in links if link}


# ------------------------------------------------------------------------------------------------------ for readers


def _page(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    from bronnen.report.page import documents_page
    from bronnen.report.passages import passage_facts

    told = facts(dossier, about, asked.language)
    with replacing(asked.out) as stream:
        for piece in documents_page(told, (passage_facts(one, asked.language) for one in dossier.documents)):
            stream.write(without_surrogates(piece).encode())
    return Outcome()


def _summaries(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    from bronnen.report.summary import summary_page, summary_pdf

    if asked.document and asked.out.suffix.lower() == ".html":
        text = summary_page(_summary(dossier.documents[0], about, asked.language))
        _put(asked.out, without_surrogates(text).encode())
        return Outcome()
    return _each(asked, dossier, lambda one: (summary_pdf(_summary(one, about, asked.language)), []))


def _summary(one: Told, about: About, language: str) -> Any:
    from bronnen.report.brief import summary_of

    voice = Voice(language)
    gaps = [gap for gap in about.gaps if gap.document == one.document.id]
    questions_asked = asked_of(one.balance, counted([one.mentions]), replace(about, trends=()), voice, IN_BRIEF)
    return summary_of(one, gaps, questions_asked, about, voice)


def _copies(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    from bronnen.extract import read
    from bronnen.report.copying import Cover
    from bronnen.report.highlight import highlighted
    from bronnen.report.marking import groups, marks
    from bronnen.report.summary import summary_pdf
    from bronnen.settings import remembering

    voice = Voice(asked.language)

    def copy(one: Told) -> tuple[bytes, list[str]]:
        path = openable(Path(one.document.path))
        if not _is_same(Path(one.document.path), one.document.id):
            raise UsageError(f"{one.document.path} is gone or was changed.", "Scan it again, then report.")
        document = read(path, remembering(dossier.settings, asked.folder), before=one.document.extractor)
        if document.text != one.document.text:
            raise _otherwise(one.document.path, one.document.extractor, dossier.settings.ocr.language)
        cover = Cover(summary_pdf(_summary(one, about, asked.language)), voice.said["cover"])
        made = highlighted(files.content(path, MAX_BYTES), document, marks(one, document, voice), groups(voice), cover)
        return made.data, [f"{one.document.name}: {line}" for line in made.told(asked.language)]

    return _each(asked, dossier, copy, only_pdf=True)


def _otherwise(path: str, before: str, language: str) -> UsageError:
    """Why a file that did not change gives another text than it did, and what mends it."""
    from bronnen.extract import ocr

    then = ocr.reader_of(before)
    if then and then != ocr.version(language):
        said = f"{path} was read by {then}; that is not here now, nor is all of what it read in the folder 'ocr'."
        return UsageError(said, ocr.lacking(language) or "Scan it again with the Tesseract that is here, then report.")
    said = f"{path} gives another text now than when {before} read it."
    return UsageError(said, "Scan it into a new folder (another --out), and report on that.")


def _each(
    asked: Asked, dossier: Dossier, make: Callable[[Told], tuple[bytes, list[str]]], *, only_pdf: bool = False
) -> Outcome:
    """One PDF for the document that was asked for, or a folder with one for each; what could not be made is told."""
    if asked.document:
        data, lines = make(dossier.documents[0])
        _put(asked.out, data)
        return Outcome(lines)
    asked.out.mkdir(parents=True, exist_ok=True)
    outcome = Outcome()
    made = 0
    for one in dossier.documents:
        if only_pdf and not one.document.path.lower().endswith(".pdf"):
            outcome.lines.append(f"{one.document.name}: no PDF, so no copy.")
            continue
        try:
            data, told = make(one)
            _put(asked.out / f"{_file_name(one)}.pdf", data)
        except BronnenError as error:
            outcome.lines.append(f"{one.document.name}: {error}")
            outcome.failed += 1
            continue
        outcome.lines += told
        made += 1
    outcome.lines.append(f"wrote {made} of {len(dossier.documents)} to {asked.out}.")
    return outcome


def _file_name(one: Told) -> str:
    """A name that any system takes, and that no other document has."""
    stem = _NAME.sub("_", Path(one.document.name).stem)[:_LONGEST].strip(" .") or "document"
    return f"{stem}-{one.document.id[:8]}"


def _put(path: Path, data: bytes) -> None:
    with replacing(path) as stream:
        stream.write(data)


def _data(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    if asked.form == "xlsx":
        report_data.write_workbook(dossier, about, asked.language, asked.out)
    elif asked.form == "json":
        report_data.write_json(dossier, about, asked.language, asked.out)
    else:
        report_data.write_tables(dossier, about, asked.language, asked.out, asked.form)
    return Outcome()


def _project(asked: Asked) -> Outcome:
    """A QDA project of the documents of the last scan, or of one."""
    from bronnen import exchange
    from bronnen.formats.qdpx.writing import write_qdpx

    with Store(openable(asked.folder)) as store:
        run = _run(store, asked)
        one = find_document(asked.document, store.run_documents(run), "the last scan") if asked.document else ""
        hiding: list[str] = []

        def analyses() -> Iterator[Analysis]:
            for found in store.analyses(run):
                if one in ("", found.document.id):
                    hiding.extend([found.document.name] if exchange.hides(found.document) else [])
                    yield placed(found)

        name = asked.out.stem
        made = exchange.project(name, store.run_date(run), analyses(), language=asked.language, with_files=True)
        write_qdpx(asked.out, made)
        known = store.run_documents(run)
    gone = [name for key, name, path in known if one in ("", key) and not _is_same(Path(path), key)]
    told = [f"without the file itself, which is gone or was changed: {some(gone)}."] if gone else []
    if hiding:
        told.append(f"without the file itself, which still holds words that a reader cannot see: {some(hiding)}.")
    return Outcome(told)


def _is_same(path: Path, document_id: str) -> bool:
    try:
        return files.digest(openable(path)) == document_id
    except (OSError, ValueError):
        return False
