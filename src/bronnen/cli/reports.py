"""The formats of a report: what each takes from a scan, and what it writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bronnen import __version__, questions, taxonomy
from bronnen.cli.inputs import file_hash, find_document
from bronnen.cli.outputs import group_rows
from bronnen.dossier import Dossier, Told, gather, only
from bronnen.dossier.connections import connections
from bronnen.dossier.gaps import gaps, looked_at
from bronnen.dossier.trends import trends
from bronnen.errors import BronnenError, UsageError
from bronnen.extract import openable
from bronnen.formats import flat, replacing, tables, without_surrogates, workbook
from bronnen.formats.links import page_link
from bronnen.formats.metadata import read_metadata
from bronnen.heard import counted, heard_rows
from bronnen.records import Source
from bronnen.report.facts import IN_BRIEF, About, facts
from bronnen.report.facts import asked as asked_of
from bronnen.report.voice import Voice
from bronnen.settings import model_folder
from bronnen.settled import placed, weighed
from bronnen.store import Store

_NAME = re.compile(r"[^\w .,()-]+")
_LONGEST = 80  # characters of a file's name


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
    if asked.form == "qdpx":
        return _project(asked)
    dossier, about = gathered(asked)
    writers: dict[str, Callable[[Asked, Dossier, About], Outcome]] = {
        "html": _page,
        "summary": _summaries,
        "pdf": _copies,
        "xlsx": _workbook,
        "csv": _tables,
        "parquet": _tables,
        "json": _json,
    }
    return writers[asked.form](asked, dossier, about)


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
        raise UsageError(f"The last scan in {asked.folder} read no document.", "See failures.csv there.")
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
        connections=connections(whole) if len(whole.documents) > 1 else None,
        whole=whole,
        questions=own,
    )
    return dossier, _with_lens(asked, dossier, about)


def _run(store: Store, asked: Asked) -> int:
    run = store.last_run()
    if run is None:
        raise UsageError(f"There is no scan in {asked.folder}.", f"`bronnen scan ... --out {asked.folder}` makes one.")
    return run


def _with_lens(asked: Asked, dossier: Dossier, about: About) -> About:
    if asked.lens is None:
        return about
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
    try:
        card = json.loads((model_folder(dossier.settings) / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) and {card.get("id")} == models else {}


def _links(dossier: Dossier, here: Path) -> dict[str, str]:
    """Links from the report to the documents that are still where they were read, by id."""
    found = ((one.document.id, one.document.path) for one in dossier.documents)
    links = ((key, page_link(path, None, here)) for key, path in found if openable(Path(path)).is_file())
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

    voice = Voice(asked.language)

    def copy(one: Told) -> tuple[bytes, list[str]]:
        path = openable(Path(one.document.path))
        if not path.is_file() or file_hash(path) != one.document.id:
            raise UsageError(f"{one.document.path} is gone or was changed.", "Scan it again, then report.")
        document = read(path, dossier.settings.extract)
        if document.text != one.document.text:
            raise UsageError(f"{one.document.path} was read by another bronnen.", "Scan it again, then report.")
        cover = Cover(summary_pdf(_summary(one, about, asked.language)), voice.said["cover"])
        made = highlighted(path.read_bytes(), document, marks(one, document, voice), groups(voice), cover)
        return made.data, [f"{one.document.name}: {line}" for line in made.told(asked.language)]

    return _each(asked, dossier, copy, only_pdf=True)


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


# ---------------------------------------------------------------------------------------------------- for programs


def _rows(asked: Asked, dossier: Dossier, about: About, here: Path) -> dict[str, Iterator[tables.Row]]:
    """The rows of every table, made when they are asked for."""
    return {
        "balance": (tables.balance_row(one.document, one.balance) for one in dossier.documents),
        "sections": (
            tables.section_row(one.document, number, chapter.heading, chapter.balance)
            for one in dossier.documents
            for number, chapter in enumerate(one.chapters, start=1)
        ),
        "groups": group_rows(dossier.groups),
        "passages": _passage_rows(asked, dossier, about, here),
        "heard": (row for one in dossier.documents for row in heard_rows(one.document, one.mentions)),
        "failures": (tables.failure_row(failure) for failure in about.failures),
    }


def _passage_rows(asked: Asked, dossier: Dossier, about: About, here: Path) -> Iterator[tables.Row]:
    for one in dossier.documents:
        page_of, text = tables.page_numbers(one.document), one.document.text
        is_there = one.document.id in about.links
        for labelled in one.passages:
            page = page_of(labelled.passage.start)
            told = (weighed(labelled, source, text, asked.language) for source in Source if source in labelled.labels)
            reasons = "; ".join(dict.fromkeys(line for lines in told for line in lines))
            row = flat.flat_passage_row(one.document, labelled, page, reasons, by_people=bool(labelled.by_people))
            yield {**row, workbook.LINK: page_link(one.document.path, page, here) if is_there else None}


def _institutes(dossier: Dossier) -> Iterator[tables.Row]:
    for count in counted(one.mentions for one in dossier.documents):
        yield {
            "bearer": count.name,
            "kind": count.kind.value,
            "source": count.source.value,
            "use": count.use.value,
            "documents": count.documents,
            "passages": count.passages,
        }


def _method(dossier: Dossier, about: About) -> dict[str, tables.Value]:
    """How the figures came about: keys and values."""
    makers = {one.made_with for one in dossier.documents}
    return {
        "bronnen": __version__,
        "scanned": about.date,
        "models": ", ".join(sorted({one.model for one in makers})),
        "language": ", ".join(sorted({one.language for one in makers})),
        "settings": json.dumps(asdict(dossier.settings)),
        "balance": dossier.documents[0].balance.method,
        "intervals": "95%",
    }


def _workbook(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    rows = _rows(asked, dossier, about, asked.out.parent)
    method = [{"key": key, "value": value} for key, value in _method(dossier, about).items()]
    workbook.write_report(
        asked.out,
        balance=rows["balance"],
        passages=rows["passages"],
        institutes=_institutes(dossier),
        failures=rows["failures"],
        method=method,
    )
    return Outcome()


def _tables(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    """A folder with a file per table, and the codebook of their columns."""
    from bronnen.formats.codebook import TABLES, write_codebook
    from bronnen.formats.parquet import write_parquet

    asked.out.mkdir(parents=True, exist_ok=True)
    rows = _rows(asked, dossier, about, asked.out)
    for name, found in rows.items():
        if asked.form == "csv":
            tables.write_csv(asked.out / f"{name}.csv", TABLES[name], found)
        else:
            write_parquet(asked.out / f"{name}.parquet", TABLES[name], found, name)
    write_codebook(asked.out / "codebook.csv", {name: TABLES[name] for name in rows})
    return Outcome()


def _json(asked: Asked, dossier: Dossier, about: About) -> Outcome:
    from bronnen.formats.whole import write_report_json

    rows = _rows(asked, dossier, about, asked.out.parent)
    passages = ({key: value for key, value in row.items() if key != workbook.LINK} for row in rows.pop("passages"))
    write_report_json(asked.out, _method(dossier, about), passages=passages, **rows)
    return Outcome()


def _project(asked: Asked) -> Outcome:
    """A QDA project of the documents of the last scan, or of one."""
    from bronnen import exchange
    from bronnen.formats.qdpx.writing import write_qdpx

    with Store(openable(asked.folder)) as store:
        run = _run(store, asked)
        one = find_document(asked.document, store.run_documents(run), "the last scan") if asked.document else ""
        analyses = (placed(found) for found in store.analyses(run) if one in ("", found.document.id))
        name = asked.out.stem
        made = exchange.project(name, store.run_date(run), analyses, language=asked.language, with_files=True)
        write_qdpx(asked.out, made)
    return Outcome()
