"""What a press does: it becomes a verdict in the store at once, and everybody's state follows from verdicts alone.

The desk holds the store, which one process may write to, and what people said so far. Threads take turns: each public
method does its work under one lock, in some milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import RLock
from typing import NamedTuple

from bronnen.corpus import anchor
from bronnen.errors import UsageError
from bronnen.records import Analysis, Document, Labels, Passage, Remark, Sentence, Source, Unit, Use, Verdict, page_at
from bronnen.review.queue import Item, Queue
from bronnen.store import Near, Store
from bronnen.verdicts import Judged, judged_by_people, labels_of, on, rank, settle, settle_passage, standing, stated

_DOCUMENTS = 12  # in memory
_UNDOABLE = 500  # presses per person
_ADJUDICATED = 2  # `verdicts.rank`
LONGEST = 4000  # characters of a remark


class Span(NamedTuple):
    """What is judged: a passage, or one of its sentences."""

    unit: Unit
    start: int
    end: int


class Before(NamedTuple):
    """What a press changed: where, and the verdicts of its maker on it that stood before."""

    place: int
    span: Span
    said: Sequence[Verdict]


@dataclass(slots=True)
class _Person:
    done: dict[int, Labels] = field(default_factory=dict)  # places of which every source is settled, with their labels
    labels: Counter[tuple[Source, Use]] = field(default_factory=Counter)  # of all those places
    undo: list[Before] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """A passage as one person has it before them.

    `shown` are the labels on the screen and `judged` what this person said, of the passage or of the sentence
    `sentence` (an index), whichever is looked at. `by_model` is empty for who judges blind.
    """

    place: int
    near: Near
    sentence: int | None
    shown: Mapping[Source, Use]
    judged: Judged
    by_model: Sequence[Verdict]
    mine: Sequence[Verdict]
    remark: str

    @property
    def span(self) -> Span:
        """What a press is about."""
        passage = self.near.passage
        if self.sentence is None:
            return Span(Unit.PASSAGE, passage.start, passage.end)
        return Span(Unit.SENTENCE, *_ends(passage.sentences[self.sentence]))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is: passages done and left, and how many of those done carry each label."""

    done: int
    left: int
    labels: Mapping[tuple[Source, Use], int]


class Desk:
    """A store that people judge passages in, with what they said so far."""

    def __init__(self, store: Store, queue: Queue, *, blind: bool = False) -> None:
        self.queue, self.blind = queue, blind
        self._store, self._lock = store, RLock()
        self._said: dict[str, dict[int, list[Verdict]]] = {}  # per document and begin, in the order of saying
        self._stated: dict[str, list[Verdict]] = {}  # what follows from it per document, until somebody presses there
        self._remarks: dict[tuple[str, str, int], str] = {}
        self._documents: dict[str, Document] = {}
        self._people: dict[str, _Person] = {}
        self._read()

    # What is seen.

    def see(self, place: int, by: str, sentence: int | None = None) -> Seen:
        """A passage of the queue as a person has it before them; of a sentence, where its index is given.

        Raises:
            IndexError: the passage has no such sentence.
        """
        with self._lock:
            item = self.queue.items[place]
            near = self._store.near(self._document(item.document_id), item.start)
            if near is None:
                raise _gone()
            passage = near.passage
            mine = self._of(item.document_id, passage, by)
            by_model = () if self.blind else near.verdicts
            if sentence is None:
                shown = settle_passage(passage, [*by_model, *mine])
                judged = judged_by_people(passage, mine)
            else:
                ends = _ends(passage.sentences[sentence])
                judged = settle(on(mine, Unit.SENTENCE, *ends))
                shown = labels_of({**settle(on(by_model, Unit.SENTENCE, *ends)), **judged})
            remark = self._remarks.get((by, item.document_id, passage.start), "")
            return Seen(place, near, sentence, shown, judged, by_model, mine, remark)

    def next_open(self, by: str, place: int = -1) -> int | None:
        """The first place after this one that the person has not done, from the front where there is none behind."""
        with self._lock:
            done, count = self._person(by).done, len(self.queue.items)
        behind = (at for at in range(place + 1, count) if at not in done)
        return next(behind, None) if place < 0 else next(behind, self.next_open(by))

    def progress(self, by: str) -> Progress:
        """How far a person is."""
        with self._lock:
            person = self._person(by)
            return Progress(len(person.done), len(self.queue.items) - len(person.done), dict(person.labels))

    def can_undo(self, by: str) -> bool:
        """Whether a person pressed anything since the start."""
        with self._lock:
            return bool(self._person(by).undo)

    def analysis(self, document_id: str) -> Analysis | None:
        """The newest analysis of a document, with what people said of it."""
        with self._lock:
            return self._store.analysis(document_id)

    def said(self) -> list[Verdict]:
        """What each person says by now of each span, document by document."""
        with self._lock:
            for document_id, spans in self._said.items():
                if document_id not in self._stated:
                    told = (one for start in sorted(spans) for one in spans[start])
                    self._stated[document_id] = stated(told)
            return [one for document_id in self._said for one in self._stated[document_id]]

    def remarks(self) -> list[Remark]:
        """The remarks of everybody."""
        with self._lock:
            return self._store.remarks()

    # What is pressed.

    def judge(self, place: int, by: str, uses: Mapping[Source, Use | None], sentence: int | None = None) -> None:
        """Keeps what a person says of some sources; the others stay as they were."""
        with self._lock:
            seen = self.see(place, by, sentence)
            self._say(seen, by, uses)

    def confirm(self, place: int, by: str, sentence: int | None = None) -> None:
        """Keeps that every source is as the person sees it."""
        with self._lock:
            seen = self.see(place, by, sentence)
            self._say(seen, by, {source: seen.shown.get(source) for source in Source})

    def undo(self, by: str) -> Before | None:
        """Takes back a person's last press; None where there was none.

        What they said before it is added again with its own times, so that it counts over others as it did.
        """
        with self._lock:
            person = self._person(by)
            if not person.undo:
                return None
            before = person.undo[-1]
            seen = self.see(before.place, by)
            nothing = self._made(seen.near.document, before.span, by, {})
            self._keep([nothing, *before.said], back=True)
            person.undo.pop()  # only now: a store that refuses leaves it to be tried again
            self._count(before.place, by, seen.near.passage)
            return before

    def remark(self, place: int, by: str, text: str) -> None:
        """Keeps a remark at a passage; an empty one takes away the one before."""
        with self._lock:
            seen = self.see(place, by)
            document, passage = seen.near.document, seen.near.passage
            text = "\n".join(line.rstrip() for line in text[:LONGEST].strip().splitlines())
            if text == seen.remark:
                return
            quote = document.text[passage.start : passage.end]
            self._store.add_remark(Remark(document.id, passage.start, passage.end, quote, text, by, _now()))
            self._remarks[by, document.id, passage.start] = text

    def adjudicate(self, like: Verdict, by: str, uses: Mapping[Source, Use | None]) -> None:
        """Keeps what counts of a span on which people differ; `like` is a verdict of one of them."""
        with self._lock:
            spans = self._said.setdefault(like.document_id, {})
            said = on(spans.get(like.start, []), like.unit, like.start, like.end)
            judged = _new(uses, settle(one for one in said if rank(one) == _ADJUDICATED))
            if judged:
                self._keep([replace(like, judged=frozenset(judged), labels=labels_of(judged), by=by, at=_at(said))])

    # Inside.

    def _read(self) -> None:
        """Takes in what people said before, each on its place in the text as it is now."""
        by_document: dict[str, list[Verdict]] = {}
        for verdict in self._store.verdicts("person"):
            by_document.setdefault(verdict.document_id, []).append(verdict)
        for document_id, found in by_document.items():
            document = self._store.document(document_id)
            if document is None:
                continue
            spans = self._said.setdefault(document_id, {})
            for there in (anchor(one, document.text) for one in found):
                if there is not None:
                    spans.setdefault(there.start, []).append(there)
            for passage in self._store.passages(document_id):
                place = self.queue.place(Item(document_id, passage.start, passage.end).name)
                if place is not None:
                    for by in {one.by for one in self._of(document_id, passage)}:
                        self._count(place, by, passage)
        for remark in self._store.remarks():
            self._remarks[remark.by, remark.document_id, remark.start] = remark.text

    def _document(self, document_id: str) -> Document:
        """A document of the queue; the last ones stay in memory, for their texts may be long."""
        found = self._documents.pop(document_id, None) or self._store.document(document_id)
        if found is None:
            raise _gone()
        self._documents[document_id] = found  # now the last
        if len(self._documents) > _DOCUMENTS:
            del self._documents[next(iter(self._documents))]
        return found

    def _person(self, by: str) -> _Person:
        return self._people.setdefault(by, _Person())

    def _of(self, document_id: str, passage: Passage, by: str = "") -> list[Verdict]:
        """What a person, or everybody, said of a passage and its sentences."""
        spans = self._said.get(document_id)
        if not spans:
            return []
        starts = dict.fromkeys([passage.start, *(sentence.start for sentence in passage.sentences)])
        return [one for start in starts for one in spans.get(start, ()) if not by or one.by == by]

    def _say(self, seen: Seen, by: str, uses: Mapping[Source, Use | None]) -> None:
        """Keeps what is new in what a person says: a source that they repeat keeps its time, and so its rank."""
        before = on(seen.mine, *seen.span)
        judged = _new(uses, settle(before))
        if not judged:
            return
        self._keep([self._made(seen.near.document, seen.span, by, judged)])
        person = self._person(by)
        person.undo = [*person.undo[1 - _UNDOABLE :], Before(seen.place, seen.span, before)]
        self._count(seen.place, by, seen.near.passage)

    def _made(self, document: Document, span: Span, by: str, judged: Judged) -> Verdict:
        page = page_at(document, span.start)
        return Verdict(
            document_id=document.id,
            start=span.start,
            end=span.end,
            page=page.number if page else None,
            unit=span.unit,
            judged=frozenset(judged),
            labels=labels_of(judged),
            quote=document.text[span.start : span.end],
            by=by,
            at=_at(on(self._said.get(document.id, {}).get(span.start, ()), *span)),
        )

    def _keep(self, added: Sequence[Verdict], *, back: bool = False) -> None:
        """Adds verdicts on one span to the store, and then to what is known here: that follows what the store took."""
        if self._store.add_verdicts(added, take_back=back):
            document_id, start = added[0].document_id, added[0].start
            spans = self._said.setdefault(document_id, {})
            spans[start] = standing([*spans.get(start, ()), *added])
            self._stated.pop(document_id, None)

    def _count(self, place: int, by: str, passage: Passage) -> None:
        """Notes whether a person has done a passage: then every source of it is settled by them."""
        person = self._person(by)
        judged = judged_by_people(passage, self._of(self.queue.items[place].document_id, passage, by))
        person.labels.subtract(person.done.pop(place, {}).items())
        if len(judged) == len(Source):
            person.done[place] = labels_of(judged)
            person.labels.update(person.done[place].items())


def _new(uses: Mapping[Source, Use | None], before: Judged) -> Judged:
    """What is said now and was not said before."""
    return {source: use for source, use in uses.items() if source not in before or before[source] is not use}


def _gone() -> UsageError:
    return UsageError("This passage is no longer in the store.", "Start `bronnen review` again.")


def _ends(sentence: Sentence) -> tuple[int, int]:
    return sentence.start, sentence.end


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _at(said: Iterable[Verdict]) -> str:
    """Now, but never before what was said of the same span: a clock may be set back."""
    return max([_now(), *(one.at for one in said)])
