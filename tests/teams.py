"""Stores in which people labelled documents, for tests of what a model may learn from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from factories import E, P, W, analysis, verdict

from bronnen.corpus import is_kept_apart
from bronnen.records import Analysis, Labels, Source, Unit, Use, Verdict
from bronnen.settings import Settings
from bronnen.store import Store

SUBJECTS = ("zorg", "groen", "vervoer", "jeugdhulp", "opvang", "sport", "water", "wonen", "geluid", "armoede", "handel")
TOLD: tuple[tuple[str, Labels], ...] = (
    ("Bewoners vertelden tijdens de inloopavond over {0} dat zij de {0} missen.", {E: Use.USED}),
    ("De wijkteams merken in de praktijk dat het met de {0} en {0} vastloopt.", {P: Use.USED}),
    ("Uit onderzoek van het SCP blijkt dat {0} onder druk van {0} toeneemt.", {W: Use.USED}),
    ("Wij laten nog onderzoeken wat {0} kost en wat {0} oplevert.", {W: Use.CALLED_FOR}),
    ("Het college stelt het plan voor {0} en het budget voor {0} vast.", {}),
)


def ids(number: int, *, apart: bool) -> list[str]:
    """Ids of documents that are kept apart, or of documents that are not."""
    found: list[str] = []
    for at in count():
        name = hashlib.sha256(str(at).encode()).hexdigest()
        if is_kept_apart(name) is apart:
            found.append(name)
        if len(found) == number:
            return found
    raise AssertionError


def document(document_id: str, subject: str) -> Analysis:
    return analysis(
        f"nota {subject}.pdf", [(text.format(subject), labels) for text, labels in TOLD], document_id=document_id
    )


def documents(number: int, *, apart: bool, first: int = 0) -> list[Analysis]:
    """Documents about a subject each, from the first of `SUBJECTS` on, kept apart or not."""
    subjects = SUBJECTS[first : first + number]
    return [document(name, subject) for name, subject in zip(ids(number, apart=apart), subjects, strict=True)]


def judged(
    found: Analysis, at: int, labels: Labels, by: str = "person:an", sources: Sequence[Source] = tuple(Source)
) -> Verdict:
    """What somebody said of a passage of an analysis."""
    passage = found.passages[at]
    said = verdict(found.document.text, passage.start, passage.end, Unit.PASSAGE, labels, by=by, judged=sources)
    return replace(said, document_id=found.document.id)


def all_judged(found: Analysis, by: str = "person:an") -> list[Verdict]:
    return [judged(found, at, labels, by) for at, (_, labels) in enumerate(TOLD)]


def keep(folder: Path, analyses: Sequence[Analysis], verdicts: Sequence[Verdict] = ()) -> Path:
    """A store with one run of these documents and what people said."""
    with Store(folder, write=True) as store:
        run = store.begin_run(Settings(), "test")
        for position, one in enumerate(analyses):
            store.add(run, position, f"map/{one.document.name}", one)
        store.end_run(run)
        store.add_verdicts(verdicts)
    return folder
