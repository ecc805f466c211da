"""From figures to what calls up reflection questions: findings that a reader can check, each in a sentence.

A finding is only there when its interval leaves no doubt; what is uncertain is a finding of its own (`DOUBT`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bronnen.dossier.gaps import ENOUGH, NONE_AT_ALL, rate_of
from bronnen.dossier.trends import Trend
from bronnen.heard import Count
from bronnen.heard.bearers import Bearing, is_named
from bronnen.quantify import is_thin
from bronnen.questions import Asked, Finding, Kind
from bronnen.records import Balance, Estimate, Source, Use
from bronnen.report.voice import Facts, Voice

_LACKS = 0.02  # where the interval of a source's rate must end for it to be missing
_PREVAILS = 0.6  # where the interval of a share must begin for its source to prevail
_APART = 0.1  # where the interval of `combined` must end for sources to stand apart
_SPEAK = 10  # passages that use a source, from which it says something that they never meet
_EVEN, _TOGETHER = 0.7, 0.1  # where the intervals of evenness and combined must begin for a balance of all three
_ONE = 0.5  # of the times that anybody is named, the part that one name surely has
_NAMED = 10  # such times, at least
_Z = 1.96  # of a 95% interval
_WIDE = 0.5  # width of the interval of a share from which the division is unsure


def findings(balance: Balance, counts: Sequence[Count], trends: Sequence[Trend], voice: Voice) -> list[Finding]:
    """What was found in a text, or in all texts together, that is worth talking about."""
    return [
        *_of_sources(balance, voice),
        *_of_whole(balance, voice),
        *_of_bearers(counts, voice),
        *_of_trends(trends, voice),
    ]


def talk_facts(asked: Sequence[Asked], voice: Voice) -> list[Facts]:
    """The questions per role, in the order in which the roles first come up."""
    roles = dict.fromkeys(one.role for one in asked)
    return [
        {
            "role": role,
            "questions": [
                {"question": one.text, "because": one.finding.words, "knob": voice.said["knob"].format(knob=one.knob)}
                for one in asked
                if one.role == role
            ],
        }
        for role in roles
    ]


def _of_sources(balance: Balance, voice: Voice) -> Iterator[Finding]:
    said = voice.said
    if balance.passages < ENOUGH:
        return
    is_little = _high(balance.coverage) <= NONE_AT_ALL
    for source in Source:
        name = voice.name(source)
        rate, called = rate_of(balance, source), balance.called_for[source]
        used, asked = balance.found[Use.USED][source], balance.found[Use.CALLED_FOR][source]
        share = balance.used_shares[source] if balance.used_shares else None
        if asked and not used and _low(called) >= 1:
            count, between = voice.count(called)
            words = said["found_promised"].format(name=name, count=count, range=between)
            yield Finding(Kind.PROMISED, source.value, words)
        elif not is_little and not used and _high(rate) <= _LACKS:
            high = voice.percentage(rate)[1].rpartition("–")[2]
            yield Finding(
                Kind.MISSING,
                source.value,
                said["found_missing"].format(name=name, high=high, all=voice.number_of(balance.passages, "passage")),
            )
        if share is not None and not is_thin(balance) and _low(share) >= _PREVAILS:
            value, between = voice.percentage(share)
            yield Finding(
                Kind.PREVAILS, source.value, said["found_prevails"].format(name=name, value=value, range=between)
            )


def _of_whole(balance: Balance, voice: Voice) -> Iterator[Finding]:
    said, combined, evenness = voice.said, balance.combined, balance.evenness
    if balance.passages >= ENOUGH and _high(balance.coverage) <= NONE_AT_ALL:
        value, between = voice.percentage(balance.coverage)
        yield Finding(Kind.LITTLE, None, said["found_little"].format(value=value, range=between))
    speaking = sum(balance.used[source].value for source in Source)
    several = sum(balance.used[source].value >= 1 for source in Source) > 1
    if several and speaking >= _SPEAK and _high(combined) <= _APART:
        value, between = voice.percentage(combined)
        yield Finding(Kind.APART, None, said["found_apart"].format(value=value, range=between))
    if not is_thin(balance) and _low(evenness) >= _EVEN and _low(combined) >= _TOGETHER:
        value, between = voice.percentage(combined)
        yield Finding(Kind.BALANCED, None, said["found_balanced"].format(value=value, range=between))
    if _high(balance.coverage) > NONE_AT_ALL and (is_thin(balance) or _widest(balance) >= _WIDE):
        yield Finding(Kind.DOUBT, None, said["found_thin" if is_thin(balance) else "found_doubt"])


def _of_bearers(counts: Sequence[Count], voice: Voice) -> Iterator[Finding]:
    """Per source one name that is in most of the passages in which anyone is named."""
    for source in Source:
        heard = (one for one in counts if one.source is source and one.use is Use.USED)
        named = [one for one in heard if one.kind is not Bearing.STUDY and is_named(one.name, one.kind)]
        total = sum(one.passages for one in named)
        top = max(named, key=lambda one: one.passages, default=None)
        if top is not None and total >= _NAMED and _at_least(top.passages, total) >= _ONE:
            words = voice.said["found_one"].format(
                bearer=top.name, name=voice.name(source), count=top.passages, all=total
            )
            yield Finding(Kind.ONE_BEARER, source.value, words)


def _of_trends(trends: Sequence[Trend], voice: Voice) -> Iterator[Finding]:
    for trend in trends:
        for source, more in (trend.more or {}).items():
            if more.low is not None and more.high is not None and not more.low <= 0 <= more.high:
                key = "found_more" if more.low > 0 else "found_less"
                ends = {"first": trend.points[0].name, "last": trend.points[-1].name}
                yield Finding(Kind.CHANGED, source.value, voice.said[key].format(name=voice.name(source), **ends))


def _at_least(cases: int, of: int) -> float:
    """The lower end of Wilson's 95% interval of a share (E.B. Wilson, 1927, J. Am. Stat. Assoc. 22, 209-212)."""
    share, square = cases / of, _Z * _Z
    middle = share + square / (2 * of)
    return float((middle - _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))) / (1 + square / of))


def _low(estimate: Estimate | None) -> float:
    """The lower end of an interval; 0 where there is none."""
    return 0.0 if estimate is None or estimate.low is None else estimate.low


def _high(estimate: Estimate | None) -> float:
    """The upper end of an interval; 1 where there is none."""
    return 1.0 if estimate is None or estimate.high is None else estimate.high


def _widest(balance: Balance) -> float:
    ends = ((one.low, one.high) for one in (balance.used_shares or {}).values())
    return max((high - low for low, high in ends if low is not None and high is not None), default=0.0)
