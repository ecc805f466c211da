"""A copy of somebody else's PDF with annotations and pages added, in which everything that was there stays right.

The source is read from bytes and never written. Links, labels of pages and the outline keep their meaning when pages
are put before them. What a copy cannot keep is told: `losses.py`.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bronnen.errors import EXTRAS, BronnenError, EncryptedError, MissingError, UnreadableError
from bronnen.extract import without_junk
from bronnen.records import Document, Page
from bronnen.report.losses import TOLD, Loss, siblings, without_actions, without_claims, without_signatures

Spot = tuple[float, float]
Place = Callable[[float, float], Spot]
"""From a point on the page as displayed, from its top left corner, to the page's own space (y up, not turned)."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Pages to put before the first: a PDF, and what a reader's program calls them instead of a page number."""

    data: bytes
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outline and where it leads, in the page's own space."""

    title: str
    page: int  # from 1, the cover not counted
    spot: Spot


@dataclass(frozen=True, slots=True)
class Copy:
    """The bytes of a copy, what it lacks, and the pages (from 1, the cover not counted) on which nothing was drawn."""

    data: bytes
    losses: tuple[Loss, ...]
    unplaced: tuple[int, ...] = ()

    def told(self, language: str = "nl") -> tuple[str, ...]:
        """The losses as sentences for a reader."""
        return tuple(TOLD[language][loss] for loss in self.losses)


@dataclass(slots=True)
class Added:
    """What is added: annotations per page, titles of outline entries with those under them; and pages not placed."""

    annotations: dict[int, list[Any]]
    groups: list[tuple[str, list[Entry]]]
    unplaced: set[int]


Fill = Callable[[Any, Sequence[Any]], Added]
"""From an open PDF and its pages to what is added."""

_SPREADS = {"/TwoPageLeft": "/TwoPageRight", "/TwoColumnLeft": "/TwoColumnRight"}
_SPREADS |= {right: left for left, right in _SPREADS.items()}


def copied(source: bytes, document: Document, fill: Fill, cover: Cover | None) -> Copy:
    """A copy of `source`, from which `document` was read, with what `fill(pdf, pages)` gives.

    Raises:
        MissingError, EncryptedError, UnreadableError: with the file's name and a next step.
    """
    try:
        import pikepdf
    except ImportError as error:
        raise MissingError(
            "A highlighted PDF needs the library pikepdf, which is not installed.",
            EXTRAS,
        ) from error
    _refuse_other(source, document)
    try:
        with pikepdf.open(io.BytesIO(without_junk(source))) as pdf:
            return _copied(pdf, document, fill, cover)
    except BronnenError:
        raise
    except pikepdf.PasswordError as error:
        raise EncryptedError(
            f"{document.name} opens only with a password.", "Save a copy without a password."
        ) from error
    except Exception as error:  # the edge: whatever a damaged file makes the library throw
        told = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")[:200]
        raise UnreadableError(
            f"{document.name} is too damaged to copy ({told}).", "Open it in a PDF program and save it again."
        ) from error


def place_of(page: Any, read: Page) -> Place | None:
    """How places on the page as read turn into its own space; None where its size is not the one that was read.

    As the engines do: what is displayed is the part of the media box inside the crop box, turned clockwise. UserUnit
    scales all of it alike, and the engines leave it out.
    """
    media = _box(page.obj.get("/MediaBox")) or (0.0, 0.0, 612.0, 792.0)
    crop = _box(page.obj.get("/CropBox")) or media
    inside = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    try:
        turns = int(page.obj.get("/Rotate", 0) / 90) % 4  # -90 is three turns; 45 is none
    except TypeError:
        turns = 0
    for box in (inside, media):
        wide, tall = box[2] - box[0], box[3] - box[1]
        if turns % 2:
            wide, tall = tall, wide
        if abs(wide - read.width) < 0.5 > abs(tall - read.height):
            return _turned_back(box, turns)
    return None


def _turned_back(box: tuple[float, float, float, float], turns: int) -> Place:
    left, bottom, right, top = box
    places: tuple[Place, ...] = (
        lambda x, y: (left + x, top - y),
        lambda x, y: (left + y, bottom + x),
        lambda x, y: (right - x, bottom + y),
        lambda x, y: (right - y, top - x),
    )
    return places[turns]


def _refuse_other(source: bytes, document: Document) -> None:
    if b"%PDF-" not in source[: 1 << 16]:
        raise UnreadableError(f"{document.name} is not a PDF.", "Only PDFs can be highlighted; choose another format.")
    if hashlib.sha256(source).hexdigest() != document.id:
        raise UnreadableError(
            f"{document.name} is not the file that was read: it has changed since.", "Scan it again, and try again."
        )


def _copied(pdf: Any, document: Document, fill: Fill, cover: Cover | None) -> Copy:
    import pikepdf

    pages = list(pdf.pages)
    if not pages:
        raise UnreadableError(f"{document.name} has no pages that can be copied.", "Fetch the file again.")
    losses = {Loss.PROTECTED} if pdf.is_encrypted else set()
    losses |= without_signatures(pdf) | without_actions(pdf, pages) | without_claims(pdf)
    added = fill(pdf, pages)
    for number, made in added.annotations.items():
        page = pages[number - 1].obj
        there = page.get("/Annots")  # ours come first, so that links and fields lie on top and can be clicked
        page.Annots = pikepdf.Array([*made, *(there if isinstance(there, pikepdf.Array) else ())])
    _add_outline(pdf, added.groups, pages)
    if cover:
        with pikepdf.open(io.BytesIO(cover.data)) as front:
            count = len(front.pages)
            _shift_labels(pdf, count, cover.label)
            for at, page in enumerate(front.pages):
                pdf.pages.insert(at, page)
    if added.unplaced:
        losses.add(Loss.UNPLACED)
    if any(page.hidden for page in document.pages):
        losses.add(Loss.HIDDEN)
    out = io.BytesIO()
    pdf.save(
        out,
        min_version="1.5",
        deterministic_id=True,
        encryption=False,
        preserve_pdfa=False,
        fix_metadata_version=False,  # would parse XML of strangers
        stream_decode_level=pikepdf.StreamDecodeLevel.none,  # streams are carried over as they are, never unpacked
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return Copy(out.getvalue(), tuple(loss for loss in Loss if loss in losses), tuple(sorted(added.unplaced)))


def _box(told: Any) -> tuple[float, float, float, float] | None:
    try:
        x0, y0, x1, y1 = (float(value) for value in told)
    except (TypeError, ValueError):
        return None
    box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return box if box[2] > box[0] and box[3] > box[1] else None


def _add_outline(pdf: Any, groups: Sequence[tuple[str, Sequence[Entry]]], pages: Sequence[Any]) -> None:
    """The groups as closed entries behind those that the outline has, and the outline shown when the copy opens."""
    import pikepdf

    groups = [(title, entries) for title, entries in groups if entries]
    if not groups:
        return
    root = pdf.Root.get("/Outlines")
    if not isinstance(root, pikepdf.Dictionary):
        root = pikepdf.Dictionary(Type=pikepdf.Name.Outlines)
    if not root.is_indirect:  # its entries point back at it
        root = pdf.Root.Outlines = pdf.make_indirect(root)
    heads = []
    for title, entries in groups:
        head = pdf.make_indirect(pikepdf.Dictionary(Title=title))
        lines = [
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Title=entry.title,
                    Dest=[pages[entry.page - 1].obj, pikepdf.Name.XYZ, *(round(value, 2) for value in entry.spot), 0],
                )
            )
            for entry in entries
        ]
        _chain(head, lines, None)
        head.Dest, head.Count = lines[0].Dest, -len(lines)
        heads.append(head)
    there = [*siblings(root.get("/First"))]
    _chain(root, heads, there[-1] if there else None)
    count = root.get("/Count", 0)
    root.Count = max(0, count if isinstance(count, int) else 0) + len(heads)
    pdf.Root.PageMode = pikepdf.Name.UseOutlines


def _chain(parent: Any, items: Sequence[Any], last: Any) -> None:
    """Hangs the items under the parent, behind `last`, its last child."""
    for item in items:
        item.Parent = parent
        if last is None:
            parent.First = item
        else:
            last.Next, item.Prev = item, last
        last = item
    parent.Last = last


def _shift_labels(pdf: Any, count: int, label: str) -> None:
    """Page labels for `count` pages put before the first; without labels, pages keep their numbers by getting them."""
    import pikepdf

    known: dict[int, Any] = {}
    try:
        if "/PageLabels" in pdf.Root:
            known = {int(at): told for at, told in pikepdf.NumberTree(pdf.Root.PageLabels).items() if int(at) >= 0}
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
        known = {}  # a damaged tree shows no labels anywhere
    known.setdefault(0, pikepdf.Dictionary(S=pikepdf.Name.D))
    numbers = [0, pikepdf.Dictionary(P=label)]
    for at in sorted(known):
        numbers += [at + count, known[at]]
    pdf.Root.PageLabels = pikepdf.Dictionary(Nums=numbers)
    spread = _SPREADS.get(str(pdf.Root.get("/PageLayout", "")))
    if spread and count % 2:  # pages that faced each other do so still
        pdf.Root.PageLayout = pikepdf.Name(spread)
