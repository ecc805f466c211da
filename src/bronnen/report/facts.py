"""What a report says: every rounding, order and turn of phrase, as plain values that a renderer only has to place.

Percentages are whole; the three shares of a text are rounded so that they are 100 together (largest remainder), and
not told of a text in which too little was found. A figure of the balance never goes without its interval.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bronnen.dossier import Dossier, Told
from bronnen.dossier.connections import Connections
from bronnen.dossier.gaps import Gap, rate_of
from bronnen.dossier.trends import COLUMNS, Trend
from bronnen.groups import UNKNOWN
from bronnen.heard import Count, counted
from bronnen.quantify import HARDLY_ANY, HARDLY_SEPARATES, TOO_LITTLE, hundredths, is_thin
from bronnen.questions import Asked, Questions, chosen
from bronnen.records import Balance, Estimate, Failure, PageState, Source, Use
from bronnen.report import findings, talk
from bronnen.report.glass import Seen, lens_facts
from bronnen.report.places import place
from bronnen.report.recognised import recognised_lines
from bronnen.report.voice import Facts, Voice, quoted
from bronnen.taxonomy import looks, use_name

_DECIMALS = 4
ON_PAGE, IN_BRIEF = 9, 4  # questions
OUTLINES = 12  # documents up to which all margins are drawn: more of them hide each other
_NAME = 200  # characters of a name or heading
_BY_MODEL = "Sentences of real Dutch policy documents"  # how a card tells of the labels that come with bronnen


class Same(Protocol):
    """A file with the same bytes as another one."""

    @property
    def path(self) -> str: ...
    @property
    def same_as(self) -> str: ...


@dataclass(frozen=True, slots=True)
class About:
    """What goes with a dossier: where its files are, how it came about, and what went wrong.

    `links` holds a link to the file of a document, by its id, where there is one. `card` is that of the model, empty
    where it is not at hand. `date` is that of the scan.
    """

    date: str = ""
    failures: Sequence[Failure] = ()
    duplicates: Sequence[Same] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    trends: Sequence[Trend] = ()
    gaps: Sequence[Gap] = ()
    looked_at: int = 0  # texts that had enough in them to show a gap
    connections: Connections | None = None
    whole: Dossier | None = None  # all documents of the scan, where only one of them is reported
    questions: Questions = field(default_factory=Questions)
    seen: Seen | None = None  # through a lens
    remarks: tuple[str, ...] = ()  # for who writes the report, not for its readers


def facts(dossier: Dossier, about: About, language: str = "nl") -> Facts:
    """All that the report of a dossier of one document or more says."""
    voice = Voice(language)
    documents = [document_facts(told, about, voice) for told in dossier.documents]
    ids = {told.document.id for told in dossier.documents}
    counts = counted(told.mentions for told in dossier.documents)
    is_one = len(documents) == 1
    found = {
        "language": language,
        "said": voice.said,
        "sources": sources(language),
        "looks": {source.value: look for source, look in looks(language).items()},
        "letters": {source.value: look.letter for source, look in looks(language).items()},
        "uses": {use.value: use_name(use, language) for use in Use},
        "title": voice.said["title_one" if is_one else "title_many"],
        "together_said": voice.said["together_said_one" if is_one else "together_said"],
        "place_said": _place_said(documents, voice),
        "hardly": hardly(_together(dossier), voice),
        "outlines": OUTLINES,
        "lead": _lead(dossier, about, voice),
        "together": said_of(_together(dossier), voice),
        "documents": documents,
        "without_place": _without_place(documents, voice),
        "groups": _groups(dossier, voice),
        "trends": findings.trend_facts(about.trends, voice),
        "gaps": findings.gap_facts(about.gaps, about.looked_at, dossier, voice),
        "links": _linked(about, about.whole or dossier, ids, voice),
        "heard": findings.heard_facts(counts, voice),
        "lens": lens_facts(about.seen, dossier, voice) if about.seen else None,
        "talk": talk.talk_facts(asked(_together(dossier), counts, about, voice, ON_PAGE), voice),
        "made": made(dossier, about, voice),
    }
    return {**found, "parts": _parts(found, voice)}


def _together(dossier: Dossier) -> Balance:
    return dossier.groups[0].balance if dossier.groups else dossier.documents[0].balance


def asked(balance: Balance, counts: Sequence[Count], about: About, voice: Voice, most: int) -> tuple[Asked, ...]:
    """The questions that a balance, and who is heard, call up; at most so many."""
    found = talk.findings(balance, counts, about.trends, voice)
    return chosen(found, about.questions, most=most, language=voice.language)


def _parts(found: Facts, voice: Voice) -> list[tuple[str, str]]:
    """The parts of the page that have something in them: the name of each as a target, and its title."""
    said, several = voice.said, len(found["documents"]) > 1
    parts = [
        ("samen", said["together" if several else "together_one"], True),
        ("plaats", said["place" if several else "place_one"], found["place_said"]),
        ("documenten", said["documents"], several),
        ("groepen", said["groups"], found["groups"]),
        ("tijd", said["trends"], found["trends"]),
        ("lacunes", said["gaps"], found["gaps"] is not None),
        ("verbinden", said["links"], found["links"] is not None),
        ("wie", said["heard"], found["heard"] is not None),
        ("bril", found["lens"]["title"] if found["lens"] else "", found["lens"]),
        ("passages", said["detail" if several else "detail_one"], True),
        ("gesprek", said["talk"], found["talk"]),
        ("gemaakt", said["made"], True),
    ]
    return [(name, title) for name, title, is_there in parts if is_there]


def _linked(about: About, whole: Dossier, ids: set[str], voice: Voice) -> Facts | None:
    """Links between documents; of one document only where it has any."""
    if about.connections is None:
        return None
    found = findings.link_facts(about.connections, whole, ids, voice)
    return found if len(ids) > 1 or found["called"] or found["bearers"] else None


def _place_said(documents: Sequence[Facts], voice: Voice) -> str:
    """What the triangle shows; '' where no document has a place in it."""
    placed = sum(one["place"] is not None for one in documents)
    key = "place_said_one" if len(documents) == 1 else "place_said_few" if placed <= OUTLINES else "place_said_many"
    return str(voice.said[key]) if placed else ""


def _without_place(documents: Sequence[Facts], voice: Voice) -> str:
    number = sum(one["place"] is None for one in documents)
    if not number:
        return ""
    text: str = voice.said["place_few_one" if number == 1 else "place_few"].format(number=voice.figures.whole(number))
    return text


def sources(language: str) -> list[dict[str, str]]:
    """How each source is shown, in their order."""
    return [
        {
            "key": source.value,
            "letter": look.letter,
            "colour": look.colour,
            "ink": look.ink,
            "name": look.name,
            "short": look.short,
        }
        for source, look in looks(language).items()
    ]


def said_of(balance: Balance, voice: Voice) -> Facts:
    """A balance as a reader meets it: texts, and parts from 0 to 1 where something is drawn."""
    thin = is_thin(balance)
    shares = None if thin else balance.used_shares
    rounded = hundredths(shares)
    rows = []
    for source in Source:
        share = shares[source] if shares else None
        used, used_range = voice.count(balance.used[source])
        called, called_range = voice.count(balance.called_for[source])
        text, text_range = voice.percentage(share, rounded[source] if rounded else None)
        rows.append(
            {
                "source": source.value,
                "used": used,
                "used_range": used_range,
                "called": called,
                "called_range": called_range,
                "share": text,
                "share_range": text_range,
                "part": _three(share),
            }
        )
    return {
        "passages": voice.figures.whole(balance.passages),
        "number": balance.passages,
        "judged": balance.judged,
        "rows": rows,
        "bar": [rounded[source] for source in Source] if rounded else [],
        "coverage": _percentage_of(balance.coverage, "coverage_said", voice),
        "coverage_short": voice.percentage(balance.coverage),
        "combined": _percentage_of(balance.combined, "combined_said", voice),
        "evenness": _evenness(balance, voice),
        "called": sum(round(balance.called_for[source].value) for source in Source),
        "is_thin": thin,
        "doubts": doubts(balance, voice),
        "nothing": _nothing(balance, voice),
    }


def _nothing(balance: Balance, voice: Voice) -> str:
    """Why there are no shares; '' where there are."""
    if balance.used_shares is not None:
        return ""
    is_found = any(balance.found[Use.USED].values())
    return str(voice.said["no_passages" if not balance.passages else "few_said" if is_found else "nothing_said"])


def doubts(balance: Balance, voice: Voice) -> list[str]:
    """Why not to lean on a balance, beyond what holds of the model in every text (`hardly`)."""
    told = {TOO_LITTLE: "doubt_little", HARDLY_ANY: "doubt_hardly"}
    return [voice.said[told[doubt]] for doubt in balance.doubts if doubt in told]


def hardly(balance: Balance, voice: Voice) -> list[str]:
    """Which labels of the model say little: a line per use."""
    found: dict[Use, list[str]] = {}
    for doubt in balance.doubts:
        kind, _, what = doubt.partition(": ")
        if kind == HARDLY_SEPARATES:
            source, use = what.split(" ")
            found.setdefault(Use(use), []).append(voice.name(Source(source)))
    return [
        voice.said["doubt_separates"].format(names=voice.listed(names), use=voice.use(use))
        for use, names in found.items()
    ]


def document_facts(told: Told, about: About, voice: Voice) -> Facts:
    """What is said of one document, without its passages."""
    document = told.document
    has_place = told.balance.used_shares is not None and not is_thin(told.balance)
    return {
        "id": document.id,
        "name": quoted(told.name, _NAME),
        "link": about.links.get(document.id, ""),
        "properties": [value for value in told.properties.values() if value],
        "balance": said_of(told.balance, voice),
        "place": place(told.drawn, told.balance) if has_place else None,
        "heard": findings.heard_line(counted([told.mentions]), voice),
        "chapters": [
            {
                "heading": quoted(one.heading, _NAME) or voice.said["before_chapters"],
                "balance": said_of(one.balance, voice),
            }
            for one in (told.chapters if len(told.chapters) > 1 else ())
        ],
    }


def made(dossier: Dossier, about: About, voice: Voice) -> Facts:
    """The box that says how a report was made."""
    said = voice.said
    makers = sorted(
        {
            (one.made_with.version, one.made_with.model, one.made_with.language, one.made_with.settings)
            for one in dossier.documents
        }
    )
    lines = [
        said["made_with"].format(
            version=version, model=model, language=language, settings=settings, date=about.date[:10]
        )
        for version, model, language, settings in makers
    ]
    lines.append(said["method"].format(method=said["methods"][dossier.settings.balance.documents]))
    if told := _card_figures(about.card, {model for _, model, _, _ in makers}, voice):
        lines.append(said["made_model"].format(figures=told))
        if str(about.card.get("data", {}).get("provenance")).startswith(_BY_MODEL):
            lines.append(said["made_labels"])
    return {
        "lines": lines,
        "files": _files(dossier),
        "unread": _unread(dossier, voice),
        "hidden": [line for told in dossier.documents if (line := _hidden(told, voice))],
        "recognised": recognised_lines(dossier, voice),
        "same": [f"{quoted(one.path, _NAME)} = {quoted(one.same_as, _NAME)}" for one in about.duplicates],
        "settings": json.dumps(asdict(dossier.settings), indent=1),
        "failures": [(quoted(failure.path, _NAME), voice.failure(failure)) for failure in about.failures],
    }


def _unread(dossier: Dossier, voice: Voice) -> list[str]:
    """Per document the pages that were there but could not be read."""
    found = []
    for told in dossier.documents:
        pages = [page.number for page in told.document.pages if page.state in (PageState.SCANNED, PageState.GARBLED)]
        if pages:
            found.append(f"{quoted(told.name, _NAME)}: {voice.listed([str(page) for page in pages], 40)}")
    return found


def _hidden(told: Told, voice: Voice) -> str:
    """How many words of a document nobody sees, and on which pages; empty where there are none."""
    pages = {page.number: page.hidden for page in told.document.pages if page.hidden}
    if not pages:
        return ""
    words, numbers = voice.number_of(sum(pages.values()), "word"), voice.listed([str(number) for number in pages], 40)
    place = voice.said["hidden_page" if len(pages) == 1 else "hidden_pages"]
    return f"{quoted(told.name, _NAME)}: {place.format(words=words, pages=numbers)}"


def _files(dossier: Dossier) -> list[tuple[str, str]]:
    """The files and their hashes; without the folders that they all lie in, which are nobody else's business."""
    paths = [Path(one.document.path) for one in dossier.documents]
    shared = len(os.path.commonpath([path.parent.absolute() for path in paths])) if len(paths) > 1 else 0
    told = [str(path.absolute())[shared:].lstrip("/\\") if shared else path.name for path in paths]
    return [(name, one.document.id) for name, one in zip(told, dossier.documents, strict=True)]


def _card_figures(card: Mapping[str, Any], models: set[str], voice: Voice) -> str:
    if {card.get("id")} != models:
        return ""
    rates = card["cross_validated"]["passage"]
    number = voice.figures.number
    return ", ".join(f"{voice.name(source)} {number(rates[source.value]['used']['f1'])}" for source in Source)


def _lead(dossier: Dossier, about: About, voice: Voice) -> list[str]:
    said, number = voice.said, len(dossier.documents)
    read = [voice.number_of(sum(told.balance.passages for told in dossier.documents), "passage")]
    if pages := sum(pages_of(told) for told in dossier.documents):
        read.insert(0, voice.number_of(pages, "page"))
    if number == 1:
        lines = [said["lead_one"].format(name=quoted(dossier.documents[0].name, _NAME), read=voice.listed(read))]
    else:
        documents = voice.number_of(number, "document")
        lines = [said["lead"].format(documents=documents, read=voice.listed(read))]
    if about.failures:
        failed = "failed_one" if len(about.failures) == 1 else "failed"
        lines.append(said[failed].format(number=voice.figures.whole(len(about.failures))))
    return lines


def pages_of(told: Told) -> int:
    """How many pages a document has; 0 where its format has none."""
    return len(told.document.pages) if any(block.page is not None for block in told.document.blocks) else 0


def _groups(dossier: Dossier, voice: Voice) -> list[Facts]:
    """Per column its groups, each with the rates per source."""
    tables: dict[str, list[Facts]] = {}
    for one in dossier.groups:
        if one.column.casefold() not in ("", *COLUMNS):
            name = voice.said["unknown"] if one.group == UNKNOWN else one.group
            rows = [
                {
                    "rate": voice.percentage(rate_of(one.balance, source) if one.balance.passages else None),
                    "outcome": _outcome(one.more[source] if one.more else None, voice),
                }
                for source in Source
            ]
            told = {"name": name, "documents": one.documents, "rows": rows, "balance": said_of(one.balance, voice)}
            tables.setdefault(one.column, []).append(told)
    return [{"column": column, "groups": groups} for column, groups in tables.items()]


def _outcome(more: Estimate | None, voice: Voice) -> str:
    if more is None or more.low is None or more.high is None or more.low <= 0 <= more.high:
        return ""
    return str(voice.said["more" if more.low > 0 else "less"])


def _percentage_of(estimate: Estimate | None, key: str, voice: Voice) -> str:
    if estimate is None:
        return ""
    value, between = voice.percentage(estimate)
    text: str = voice.said[key].format(value=value, range=between)
    return text


def _evenness(balance: Balance, voice: Voice) -> str:
    told = balance.evenness
    if told is None:
        return ""
    between = voice.figures.range({"value": told.value, "low": told.low, "high": told.high})
    text: str = voice.said["evenness_said"].format(value=voice.figures.number(told.value), range=between)
    return text


def _three(estimate: Estimate | None) -> list[float] | None:
    """Value, low and high, from 0 to 1."""
    if estimate is None:
        return None
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    return [round(value, _DECIMALS) for value in (estimate.value, low, high)]
