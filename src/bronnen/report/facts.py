"""What a report says: every rounding, order and turn of phrase, as plain values that a renderer only has to place.

Percentages are whole; the three shares of a text are rounded so that they are 100 together (largest remainder). A
figure never goes without its interval.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from bronnen.dossier import Dossier, Told
from bronnen.dossier.connections import Connections
from bronnen.dossier.gaps import Gap, rate_of
from bronnen.dossier.trends import Trend
from bronnen.groups import UNKNOWN
from bronnen.heard import Count, counted
from bronnen.quantify import HARDLY_ANY, TOO_LITTLE, Drawn
from bronnen.questions import Asked, Questions, chosen
from bronnen.records import Balance, Estimate, Failure, Source, Use
from bronnen.report import findings, talk
from bronnen.report.glass import Seen, lens_facts
from bronnen.report.voice import Facts, Voice
from bronnen.taxonomy import looks, use_name

_REGION = 5.991  # the 95% point of chi-square with two degrees of freedom
_CORNERS = 28  # of the outline of a region
_DECIMALS = 4
ON_PAGE, IN_BRIEF = 9, 4  # questions


@dataclass(frozen=True, slots=True)
class About:
    """What goes with a dossier: where its files are, how it came about, and what went wrong.

    `links` holds a link to the file of a document, by its id, where there is one. `card` is that of the model, empty
    where it is not at hand. `date` is that of the scan.
    """

    date: str = ""
    failures: Sequence[Failure] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    trends: Sequence[Trend] = ()
    gaps: Sequence[Gap] = ()
    looked_at: int = 0  # texts that had enough in them to show a gap
    connections: Connections | None = None
    whole: Dossier | None = None  # all documents of the scan, where only one of them is reported
    questions: Questions = field(default_factory=Questions)
    seen: Seen | None = None  # through a lens


def facts(dossier: Dossier, about: About, language: str = "nl") -> Facts:
    """All that the report of a dossier of one document or more says."""
    voice = Voice(language)
    documents = [document_facts(told, about, voice) for told in dossier.documents]
    ids = {told.document.id for told in dossier.documents}
    counts = counted(told.mentions for told in dossier.documents)
    found = {
        "language": language,
        "said": voice.said,
        "sources": sources(language),
        "looks": {source.value: look for source, look in looks(language).items()},
        "letters": {source.value: look.letter for source, look in looks(language).items()},
        "uses": {use.value: use_name(use, language) for use in Use},
        "title": voice.said["title_one" if len(dossier.documents) == 1 else "title_many"],
        "lead": _lead(dossier, about, voice),
        "together": said_of(_together(dossier), voice),
        "documents": documents,
        "without_place": _without_place(documents, voice),
        "groups": _groups(dossier, voice),
        "trends": findings.trend_facts(about.trends, voice),
        "gaps": findings.gap_facts(about.gaps, about.looked_at, dossier, voice),
        "links": findings.link_facts(about.connections, about.whole or dossier, ids, voice)
        if about.connections
        else None,
        "heard": findings.heard_facts(counts, voice),
        "lens": lens_facts(about.seen, dossier, voice) if about.seen else None,
        "talk": talk.talk_facts(asked(_together(dossier), counts, about, voice, ON_PAGE)),
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
        ("samen", said["together" if several else "together_one"], found["together"]),
        ("plaats", said["place" if several else "place_one"], found["documents"]),
        ("documenten", said["documents"], several),
        ("groepen", said["groups"], found["groups"]),
        ("tijd", said["trends"], found["trends"]),
        ("lacunes", said["gaps"], found["gaps"] is not None),
        ("verbinden", said["links"], found["links"] is not None),
        ("wie", said["heard"], found["heard"] is not None),
        ("bril", found["lens"]["title"] if found["lens"] else "", found["lens"]),
        ("passages", said["detail"], found["documents"]),
        ("gesprek", said["talk"], found["talk"]),
        ("gemaakt", said["made"], True),
    ]
    return [(name, title) for name, title, is_there in parts if is_there]


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
    rounded = hundredths(balance.used_shares)
    rows = []
    for source in Source:
        share = balance.used_shares[source] if balance.used_shares else None
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
        "is_thin": bool({TOO_LITTLE, HARDLY_ANY} & set(balance.doubts)),
        "doubts": doubts(balance, voice),
        "nothing": voice.said["no_passages" if not balance.passages else "nothing_said"]
        if balance.used_shares is None
        else "",
    }


def hundredths(shares: Mapping[Source, Estimate] | None) -> dict[Source, int] | None:
    """Shares as whole percentages that are 100 together: those with the largest remainders are rounded up."""
    if not shares:
        return None
    floors = {source: math.floor(100 * shares[source].value) for source in Source}
    left = 100 - sum(floors.values())
    by_remainder = sorted(Source, key=lambda source: (floors[source] - 100 * shares[source].value, source))
    return {source: floors[source] + (source in by_remainder[:left]) for source in Source}


def doubts(balance: Balance, voice: Voice, *, of_model: bool = False) -> list[str]:
    """Why not to lean on a balance; what holds of the model in every text only with `of_model`."""
    said = []
    for doubt in balance.doubts:
        if doubt == TOO_LITTLE:
            said.append(voice.said["doubt_little"])
        elif doubt == HARDLY_ANY:
            said.append(voice.said["doubt_hardly"])
        elif doubt.startswith("hardly separates: "):
            source, use = doubt.removeprefix("hardly separates: ").split(" ")
            if of_model:
                name = voice.name(Source(source))
                said.append(voice.said["doubt_separates"].format(name=name, use=use_name(Use(use), voice.language)))
        else:
            said.append(voice.said["doubt_older"])
    return said


def document_facts(told: Told, about: About, voice: Voice) -> Facts:
    """What is said of one document, without its passages."""
    document = told.document
    has_place = told.balance.used_shares is not None and not {TOO_LITTLE, HARDLY_ANY} & set(told.balance.doubts)
    return {
        "id": document.id,
        "name": document.name,
        "link": about.links.get(document.id, ""),
        "pages": len(document.pages),
        "properties": [value for value in told.properties.values() if value],
        "balance": said_of(told.balance, voice),
        "place": place(told.drawn, told.balance) if has_place else None,
        "heard": findings.heard_line(counted([told.mentions]), voice),
        "chapters": [
            {"heading": one.heading or voice.said["before_chapters"], "balance": said_of(one.balance, voice)}
            for one in (told.chapters if len(told.chapters) > 1 else ())
        ],
    }


def place(drawn: Drawn, balance: Balance) -> Facts:
    """Where a document stands between the three sources, and the outline of its margin; parts from 0 to 1.

    The outline is the ellipse that holds 95% of a normal cloud with the mean and covariance of the draws, in the plane
    of the triangle, cut off at its sides.
    """
    assert balance.used_shares is not None
    shares = [balance.used_shares[source].value for source in Source]
    used = drawn.counts[:, :3][drawn.counts[:, :3].sum(axis=1) > 0]
    flat = _flat(used / used.sum(axis=1, keepdims=True))
    values, axes = np.linalg.eigh(np.cov(flat.T) + 1e-9 * np.eye(2))
    turns = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    circle = np.stack([np.cos(turns), np.sin(turns)])
    outline = flat.mean(axis=0) + (axes @ (np.sqrt(_REGION * values)[:, None] * circle)).T
    corners = _unflat(outline)
    corners = np.clip(corners, 0, None)
    corners /= corners.sum(axis=1, keepdims=True)
    return {"shares": [round(value, _DECIMALS) for value in shares], "outline": np.round(corners, 3).tolist()}


_TRIANGLE = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, math.sqrt(3) / 2]])  # the corners, in the order of `Source`


def _flat(shares: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(shares @ _TRIANGLE)


def _unflat(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    third = points[:, 1] / _TRIANGLE[2, 1]
    second = points[:, 0] - 0.5 * third
    return np.stack([1 - second - third, second, third], axis=1)


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
    lines += doubts(_together(dossier), voice, of_model=True)
    return {
        "lines": lines,
        "files": [(one.document.path, one.document.id) for one in dossier.documents],
        "settings": json.dumps(asdict(dossier.settings), indent=1),
        "failures": [(failure.path, failure.message) for failure in about.failures],
    }


def _card_figures(card: Mapping[str, Any], models: set[str], voice: Voice) -> str:
    if {card.get("id")} != models:
        return ""
    rates = card["cross_validated"]["passage"]
    number = voice.figures.number
    return ", ".join(f"{voice.name(source)} {number(rates[source.value]['used']['f1'])}" for source in Source)


def _lead(dossier: Dossier, about: About, voice: Voice) -> list[str]:
    said, whole = voice.said, voice.figures.whole
    pages = whole(sum(len(told.document.pages) for told in dossier.documents))
    passages = whole(sum(told.balance.passages for told in dossier.documents))
    number = len(dossier.documents)
    if number == 1:
        lines = [said["lead_one"].format(name=dossier.documents[0].document.name, pages=pages, passages=passages)]
    else:
        documents = said["documents_of"].format(number=whole(number))
        lines = [said["lead"].format(documents=documents, pages=pages, passages=passages)]
    if about.failures:
        failed = "failed_one" if len(about.failures) == 1 else "failed"
        lines.append(said[failed].format(number=whole(len(about.failures))))
    return lines


def _groups(dossier: Dossier, voice: Voice) -> list[Facts]:
    """Per column its groups, each with the rates per source."""
    tables: dict[str, list[Facts]] = {}
    for one in dossier.groups:
        if one.column:
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
