"""What a report says of what was found: gaps, trends, links, who is heard, and the questions that these call up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bronnen.dossier import Dossier
from bronnen.dossier.gaps import Gap, Part, rate_of
from bronnen.dossier.trends import Trend
from bronnen.records import Source
from bronnen.report.voice import Facts, Voice

_MOST = 12  # lines of a list that are shown before the rest is folded away


def gap_facts(gaps: Sequence[Gap], looked_at: int, dossier: Dossier, voice: Voice) -> Facts:
    """The gaps as lines, those of groups and documents before those of chapters."""
    names = {told.document.id: told.document.name for told in dossier.documents}
    order = {Part.GROUP: 0, Part.DOCUMENT: 1, Part.CHAPTER: 2}
    lines = [gap_line(gap, names, voice) for gap in sorted(gaps, key=lambda gap: order[gap.part])]
    more = lines[_MOST:]
    return {
        "lead": voice.said["gaps_said"].format(number=voice.figures.whole(looked_at)),
        "lines": lines[:_MOST],
        "more": more,
        "more_title": voice.said["gaps_more"].format(number=voice.figures.whole(len(more))),
    }


def gap_line(gap: Gap, names: dict[str, str], voice: Voice) -> str:
    """One gap in words."""
    told = {
        "name": gap.name,
        "passages": voice.figures.whole(gap.passages),
        "high": _up(gap.rate.high),
        "others": "" if gap.others is None else str(round(100 * gap.others)),
        "source": "" if gap.source is None else voice.name(gap.source),
        "value": str(round(100 * gap.rate.value)),
        "range": voice.percentage(gap.rate)[1],
        "column": gap.column,
    }
    if gap.part is Part.GROUP:
        key = "gap_group"
    elif gap.part is Part.CHAPTER:
        key = "gap_chapter_none"
        told |= {"name": names[gap.document], "chapter": gap.name or voice.said["before_chapters"]}
    else:
        key = "gap_document_none" if gap.source is None else "gap_document_one"
    line: str = voice.said[key].format(**told)
    return line


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
                    "documents": point.documents,
                    "rates": [voice.percentage(rate_of(point.balance, source)) for source in Source],
                    "parts": [
                        [round(value, 4) for value in (rate.value, rate.low, rate.high) if value is not None]
                        for rate in (rate_of(point.balance, source) for source in Source)
                    ],
                }
                for point in trend.points
            ],
        }
        for trend in trends
    ]


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
        told = {"value": more.value, "low": more.low, "high": more.high}
        between = voice.figures.range({key: 100 * value for key, value in told.items()}, 0, sign=True)
        key = "trend_more" if more.low > 0 else "trend_less"
        lines.append(said[key].format(name=voice.name(source), range=between, **ends))
    return lines or [said["trend_none"].format(**ends)]


def _up(value: float | None) -> str:
    """A part as a whole percentage that it does not exceed; never 0."""
    return "" if value is None else str(max(1, math.ceil(100 * value - 1e-9)))
