"""The plan of an audit: which passages there are, what the model says of each, and which were drawn.

It is all that an estimate needs besides the judgements, and holds no text: of the sampled passages a digest, so that
a sheet on which the text was changed is noticed. Its values go through JSON (`values_of`, `plan_of`).
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bronnen.audit.estimate import Floats, Ints
from bronnen.audit.sampling import LEAST, draw, sized, strata
from bronnen.errors import StoreError, UsageError
from bronnen.records import Labels, MadeWith, Source, Use

FORMAT = 1
MOST_PASSAGES = 1_000_000
_DECIMALS = 6
_TEXT = 32_000  # characters that a digest looks at: a spreadsheet's cell holds no more
_HIDDEN = {"Cc", "Cf", "Cs", "Co"}
_PROTECTING = re.compile(r"(?:^|(?<=[;\t]))'(?=[=+\-@\t\r'])")
_LETTERS = {Source.EXPERIENTIAL: "E", Source.PROFESSIONAL: "P", Source.SCIENTIFIC: "W"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A counted passage. `scores` are six probabilities, source by source, `used` before `called_for`.

    `number` is its place on the sheet, from 1, and `digest` that of its text; both None where it was not drawn.
    """

    document: int  # index in `Plan.documents`
    start: int
    end: int
    labels: Labels  # the model's
    scores: tuple[float, ...]
    stratum: int
    number: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document of the population. `path` as it was given to the scan."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan. `left_out`: files of the scan of which nothing is in the population, for they could not be read."""

    version: str  # of the bronnen that made the plan
    made_with: MadeWith  # what made the analyses
    seed: int
    margin: float | None  # the wanted half-width; None where a size was asked for
    expected: Mapping[Source, float]  # half-widths of `used` where the scores are as good as they say
    documents: tuple[PlannedDocument, ...]
    strata: tuple[str, ...]
    passages: tuple[Planned, ...]
    left_out: int

    @property
    def sampled(self) -> list[Planned]:
        """The drawn passages in the order of the sheet."""
        return sorted((one for one in self.passages if one.number is not None), key=lambda one: one.number or 0)


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted passage as a scan left it: what the model said of it, and its text."""

    document: int
    start: int
    end: int
    labels: Labels
    scores: tuple[float, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a sample is drawn from."""

    made_with: MadeWith
    documents: tuple[PlannedDocument, ...]
    passages: tuple[Counted, ...]
    left_out: int


def planned(frame: Frame, seed: int, version: str, *, size: int | None = None, margin: float | None = None) -> Plan:
    """A plan for a sample of `size` passages, or one that should reach `margin` for the worst of the sources.

    The same frame, seed and wish give the same plan.

    Raises:
        UsageError: there is nothing to draw from, or the sample is too small to draw from every stratum.
    """
    if not frame.passages:
        raise UsageError("There is no passage to audit.", "Scan documents with text first.")
    names, stratum = strata([_key(one.labels) for one in frame.passages])
    least = int(np.minimum(np.bincount(stratum), LEAST).sum())
    if size is not None and size < least:
        raise UsageError(f"--size {size} is too small.", f"Give at least {least}: {LEAST} from each stratum.")
    scores = np.array([one.scores for one in frame.passages])
    used = scores[:, [label for label, (_, use) in enumerate(LABELS) if use is Use.USED]]
    sizing = sized(used, stratum, size=size, margin=margin)
    places = draw(stratum, sizing.sizes, np.random.default_rng(seed))
    numbers = {int(place): number for number, place in enumerate(places, start=1)}
    return Plan(
        version=version,
        made_with=frame.made_with,
        seed=seed,
        margin=margin,
        expected={source: round(float(half), _DECIMALS) for source, half in zip(Source, sizing.margins, strict=True)},
        documents=frame.documents,
        strata=tuple(names),
        passages=tuple(
            Planned(
                *(one.document, one.start, one.end, one.labels),
                scores=tuple(round(score, _DECIMALS) for score in one.scores),
                stratum=int(stratum[place]),
                number=numbers.get(place),
                digest=digest(one.text) if place in numbers else None,
            )
            for place, one in enumerate(frame.passages)
        ),
        left_out=frame.left_out,
    )


LABELS = tuple((source, use) for source in Source for use in Use)
"""The order of `Planned.scores`."""


def shown(text: str) -> str:
    """A text as a sheet shows it: on one line, without characters that do not show, at most as long as a cell."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(one for one in line if unicodedata.category(one) not in _HIDDEN)[:_TEXT]


def digest(text: str) -> str:
    """Sixteen hexadecimal digits of a text, the same for all that a spreadsheet may make of it.

    >>> digest("Uit  onderzoek\\nblijkt") == digest("Uit onderzoek blijkt") != digest("Uit onderzoek bleek")
    True
    """
    plain = _PROTECTING.sub("", shown(text)).lstrip("'")
    return hashlib.sha256(" ".join(plain.split()).encode("utf-8", "replace")).hexdigest()[:16]


def check_code(plan_hash: str, passage: Planned) -> str:
    """What ties a row of a sheet to its plan; the letter in front keeps a spreadsheet from taking it for a number."""
    told = f"{plan_hash} {passage.number} {passage.digest}"
    return "c" + hashlib.sha256(told.encode()).hexdigest()[:12]


def stratum_of(plan: Plan) -> Ints:
    return np.array([one.stratum for one in plan.passages], dtype=np.int64)


def scores_of(plan: Plan) -> Floats:
    """Shape (passages, 6), columns in the order of `LABELS`."""
    return np.array([one.scores for one in plan.passages], dtype=np.float64)


def _key(labels: Labels) -> str:
    return " + ".join(_LETTERS[source] for source in Source if labels.get(source) is Use.USED)


# ----------------------------------------------------------------------------------------------------------- values


def values_of(plan: Plan) -> dict[str, Any]:
    """The plan as plain values, for JSON."""
    populations = np.bincount(stratum_of(plan), minlength=len(plan.strata))
    drawn = np.bincount([one.stratum for one in plan.sampled], minlength=len(plan.strata))
    return {
        "format": FORMAT,
        "kind": "audit plan",
        "version": plan.version,
        "made_with": {
            "version": plan.made_with.version,
            "settings": plan.made_with.settings,
            "model": plan.made_with.model,
            "language": plan.made_with.language,
        },
        "seed": plan.seed,
        "margin": plan.margin,
        "expected": {source.value: half for source, half in plan.expected.items()},
        "left_out": plan.left_out,
        "documents": [{"id": one.id, "name": one.name, "path": one.path} for one in plan.documents],
        "strata": [
            {"name": name, "passages": int(populations[at]), "sample": int(drawn[at])}
            for at, name in enumerate(plan.strata)
        ],
        "passages": [_passage_values(one) for one in plan.passages],
    }


def _passage_values(one: Planned) -> dict[str, Any]:
    values: dict[str, Any] = {
        "document": one.document,
        "start": one.start,
        "end": one.end,
        "stratum": one.stratum,
        "labels": {source.value: one.labels[source].value for source in Source if source in one.labels},
        "scores": list(one.scores),
    }
    if one.number is not None:
        values |= {"number": one.number, "digest": one.digest}
    return values


def plan_of(values: Mapping[str, Any], name: str) -> Plan:
    """The plan in plain values, all of them checked; `name` is what a message calls it.

    Raises:
        StoreError: a value does not fit.
    """
    try:
        if values["format"] != FORMAT or values["kind"] != "audit plan":
            raise ValueError("it is of another format")
        made = values["made_with"]
        plan = Plan(
            version=_text(values["version"]),
            made_with=MadeWith(*(_text(made[part]) for part in ("version", "settings", "model", "language"))),
            seed=_whole(values["seed"]),
            margin=None if values["margin"] is None else _share(values["margin"]),
            expected={source: _share(values["expected"][source]) for source in Source},
            documents=tuple(
                PlannedDocument(_text(one["id"]), _text(one["name"]), _text(one["path"])) for one in values["documents"]
            ),
            strata=tuple(_text(one["name"]) for one in values["strata"]),
            passages=tuple(_planned(one) for one in _listed(values["passages"])),
            left_out=_whole(values["left_out"]),
        )
        _check(plan, values["strata"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        said = " ".join(str(error).split())[:120]
        raise StoreError(
            f"{name} is no audit plan that this bronnen can read ({type(error).__name__}: {said}).",
            "Use the file that `bronnen audit plan` wrote, as it was written.",
        ) from error
    return plan


def _planned(one: Mapping[str, Any]) -> Planned:
    scores = tuple(_share(score) for score in _listed(one["scores"]))
    if len(scores) != len(LABELS):
        raise ValueError(f"{len(scores)} scores")
    return Planned(
        document=_whole(one["document"]),
        start=_whole(one["start"]),
        end=_whole(one["end"]),
        labels={Source(source): Use(use) for source, use in one["labels"].items()},
        scores=scores,
        stratum=_whole(one["stratum"]),
        number=_whole(one["number"]) if "number" in one else None,
        digest=_text(one["digest"]) if "number" in one else None,
    )


def _check(plan: Plan, told: Sequence[Mapping[str, Any]]) -> None:
    """What must hold between the parts of a plan, or no estimate from it means anything."""
    if not plan.passages:
        raise ValueError("it has no passages")
    if any(one.document >= len(plan.documents) or one.stratum >= len(plan.strata) for one in plan.passages):
        raise ValueError("a passage is of a document or stratum that is not there")
    if any(one.start >= one.end for one in plan.passages):
        raise ValueError("a passage has no length")
    if len({(one.document, one.start, one.end) for one in plan.passages}) < len(plan.passages):
        raise ValueError("a passage stands in it twice")
    numbers = [one.number for one in plan.sampled]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("the numbers of the sampled passages have gaps")
    populations = np.bincount(stratum_of(plan), minlength=len(plan.strata))
    drawn = np.bincount([one.stratum for one in plan.sampled], minlength=len(plan.strata))
    if [(one["passages"], one["sample"]) for one in told] != list(zip(populations, drawn, strict=True)):
        raise ValueError("the sizes of the strata are not those of their passages")
    if (drawn < np.minimum(populations, LEAST)).any() or (populations < 1).any():
        raise ValueError("a stratum has too few sampled passages")


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 4096:
        raise ValueError(f"{value!r:.40} is no text")
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{value!r:.40} is no number")
    return value


def _share(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= 1:  # type: ignore[arg-type,operator]
        raise ValueError(f"{value!r:.40} is no share")
    return float(value)  # type: ignore[arg-type]


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_PASSAGES:
        raise ValueError(f"{value!r:.40} is no list")
    return value
