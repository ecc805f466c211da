"""What a report says of what was found: gaps, trends, links, who is heard, and the questions that these call up."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from bronnen.dossier import Dossier
from bronnen.dossier.connections import Connections
from bronnen.dossier.gaps import Gap, Part, is_by_kind, rate_of
from bronnen.dossier.trends import Trend
from bronnen.heard import Count
from bronnen.heard.bearers import is_named
from bronnen.records import Source, Use, page_at
from bronnen.report.voice import Facts, Voice, quoted

_MOST_HEARD = 10  # names per source, of each sort
_MOST_LINKS = 12
_MOST = 12  # lines of a list that are shown before the rest is folded away


def gap_facts(gaps: Sequence[Gap], looked_at: int, dossier: Dossier, voice: Voice) -> Facts:
    """The gaps as lines, those of groups and documents before those of chapters."""
    names = {told.document.id: told.name for told in dossier.documents}
    order = {Part.GROUP: 0, Part.DOCUMENT: 1, Part.CHAPTER: 2}
    lines = [gap_line(gap, names, voice) for gap in sorted(gaps, key=lambda gap: order[gap.part])]
    more = lines[_MOST:]
    others = voice.said["comparable" if is_by_kind(dossier) else "others"]
    return {
        "lead": voice.said["gaps_said"].format(texts=voice.number_of(looked_at, "text"), others=others),
        "lines": lines[:_MOST],
        "none": voice.said["gaps_none" if looked_at else "gaps_short"],
        "more": more,
        "more_title": voice.said["gaps_more"].format(number=voice.figures.whole(len(more))),
    }


def gap_line(gap: Gap, names: Mapping[str, str], voice: Voice) -> str:
    """One gap in words."""
    told = {
        "name": gap.name,
        "passages": voice.number_of(gap.passages, "passage"),
        "high": _up(gap.rate.high),
        "users": voice.figures.whole(gap.users),
        "others": voice.figures.whole(gap.others),
        "source": "" if gap.source is None else voice.name(gap.source),
        "column": gap.column,
    }
    if gap.part is Part.GROUP:
        key = "gap_group"
    elif gap.part is Part.CHAPTER:
        key = "gap_chapter_none"
        told |= {"name": names[gap.document], "chapter": gap.name or voice.said["before_chapters"]}
    else:
        key = "gap_document_none" if gap.source is None else "gap_document_one"
    return quoted(voice.said[key].format(**told))


def trend_facts(trends: Sequence[Trend], voice: Voice) -> list[Facts]:
    """The trends with their points as texts and as parts from 0 to 1."""
    return [
        {
            "title": voice.said["trends_series"].format(series=trend.series)
            if trend.series
            else voice.said["trends_years"],
            "lines": _moved(trend, voice),
            "points": [
                {
                    "name": point.name,
                    "at": int(point.name) if not trend.series else number,
                    "documents": point.documents,
                    "rates": [voice.percentage(rate_of(point.balance, source)) for source in Source],
                    "parts": [
                        [round(value, 4) for value in (rate.value, rate.low, rate.high) if value is not None]
                        for rate in (rate_of(point.balance, source) for source in Source)
                    ],
                }
                for number, point in enumerate(trend.points)
            ],
        }
        for trend in trends
    ]


def heard_facts(counts: Sequence[Count], voice: Voice) -> list[Facts]:
    """Who is heard, per source, those of most documents and passages first."""
    found = []
    for source in Source:
        heard = [one for one in counts if one.source is source and one.use is Use.USED]
        named = [one for one in heard if is_named(one.name, one.kind)]
        others = [one for one in heard if not is_named(one.name, one.kind)]
        parts = [
            _heard(part, title, voice) for part, title in ((named, "heard_named"), (others, "heard_others")) if part
        ]
        found.append({"source": source.value, "name": voice.name(source), "parts": parts})
    return found if any(column["parts"] for column in found) else []


def _heard(counts: Sequence[Count], title: str, voice: Voice) -> Facts:
    more = len(counts) - _MOST_HEARD
    return {
        "title": voice.said[title],
        "bearers": [
            {"name": one.name, "documents": one.documents, "passages": one.passages} for one in counts[:_MOST_HEARD]
        ],
        "more": voice.said["heard_more"].format(number=voice.figures.whole(more)) if more > 0 else "",
    }


def heard_line(counts: Sequence[Count], voice: Voice) -> list[Facts]:
    """Who is heard in one document: a line per source."""
    found = []
    for number, source in enumerate(Source):
        heard = [one for one in counts if one.source is source and one.use is Use.USED]
        if heard:
            heard.sort(key=lambda one: not is_named(one.name, one.kind))
            names = [f"{one.name} ({one.passages})" for one in heard]
            found.append({"source": number, "names": voice.listed(names, _MOST_HEARD)})
    return found


def link_facts(found: Connections, whole: Dossier, of: Collection[str], voice: Voice) -> Facts:
    """Documents that could help each other, each link with the passages on both sides.

    `whole` has all documents, `of` are those that are reported: at least one end of a link is.
    """
    told = {one.document.id: one for one in whole.documents}

    def quote(document_id: str, start: int, end: int) -> Facts:
        document = told[document_id].document
        page = page_at(document, start)
        place = f", {voice.said['page'].format(page=page.number)}" if page else ""
        return {"text": quoted(document.text[start:end]), "where": f"{told[document_id].name}{place}"}

    called = [
        {
            "line": voice.said["link_called"].format(
                one=told[link.first.document].name,
                other=told[link.second.document].name,
                words=voice.listed(list(link.words)),
            ),
            "quotes": [quote(one.document, one.start, one.end) for one in (link.first, link.second)],
        }
        for link in found.asked
        if link.first.document in of or link.second.document in of
    ]
    ends = {(key, each.passage.start): each.passage.end for key, one in told.items() for each in one.passages}
    bearers = [
        {
            "line": voice.said["link_bearers"].format(
                one=told[link.first].name,
                other=told[link.second].name,
                bearers=voice.listed([one.name for one in link.shared]),
            ),
            "quotes": [
                quote(document, start, ends[document, start])
                for shared in link.shared[:1]
                for document, start in ((link.first, shared.first[0]), (link.second, shared.second[0]))
            ],
        }
        for link in found.resting
        if link.first in of or link.second in of
    ]
    return {"called": called[:_MOST_LINKS], "bearers": bearers[:_MOST_LINKS]}


def _moved(trend: Trend, voice: Voice) -> list[str]:
    """What is shown to have changed between the first and the last point."""
    said = voice.said
    ends = {"first": trend.points[0].name, "last": trend.points[-1].name}
    if trend.more is None:
        return [said["trend_few"].format(**ends)]
    lines = []
    for source, more in trend.more.items():
        if more.low is None or more.high is None or more.low <= 0 <= more.high:
            continue
        low, high = sorted(abs(round(100 * end)) for end in (more.low, more.high))
        if not low:
            continue  # as it would be written, its margin begins at nothing
        key = "trend_more" if more.low > 0 else "trend_less"
        lines.append(_opened(said[key].format(name=voice.name(source), low=low, high=high, **ends)))
    return lines or [said["trend_none"].format(**ends)]


def _up(value: float | None) -> str:
    """A part as a whole percentage that it does not exceed; never 0."""
    return "" if value is None else str(max(1, math.ceil(100 * value - 1e-9)))


def _opened(text: str) -> str:
    """The sentence with a capital."""
    return text[:1].upper() + text[1:]
