"""Questions that open a conversation: which were written, and which fit what was found.

The questions are data (`configs/questions.toml`, or a file of the user's own). A finding calls up the questions of its
kind; which of them are asked is a matter of spread over roles and over the knobs of a knowledge culture, never of
chance, so that the same findings ask the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bronnen import toml
from bronnen.errors import UsageError
from bronnen.settings import resource

MOST = 500  # questions in a file
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
_SLOT = "{source}"


class Kind(StrEnum):
    """What can be found that calls up questions."""

    MISSING = "missing"  # more than almost none is ruled out
    PREVAILS = "prevails"  # one source is much more there than the others
    APART = "apart"  # sources stand in the text, and never together
    PROMISED = "promised"  # called for, not used
    ONE_BEARER = "one_bearer"  # one institute, panel or profession is behind most mentions
    BALANCED = "balanced"  # all are there, and combined
    LITTLE = "little"  # hardly anything is drawn on
    DOUBT = "doubt"  # the figures are uncertain
    CHANGED = "changed"  # over years or versions


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found: of which kind, about which source or key of a lens, and the fact in words."""

    kind: Kind
    source: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was written; `source`: asked only of findings about that one."""

    kind: Kind
    source: str | None
    role: str
    knob: str
    texts: Mapping[str, str]

    def fits(self, finding: Finding) -> bool:
        """Whether the finding calls it up; one with a place for a source needs a finding about a source."""
        about = finding.source if self.source is None else self.source
        named = finding.source is not None or not any(_SLOT in text for text in self.texts.values())
        return self.kind == finding.kind and about == finding.source and named


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a file, what its roles and knobs are called per language, and the names of its sources."""

    listed: tuple[Question, ...] = ()
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    knobs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question put to a reader, and the finding that called it up; `role` and `knob` are words for that reader."""

    text: str
    role: str
    knob: str
    finding: Finding


def read(sources: Mapping[str, Mapping[str, str]], path: Path | None = None) -> Questions:
    """The questions in a file; without one, those that come with bronnen.

    `sources`: what may be asked about, with its name per language (`taxonomy.names()`).

    Raises:
        UsageError: the file cannot be read, or something in it does not fit.
    """
    told = toml.read(path or resource("configs", "questions.toml"))
    told.only("roles", "knobs", "questions")
    return of(told, sources)


def of(told: toml.Told, sources: Mapping[str, Mapping[str, str]]) -> Questions:
    """The questions in a table of a file; roles and knobs that it does not name are those that come with bronnen."""
    found = told.tables("questions", MOST)
    if not found:
        return Questions(sources=sources)
    shipped = toml.read(resource("configs", "questions.toml"))
    roles, knobs = (_named(told if name in told.values else shipped, name) for name in ("roles", "knobs"))
    return Questions(tuple(_question(one, roles, knobs, sources) for one in found), roles, knobs, sources)


def chosen(
    found: Sequence[Finding], asked: Questions, *, role: str | None = None, most: int = 6, language: str = "nl"
) -> tuple[Asked, ...]:
    """At most so many questions that the findings call up, each question once, in the order of the findings.

    The findings take turns, the first first. At its turn a finding asks the question whose role, and then whose knob,
    was asked for least so far; of equals one about its very source, and then the first in the file. With a `role`, only
    questions for that role.

    Raises:
        UsageError: no question is for such a role.
    """
    if role is not None and asked.listed and role not in asked.roles:
        raise UsageError(f"No question is for '{toml.shown(role)}'.", f"Roles: {', '.join(asked.roles)}.")
    left = [question for question in asked.listed if role in (None, question.role)]
    roles: Counter[str] = Counter()
    knobs: Counter[str] = Counter()
    put: list[tuple[int, Question]] = []
    waiting = list(range(len(found)))
    while waiting and len(put) < most:
        for turn in waiting[:]:
            fitting = [question for question in left if question.fits(found[turn])]
            if not fitting or len(put) == most:
                waiting.remove(turn)
                continue
            best = min(fitting, key=lambda one: (roles[one.role], knobs[one.knob], one.source is None))
            left.remove(best)
            roles[best.role] += 1
            knobs[best.knob] += 1
            put.append((turn, best))
    put.sort(key=lambda one: one[0])  # stable: within a finding in the order of its turns
    return tuple(_asked(question, found[turn], asked, language) for turn, question in put)


def _asked(question: Question, finding: Finding, asked: Questions, language: str) -> Asked:
    name = asked.sources[finding.source][language] if finding.source else ""
    text = question.texts[language].replace(_SLOT, name)
    role, knob = asked.roles[question.role][language], asked.knobs[question.knob][language]
    return Asked(text[:1].upper() + text[1:], role, knob, finding)


def _named(told: toml.Told, name: str) -> dict[str, dict[str, str]]:
    table = told.table(name, most=20)
    return {key: table.languages(key) for key in table.values}


def _question(
    told: toml.Told,
    roles: Mapping[str, Mapping[str, str]],
    knobs: Mapping[str, Mapping[str, str]],
    sources: Mapping[str, Mapping[str, str]],
) -> Question:
    told.only("finding", "source", "role", "knob", *toml.LANGUAGES)
    texts = {language: told.text(language) for language in toml.LANGUAGES}
    for language, text in texts.items():
        other = [brace for brace in _BRACES.findall(text) if brace != _SLOT]
        if other:
            told.refuse(f"'{language}' holds {toml.shown(other[0])}; only {_SLOT} is filled in")
    return Question(
        kind=Kind(told.one_of("finding", tuple(Kind))),
        source=told.one_of("source", sources) if "source" in told.values else None,
        role=told.one_of("role", roles),
        knob=told.one_of("knob", knobs),
        texts=texts,
    )
