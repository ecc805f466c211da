"""Which passages are shown, and in which order. Made once at the start, and holds no text.

The same store, order and seed give the same queue, so that who starts again goes on where they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bronnen import segment
from bronnen.records import Source, Use
from bronnen.settings import SegmentSettings
from bronnen.store import Scored

Floats = npt.NDArray[np.float64]
SHARE = 0.2
"""Of the places in the queue, how many get a random passage: so that people also judge what the model is sure of."""

_SIGNS = 16  # of a document's id, in the name of a passage
_USES = len(Use)


class Item(NamedTuple):
    """A passage in the queue."""

    document_id: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """What it is called in an address: '0123456789abcdef-10-250'."""
        return f"{self.document_id[:_SIGNS]}-{self.start}-{self.end}"


@dataclass(frozen=True)
class Queue:
    """Passages in the order in which they are shown."""

    items: Sequence[Item]
    places: dict[str, int] = field(default_factory=dict)  # per name

    def __post_init__(self) -> None:
        self.places.update((item.name, place) for place, item in enumerate(self.items))

    def place(self, name: str) -> int | None:
        """The place of a passage by its name, or None where the queue does not have it."""
        return self.places.get(name)


@dataclass(frozen=True, slots=True)
class Order:
    """The wish for an order; `source` narrows uncertainty to one source, and is what the order 'source' goes by."""

    by: str = "uncertainty"
    source: Source | None = None
    share: float = SHARE
    seed: int = 0


def queued(found: Iterable[Scored], settings: SegmentSettings, order: Order) -> Queue:
    """The counted passages of some documents in the wished order."""
    items: list[Item] = []
    scores: list[tuple[float | None, ...]] = []
    for document_id, text, passages in found:
        for passage, given in passages:
            if segment.is_counted(passage, text, settings):
                items.append(Item(document_id, passage.start, passage.end))
                scores.append(given)
    if not items or order.by == "document":
        return Queue(items)
    chances = np.array(scores, dtype=np.float64).reshape(len(items), len(Source), _USES)  # None becomes NaN
    if order.by == "source":
        assert order.source is not None
        at = list(Source).index(order.source)
        wished = np.argsort(-np.nan_to_num(chances[:, at].max(axis=1)), kind="stable")
    else:
        wished = np.argsort(uncertain(chances, order.source), kind="stable")
    return Queue([items[at] for at in mixed(wished.tolist(), order.share, np.random.default_rng(order.seed))])


def uncertain(chances: Floats, source: Source | None = None) -> Floats:
    """How far the model's chance that lies nearest to a half is from it, per passage; 0 where there is none.

    `chances` has the shape (passages, sources, uses).
    """
    looked = chances if source is None else chances[:, [list(Source).index(source)]]
    distance: Floats = np.nan_to_num(np.abs(looked - 0.5), nan=0.0).min(axis=(1, 2))
    return distance


def mixed(wished: Sequence[int], share: float, rng: np.random.Generator) -> list[int]:
    """The same numbers in the wished order, but for a share of the places, that get a random one of those left."""
    at_random = iter(rng.permutation(len(wished)).tolist())
    in_order = iter(wished)
    taken = bytearray(len(wished))
    found: list[int] = []
    for is_random in (rng.random(len(wished)) < share).tolist():
        chosen = next(one for one in (at_random if is_random else in_order) if not taken[one])
        taken[chosen] = 1
        found.append(chosen)
    return found
