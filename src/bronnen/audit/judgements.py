"""What people judged: rows of sheets against the plan, and one judgement per passage and source out of several.

Nothing is settled in silence. Where two people differ, a judgement that they made together decides, or nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bronnen.audit.plan import Plan, check_code, digest
from bronnen.errors import StoreError
from bronnen.formats.sheets import JUDGEMENTS, WORDS, Bad, JudgedRow, Sheet
from bronnen.records import Source, Unit, Use, Verdict
from bronnen.verdicts import labels_of

Uses = Mapping[Source, Use | None]
"""What was judged per source; None for 'looked at, not there'. A source that is not in it was not judged."""

_SHOWN = 12
_WORD = {use: word for word, use in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person said of one sampled passage."""

    number: int
    auditor: str
    uses: Uses
    date: str
    note: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts per number of a sampled passage, and in what people differed before that was settled."""

    uses: Mapping[int, Uses]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A passage and source that people judged differently; `said` per auditor."""

    number: int
    source: Source
    said: Mapping[str, Use | None]


def judgements(plan: Plan, plan_hash: str, sheet: Sheet) -> tuple[list[Judgement], Bad]:
    """The judgements on a sheet, and every row that is not as the plan has it; rows without a judgement give none.

    A sheet has each sampled passage once, with its text and code unchanged.
    """
    planned = {one.number: one for one in plan.sampled}
    names = sorted({row.auditor for row in sheet.rows if row.auditor})
    days = sorted({row.date for row in sheet.rows if row.date})
    bad: Bad = []
    found: list[Judgement] = []
    seen: set[int] = set()
    for row in sheet.rows:
        number = int(row.number) if row.number.isascii() and row.number.isdecimal() and len(row.number) < 9 else 0
        passage = planned.get(number)
        if passage is None:
            bad.append((row.row, "nr", f"'{row.number[:20]}' is no row of this plan"))
        elif number in seen:
            bad.append((row.row, "nr", f"{number} stands on the sheet twice"))
        elif row.code != check_code(plan_hash, passage):
            bad.append((row.row, "controle", "was changed, or is of a sheet of another plan"))
        elif digest(row.text) != passage.digest:
            bad.append((row.row, "tekst", "was changed"))
        elif row.uses and not row.auditor and len(names) != 1:
            bad.append((row.row, "beoordelaar", "does not say who judged this"))
        seen.add(number)
        if row.uses:
            found.append(_judgement(row, number, names, days))
    missing = sorted(number for number in planned if number not in seen and number is not None)
    bad += [(0, "nr", f"number {number} of the plan is missing") for number in missing]
    return found, bad


def settled(found: Iterable[Judgement], together: Iterable[Judgement] = ()) -> Settled:
    """What counts per passage and source: what people judged together, or what all who judged it said alike.

    Raises:
        StoreError: somebody judged a passage twice, and differently, what nobody differed about was settled
            differently, or something was settled in two ways.
    """
    by_number: dict[int, dict[Source, dict[str, Use | None]]] = {}
    for one in found:
        for source, use in one.uses.items():
            said = by_number.setdefault(one.number, {}).setdefault(source, {})
            if said.setdefault(one.auditor, use) is not use:
                raise StoreError(
                    f"{one.auditor} judged number {one.number} ({JUDGEMENTS[source]}) twice, and differently.",
                    "Give one sheet per person, or correct one of the two.",
                )
    decided: dict[tuple[int, Source], Use | None] = {}
    for one in together:
        for source, use in one.uses.items():
            if decided.setdefault((one.number, source), use) is not use:
                raise StoreError(
                    f"The settled sheets say two things of number {one.number} ({JUDGEMENTS[source]}).",
                    "Correct one of them.",
                )
    uses: dict[int, dict[Source, Use | None]] = {}
    differences: list[Difference] = []
    for number, sources in sorted(by_number.items()):
        for source, said in sources.items():
            if len(set(said.values())) > 1:
                differences.append(Difference(number, source, said))
            else:
                uses.setdefault(number, {})[source] = next(iter(said.values()))
    apart = {(one.number, one.source) for one in differences}
    for (number, source), use in decided.items():
        said_alike = uses.setdefault(number, {}).setdefault(source, use)
        if (number, source) not in apart and said_alike is not use:
            raise StoreError(
                f"The settled sheet says something else of number {number} ({JUDGEMENTS[source]}), on which nobody "
                "differed.",
                "Settle only what the judges differed about; who changes their mind corrects their own sheet.",
            )
    return Settled(uses, tuple(differences))


def refuse_open(plan: Plan, found: Settled) -> None:
    """Refuses judgements that leave a sampled passage open.

    Leaving such passages out would be wrong: what people skip is seldom a random part.

    Raises:
        StoreError: a sampled passage has no judgement for a source, or people differ about it.
    """
    left = [
        (one.number, source)
        for one in plan.sampled
        for source in Source
        if source not in found.uses.get(one.number or 0, {})
    ]
    differing = {(one.number, one.source): one for one in found.differences}
    apart = [differing[one] for one in left if one in differing]
    if apart:
        shown = "; ".join(_told(one) for one in apart[:_SHOWN])
        raise StoreError(
            f"The judges differ about {len(apart)} judgements: {shown}{_more(apart)}.",
            "Talk these through, fill in what you agree on in a new sheet (only these rows), and give that one with "
            "--settled.",
        )
    if left:
        numbers = sorted({number or 0 for number, _ in left})
        shown = ", ".join(_open(number, found.uses.get(number, {})) for number in numbers[:_SHOWN])
        raise StoreError(
            f"{len(numbers)} of {len(plan.sampled)} passages are not judged, or not for every source: "
            f"number {shown}{_more(numbers)}.",
            "Judge these too: without them the sample is no longer random. Several sheets may share the work.",
        )


def verdicts(plan: Plan, found: Iterable[Judgement], *, kind: str = "person") -> list[Verdict]:
    """The judgements as verdicts on passages, `by` = '<kind>:<auditor>'. The quote is empty: a plan holds no text.

    `at` is the day that the sheet tells, where it is one in ISO 8601, or else empty.
    """
    planned = {one.number: one for one in plan.sampled}
    return [
        Verdict(
            document_id=plan.documents[planned[one.number].document].id,
            start=planned[one.number].start,
            end=planned[one.number].end,
            page=None,
            unit=Unit.PASSAGE,
            judged=frozenset(one.uses),
            labels=labels_of({**one.uses}),
            quote="",
            by=f"{kind}:{one.auditor}",
            at=_time(one.date),
        )
        for one in found
    ]


def _judgement(row: JudgedRow, number: int, names: Sequence[str], days: Sequence[str]) -> Judgement:
    return Judgement(
        number=number,
        auditor=row.auditor or (names[0] if len(names) == 1 else ""),
        uses=row.uses,
        date=row.date or (days[0] if len(days) == 1 else ""),
        note=row.note,
    )


def _time(told: str) -> str:
    """A day in ISO 8601 or as a Dutch spreadsheet writes it (3-5-2026), as ISO 8601; empty where it is none."""
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(told[:10], form).date().isoformat()
        except ValueError:
            continue
    return ""


def _open(number: int, judged: Uses) -> str:
    """A number, and the columns that are empty where some are filled in."""
    columns = [JUDGEMENTS[source] for source in Source if source not in judged]
    return f"{number} ({', '.join(columns)})" if judged else str(number)


def _told(one: Difference) -> str:
    said = ", ".join(f"{auditor} {_WORD[use]}" for auditor, use in one.said.items())
    return f"number {one.number} ({JUDGEMENTS[one.source]}: {said})"


def _more(found: Sequence[object]) -> str:
    return f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
