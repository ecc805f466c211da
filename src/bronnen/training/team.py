"""What a team labelled in a store: what a model may learn from, and what is kept apart to measure it with.

Documents are kept apart whole (`corpus.is_kept_apart`), and a document that is a version of one of those is not learned
from either. What counts is settled as everywhere (`verdicts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from bronnen.agreement import kappa
from bronnen.classifier import CHOSEN, SOURCES, USES, Examples, Reader, described
from bronnen.corpus import is_kept_apart
from bronnen.errors import UsageError
from bronnen.records import Analysis, Source, Unit, Use, Verdict
from bronnen.store import Store
from bronnen.training.bootstrap import Array
from bronnen.training.material import Material, of_verdicts, sentences_of
from bronnen.training.train import WEIGHT, groups_of
from bronnen.verdicts import rank, settle

Span = tuple[str, Unit, int, int]


@dataclass(frozen=True, slots=True)
class Team:
    """The documents of a store that people labelled, and what they said of those.

    `learn` may be learned from, `kept` are kept apart; `versions` counts the documents in neither, because they are
    versions of documents kept apart.
    """

    learn: Sequence[Analysis]
    kept: Sequence[Analysis]
    versions: int
    said: Sequence[Verdict]  # of all these documents, by people

    def of(self, analyses: Sequence[Analysis]) -> list[Verdict]:
        """What people said of some of the documents."""
        ids = {one.document.id for one in analyses}
        return [one for one in self.said if one.document_id in ids]


def team_of(store: Store, told: Sequence[Verdict] | None = None, *, everything: bool = False) -> Team:
    """What people said of the documents in a store: there, or elsewhere (`told`).

    With `everything` nothing is kept apart, and nothing is left to measure with.
    """
    said = list(store.verdicts("person")) if told is None else [one for one in told if rank(one) > 0]
    labelled = dict.fromkeys(one.document_id for one in said)
    analyses = [found for document in labelled if (found := store.analysis(document)) is not None]
    groups = groups_of(map(sentences_of, analyses)).tolist()
    apart = [not everything and is_kept_apart(one.document.id) for one in analyses]
    held = {group for group, is_apart in zip(groups, apart, strict=True) if is_apart}
    kept = [one for one, is_apart in zip(analyses, apart, strict=True) if is_apart]
    learn = [one for one, group in zip(analyses, groups, strict=True) if group not in held]
    return Team(learn, kept, len(analyses) - len(kept) - len(learn), said)


def kept_material(team: Team) -> tuple[Material, int] | None:
    """The judged passages of documents kept apart, and how many verdicts have no place; None without any."""
    material, lost = of_verdicts(team.kept, team.of(team.kept), Unit.PASSAGE)
    return (material, lost) if material.places else None


def team_examples(team: Team, reader: Reader, weight: float = WEIGHT) -> Examples:
    """What may be learned from: whole documents, in which all that nobody judged for every source stays open.

    So each judged passage is read in the surroundings in which the product will read it. How a model errs on them says
    nothing of documents as they come, since a model's doubt may have chosen them.

    Raises:
        UsageError: there is nothing to learn from.
    """
    said = team.of(team.learn)
    passages, _ = of_verdicts(team.learn, said, Unit.PASSAGE)
    sentences, _ = of_verdicts(team.learn, said, Unit.SENTENCE)
    runs = passages.documents
    sizes = [(len(run), len(one.passages)) for run, one in zip(runs, team.learn, strict=True)]
    truth, known = zip(*(_spread(sentences, sizes, 0), _spread(passages, sizes, 1)), strict=True)
    owners = [np.repeat(np.arange(len(runs)), [size[at] for size in sizes]) for at in (0, 1)]
    judged = np.stack(
        [np.bincount(of[mask], minlength=len(runs)) > 0 for of, mask in zip(owners, known, strict=True)], 1
    )
    kept = np.flatnonzero(judged.any(axis=1)).tolist()
    if not kept:
        further = "Label more: `bronnen sample` says which passages, and every source of a passage has to be judged."
        raise UsageError("The store has no passage that a model may learn from and people judged.", further)
    there = [np.isin(of, kept) for of in owners]
    groups = groups_of(map(sentences_of, team.learn))
    return described(
        [runs[at] for at in kept],
        truth[0][there[0]],
        truth[1][there[1]],
        [reader.read(runs[at]) for at in kept],
        groups[kept],
        [team.learn[at].document.id for at in kept],
        origins=np.full(len(kept), CHOSEN, dtype=np.uint8),
        weight=weight,
        told=judged[kept],
        open=(~known[0][there[0]], ~known[1][there[1]]),
    )


def _spread(material: Material, sizes: Sequence[tuple[int, int]], at: int) -> tuple[Array, Array]:
    """Truth [n, sources, uses] of all units of the documents, and which [n] were judged for every source."""
    total = sum(size[at] for size in sizes)
    truth, known = np.zeros((total, len(SOURCES), len(USES)), dtype=bool), np.zeros(total, dtype=bool)
    whole = np.asarray(material.judged.all(axis=1))
    known[material.chosen] = whole
    truth[material.chosen] = material.truth & whole[:, None, None]
    return truth, known


def about(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """What a card says of those who labelled, without their names: how much each judged, and how far they agree.

    `judged`: spans per person, the most first; `adjudicated`: spans that were settled. `agreement`: per source Cohen's
    kappa of none, used and called for, over the spans that two people judged both, pairs of people together.
    """
    spans: dict[str, set[Span]] = {}
    said: dict[Span, dict[str, list[Verdict]]] = {}
    for one in verdicts:
        span = (one.document_id, one.unit, one.start, one.end)
        spans.setdefault(one.by, set()).add(span)
        if rank(one) == 1:
            said.setdefault(span, {}).setdefault(one.by, []).append(one)
    pairs: dict[Source, list[tuple[Use | None, Use | None]]] = {source: [] for source in Source}
    for by in said.values():
        judged = {name: settle(told) for name, told in by.items()}
        for first, second in combinations(sorted(judged), 2):
            for source in judged[first].keys() & judged[second].keys():
                pairs[source].append((judged[first][source], judged[second][source]))
    people = Counter({name: len(found) for name, found in spans.items() if name.startswith("person:")})
    settled = set().union(*(found for name, found in spans.items() if name.startswith("adjudicated:")), set())
    return {
        "judged": [count for _, count in people.most_common()],
        "adjudicated": len(settled),
        "agreement": {
            source.value: {"units": len(told), "kappa": None if (value := kappa(told)) is None else round(value, 4)}
            for source, told in pairs.items()
        },
    }
