"""The highlighted copy: colour lies over the words that were labelled, and everything else is as it was.

What a passage looks like is told by a second PDF that holds its words alone: its ink, drawn by the same program.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from pdf_factory import Sheet, paragraph, pdf, text

from bronnen.errors import BronnenError, EncryptedError, MissingError, UnreadableError, UsageError
from bronnen.extract import read
from bronnen.records import Document, Kind
from bronnen.report.highlight import USED, Copy, Cover, Loss, Mark, Tag, boxes_of, highlighted
from bronnen.report.losses import TOLD
from bronnen.settings import ExtractSettings, Settings
from bronnen.taxonomy import looks

pikepdf = pytest.importorskip("pikepdf")

REAL = sorted((Path(__file__).parents[3] / "shared" / "data" / "pdf").glob("*.pdf"))
SCALE = 2  # pixels a point
MARKED = (
    "Ouders vertellen dat zij lang op hulp",
    "wachten en dat niemand hun zegt hoe",
    "lang het nog duurt voor er plek is.",
)
OTHER = (
    "De raad stelt het beleid in het najaar",
    "vast en legt het daarna ter inzage in",
    "het gemeentehuis en de bibliotheek.",
)
SECOND = (
    "Uit onderzoek onder alle gezinnen blijkt",
    "dat de wachttijd vorig jaar korter werd",
    "maar dat de spreiding juist toenam.",
)
BOXES = {
    "whole": ((0, 0, 520, 540), None),
    "cropped": ((0, 0, 560, 540), (30, 25, 550, 500)),
    "moved": ((-100, 200, 430, 730), (-90, 150, 430, 710)),
}
SHAPES = [("whole", 0), *((name, rotate) for name in ("cropped", "moved") for rotate in (0, 90, 180, 270))]
COLOURS = [look.colour for look in looks().values()]


def sheet(shape: tuple[str, int], left: Sequence[str], right: Sequence[str], extra: Sequence[str] = OTHER) -> Sheet:
    """Two columns as a reader sees them, however the page is cut and turned."""
    media, crop = BOXES[shape[0]]
    seen = media
    if crop:
        seen = tuple(map(max, media[:2], crop[:2])) + tuple(map(min, media[2:], crop[2:]))
    x0, y0, x1, y1 = seen
    turn = {0: f"1 0 0 1 {x0} {y0}", 90: f"0 1 -1 0 {x1} {y0}", 180: f"-1 0 0 -1 {x1} {y1}", 270: f"0 -1 1 0 {x0} {y1}"}
    drawn = b"".join(
        paragraph(x, y, lines, size=10)
        for x, columns in ((25, (left, extra)), (245, (extra, right)))
        for y, lines in zip((420, 360), columns, strict=True)
    )
    return Sheet(f"q {turn[shape[1]]} cm\n".encode() + drawn + b"Q\n", media, crop, shape[1])


@pytest.fixture
def reads(tmp_path: Path) -> Callable[..., Document]:
    def read_bytes(data: bytes, engine: str = "auto") -> Document:
        (tmp_path / "stuk.pdf").write_bytes(data)
        return read(tmp_path / "stuk.pdf", Settings(ExtractSettings(engine)))

    return read_bytes


def tag(colour: str, *, used: bool = True, group: str = "e") -> Tag:
    return Tag(group, "ervaringskennis, gebruikt", "kans 0,87\nwoog mee: 'vertellen' – ouders", colour, used)


def spans(document: Document, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    told, at = " ".join(lines), -1
    while (at := document.text.find(told, at + 1)) >= 0:
        yield at, at + len(told)


def marks(document: Document, lines: Sequence[str], *tags: Tag) -> list[Mark]:
    return [
        Mark(boxes_of(document, start, end), document.text[start : start + 20], tags)
        for start, end in spans(document, lines)
    ]


def by_pdfium(data: bytes) -> list[Any]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [np.asarray(page.render(scale=SCALE, rev_byteorder=True).to_pil().convert("RGB")) for page in document]
    finally:
        document.close()


def by_poppler(data: bytes) -> list[Any]:
    command = ["pdftoppm", "-cropbox", "-r", str(72 * SCALE), "-"]
    told, found, at = subprocess.run(command, input=data, capture_output=True, check=True).stdout, [], 0
    while at < len(told):  # pictures in a row: 'P6', width and height, 255, and three bytes a pixel
        head = told[at : at + 40].split(b"\n", 3)[:3]
        wide, tall = map(int, head[1].split())
        at += sum(len(line) + 1 for line in head) + wide * tall * 3
        found.append(np.frombuffer(told[at - wide * tall * 3 : at], np.uint8).reshape(tall, wide, 3))
    return found


RENDERERS = [
    by_pdfium,
    pytest.param(
        by_poppler, marks=pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm (poppler) is not installed")
    ),
]


def grown(mask: Any, points: float) -> Any:
    """The mask and everything within so many points of it."""
    for turned in (False, True):
        mask = mask.T if turned else mask
        left, step = round(points * SCALE), 1
        while left:
            step = min(step, left)
            wider = mask.copy()
            wider[step:] |= mask[:-step]
            wider[:-step] |= mask[step:]
            mask, left, step = wider, left - step, 2 * step
        mask = mask.T if turned else mask
    return mask


def changed(before: Any, after: Any) -> Any:
    return (np.abs(before.astype(np.int16) - after.astype(np.int16)) > 12).any(axis=2)


def assert_covers(before: Any, after: Any, alone: Any, where: object = "") -> None:
    """What changed lies around the ink of the passage alone, and no ink is without it; letters stay dark."""
    ink, new = alone.min(axis=2) < 110, changed(before, after)
    assert ink.sum() > 300 and new.sum() > ink.sum(), where
    assert not (new & ~grown(ink, 6)).any(), where
    assert (ink & ~grown(new, 1)).sum() <= 0.002 * ink.sum(), where
    assert (after.min(axis=2)[ink] < 130).all(), where


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("engine", ["pdfium", pytest.param("pdfplumber", marks=pytest.mark.slow)])
def test_colour_lies_over_the_words_and_nowhere_else(
    reads: Callable[..., Document], engine: str, render: Callable[[bytes], list[Any]]
) -> None:
    source = pdf(*(sheet(shape, MARKED, SECOND) for shape in SHAPES))
    alone = pdf(*(sheet(shape, MARKED, SECOND, ["", "", ""]) for shape in SHAPES))
    document = reads(source, engine)
    told = marks(document, MARKED, tag(COLOURS[0])) + marks(document, SECOND, tag(COLOURS[1], used=False))
    assert len(told) == 2 * len(SHAPES)
    assert all(len(mark.boxes) == 3 for mark in told)  # a line is one box
    copy = highlighted(source, document, told, {"e": "Ervaringskennis"})
    assert copy.losses == ()
    for shape, before, after, ink in zip(SHAPES, render(source), render(copy.data), render(alone), strict=True):
        assert_covers(before, after, ink, shape)


@pytest.mark.parametrize("render", RENDERERS)
def test_text_up_the_page_and_pages_in_other_units(
    reads: Callable[..., Document], render: Callable[[bytes], list[Any]]
) -> None:
    up = Sheet(b"q 0 1 -1 0 400 100 cm\n" + text(0, 0, MARKED[0]) + b"Q\n")
    source = in_units_of_two(pdf(up, Sheet(paragraph(72, 700, MARKED) + paragraph(72, 600, OTHER))))
    alone = in_units_of_two(pdf(up, Sheet(paragraph(72, 700, MARKED))))
    document = reads(source)
    first = document.pages[0].end
    told = [Mark(boxes_of(document, 0, first), "x", (tag(COLOURS[2]),)), *marks(document, MARKED, tag(COLOURS[2]))[-1:]]
    assert [[box.upright for box in mark.boxes] for mark in told] == [[False], [True] * 3]  # a line is one box
    copy = highlighted(source, document, told, {})
    for before, after, ink in zip(render(source), render(copy.data), render(alone), strict=True):
        assert_covers(before, after, ink)


def in_units_of_two(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as opened:
        opened.pages[-1].obj.UserUnit = 2
        out = io.BytesIO()
        opened.save(out, static_id=True, preserve_pdfa=False, fix_metadata_version=False)  # as it is told
    return out.getvalue()


def tint(colour: str) -> list[float]:
    return [255 * (1 - USED * (1 - int(colour[at : at + 2], 16) / 255)) for at in (1, 3, 5)]


def near(image: Any, colour: Sequence[float], by: int = 4) -> int:
    return int((np.abs(image - np.array(colour)) < by).all(axis=2).sum())


@pytest.mark.parametrize("render", RENDERERS)
def test_every_label_of_a_passage_is_seen(reads: Callable[..., Document], render: Callable[[bytes], list[Any]]) -> None:
    source = pdf(Sheet(paragraph(20, 70, MARKED), media=(0, 0, 300, 100)))
    document = reads(source)

    def shown(*tags: Tag) -> Any:
        return render(highlighted(source, document, marks(document, MARKED, *tags), {}).data)[0]

    used = [tag(colour) for colour in COLOURS]
    asked = [tag(colour, used=False) for colour in COLOURS]
    alone = [near(shown(one), tint(colour)) for one, colour in zip(used, COLOURS, strict=True)]
    assert min(alone) > 5000
    all_three = shown(*used)
    for colour, count in zip(COLOURS, alone, strict=True):
        assert 0.15 * count < near(all_three, tint(colour)) < 0.45 * count
    both = shown(used[0], asked[1])
    assert near(both, tint(COLOURS[0])) > 0.7 * alone[0]  # not divided: what is called for is a line under it
    assert changed(shown(used[0]), both).sum() > 300
    for one, other, colour in zip(used, asked, COLOURS, strict=True):
        paler = shown(other)
        assert near(paler, tint(colour)) < 50
        assert changed(shown(one), paler).sum() > 5000
        assert near(paler, [int(colour[at : at + 2], 16) for at in (1, 3, 5)]) > 50  # the dashes, in the full colour
    full = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in COLOURS]
    assert min(near(shown(*asked), colour, 35) for colour in full) > 30


def furnished(data: bytes) -> bytes:
    """The PDF with what others put in one: an outline, a link, labels, scripts, a form with a signature."""
    with pikepdf.open(io.BytesIO(data)) as opened:
        first, second = (page.obj for page in opened.pages)
        root, new = opened.Root, opened.make_indirect
        goal = pikepdf.Array([second, pikepdf.Name.XYZ, 0, 800, 0])
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        item = new(pikepdf.Dictionary(Title="Hoofdstuk 2", Dest=goal, A=script))
        root.Outlines = new(pikepdf.Dictionary(First=item, Last=item, Count=1))
        item.Parent = root.Outlines
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[72, 690, 200, 712])
        first.Annots = pikepdf.Array([new(pikepdf.Dictionary({**link, "/Dest": goal})),
                                      new(pikepdf.Dictionary({**link, "/A": script})), 7])  # fmt: skip
        web = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org", Next=script)
        second.Annots = pikepdf.Array([new(pikepdf.Dictionary({**link, "/A": web}))])
        first.AA = pikepdf.Dictionary(O=script)
        root.OpenAction, root.AA = script, pikepdf.Dictionary(WC=script)
        root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", script]))
        root.PageLabels = pikepdf.Dictionary(Nums=[0, pikepdf.Dictionary(S=pikepdf.Name.r)])
        root.PageLayout = pikepdf.Name.TwoPageRight
        value = new(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"x"))
        field = new(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="handtekening", V=value, AA=pikepdf.Dictionary(K=script)))
        root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3, XFA="<x/>")
        told = b"<x><pdfaid:part>2</pdfaid:part><r pdfuaid:part='1' a='b'/></x>"
        root.Metadata = opened.make_stream(told, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        out = io.BytesIO()
        opened.save(out, static_id=True, preserve_pdfa=False, fix_metadata_version=False)  # as it is told
    return out.getvalue()


@pytest.fixture
def full(reads: Callable[..., Document]) -> tuple[bytes, Document, list[Mark]]:
    source = furnished(pdf(Sheet(paragraph(72, 700, MARKED)), Sheet(paragraph(72, 700, SECOND))))
    document = reads(source)
    told = marks(document, MARKED, tag(COLOURS[0]), tag(COLOURS[1], used=False, group="p"))
    return source, document, told + marks(document, SECOND, tag(COLOURS[0]))


GROUPS = {"w": "Wetenschap", "e": "Ervaringskennis", "p": "Professionele kennis"}
COVER = Cover(pdf(Sheet(text(72, 700, "De balans"), media=(0, 0, 300, 400))), "Balans")


def test_the_copy_keeps_what_the_source_has(full: tuple[bytes, Document, list[Mark]]) -> None:
    copy = highlighted(*full, GROUPS, COVER)
    opened = pypdfium2.PdfDocument(copy.data)
    try:
        assert [opened.get_page_label(number) for number in range(3)] == ["Balans", "i", "ii"]
        assert opened[0].get_size() == (300, 400)
        toc = [(item.level, item.get_title(), item.get_dest().get_index()) for item in opened.get_toc()]
        assert toc == [(0, "Hoofdstuk 2", 2), (0, "Ervaringskennis", 1), (1, "Ouders vertellen dat", 1),
                       (1, "Uit onderzoek onder ", 2), (0, "Professionele kennis", 1),
                       (1, "Ouders vertellen dat", 1)]  # fmt: skip
    finally:
        opened.close()
    with pikepdf.open(io.BytesIO(copy.data)) as again:
        page = again.pages[1].obj
        notes, links = list(page.Annots)[:2], list(page.Annots)[2:]
        assert [str(note.Subtype) for note in notes] == ["/Highlight"] * 2
        assert links[0].Dest[0].objgen == again.pages[2].obj.objgen and links[2] == 7
        assert again.Root.PageLayout == "/TwoPageLeft" and again.Root.PageMode == "/UseOutlines"
        assert not again.check_pdf_syntax()


def test_nothing_runs_and_nothing_false_is_claimed(full: tuple[bytes, Document, list[Mark]]) -> None:
    copy = highlighted(*full, GROUPS, COVER)
    assert copy.losses == (Loss.SIGNED, Loss.CLAIMED, Loss.ACTIVE)
    assert "ondertekend" in copy.told("nl")[0] and "signature" in copy.told("en")[0]
    with pikepdf.open(io.BytesIO(copy.data)) as again:
        root = again.Root
        assert not {"/OpenAction", "/AA"} & set(root.keys()) and "/JavaScript" not in root.Names
        assert not {"/SigFlags", "/XFA"} & set(root.AcroForm.keys())
        assert "/V" not in root.AcroForm.Fields[0] and root.AcroForm.Fields[0].T == "handtekening"
        assert again.pages[2].obj.Annots[1].A.URI == "https://example.org"
        assert root.Metadata.read_bytes() == b"<x><r a='b'/></x>"
        out = io.BytesIO()
        again.save(out, qdf=True, static_id=True)
        assert b"JavaScript" not in out.getvalue() and b"app.alert" not in out.getvalue()


def test_loops_in_forms_and_outlines_end(full: tuple[bytes, Document, list[Mark]]) -> None:
    source, document, told = full
    with pikepdf.open(io.BytesIO(source)) as opened:
        root, field = opened.Root, opened.Root.AcroForm.Fields[0]
        field.Kids = pikepdf.Array([field])
        item = root.Outlines.First
        item.Next = item.First = item
        root.PageLabels = opened.make_indirect(root.PageLabels)
        root.PageLabels.Kids = pikepdf.Array([root.PageLabels])
        out = io.BytesIO()
        opened.save(out, preserve_pdfa=False, fix_metadata_version=False)
    again = replace(document, id=hashlib.sha256(out.getvalue()).hexdigest())
    copy = highlighted(out.getvalue(), again, told, GROUPS, COVER)
    assert copy.losses == (Loss.SIGNED, Loss.CLAIMED, Loss.ACTIVE)


def test_annotations_are_whole_and_the_same_each_time(full: tuple[bytes, Document, list[Mark]]) -> None:
    source, document, told = full
    copy = highlighted(source, document, told, GROUPS, COVER)
    assert highlighted(bytes(source), document, told, GROUPS, COVER) == copy
    assert hashlib.sha256(source).hexdigest() == document.id
    with pikepdf.open(io.BytesIO(copy.data)) as again:
        names = set()
        for page, count in ((1, 2), (2, 1)):
            for note in list(again.pages[page].obj.Annots)[:count]:
                assert (str(note.T), int(note.F), str(note.Subj)) == ("bronnen", 4, told[0].tags[0].title)
                assert str(note.Contents) == told[0].tags[0].note
                assert len(note.QuadPoints) == 8 * 3 and len(note.C) == 3 and "/M" not in note
                assert note.AP.N.Resources.ExtGState.G.BM == "/Multiply"
                left, bottom, right, top = map(float, note.Rect)
                quads = [float(value) for value in note.QuadPoints]
                assert left <= min(quads[::2]) and max(quads[::2]) <= right
                assert bottom <= min(quads[1::2]) and max(quads[1::2]) <= top
                assert quads[1] > quads[5] and quads[0] < quads[2]  # upper left comes first
                names.add(str(note.NM))
        assert len(names) == 3


def test_without_labels_or_cover_pages_keep_their_numbers(reads: Callable[..., Document]) -> None:
    source = pdf(Sheet(paragraph(72, 700, MARKED)))
    document = reads(source)
    bare = highlighted(source, document, [], GROUPS)
    with pikepdf.open(io.BytesIO(bare.data)) as opened:
        assert len(opened.pages) == 1 and not {"/Outlines", "/PageLabels"} & set(opened.Root.keys())
    covered = pypdfium2.PdfDocument(highlighted(source, document, [], GROUPS, COVER).data)
    assert [covered.get_page_label(number) for number in range(2)] == ["Balans", "1"]
    covered.close()


def test_a_passage_over_two_pages_is_marked_on_both(reads: Callable[..., Document]) -> None:
    source = pdf(Sheet(paragraph(72, 700, MARKED)), Sheet(paragraph(72, 700, SECOND)))
    document = reads(source)
    whole = Mark(boxes_of(document, 0, len(document.text)), "alles", (tag(COLOURS[0]),))
    copy = highlighted(source, document, [whole], GROUPS)
    with pikepdf.open(io.BytesIO(copy.data)) as opened:
        assert [len(page.obj.Annots) for page in opened.pages] == [1, 1]
        assert opened.Root.Outlines.First.Count == -1


def test_half_a_word_on_the_next_line_is_marked_too(reads: Callable[..., Document]) -> None:
    document = reads(pdf(Sheet(paragraph(72, 700, ("Het hele beleids-", "plan is vastgesteld")))))
    at = document.text.index("beleidsplan")
    upper, lower = boxes_of(document, at, at + len("beleidsplan"))
    assert upper.bottom <= lower.top + 3 and upper.x0 > lower.x0


def test_a_line_askew_is_cut_and_one_with_raised_figures_is_not(reads: Callable[..., Document]) -> None:
    document = reads(pdf(Sheet(paragraph(72, 700, MARKED[:1]))))
    words = document.words
    askew = replace(document, words=tuple(
        word._replace(top=word.top + 2 * at, bottom=word.bottom + 2 * at) for at, word in enumerate(words)
    ))  # fmt: skip
    boxes = boxes_of(askew, 0, len(document.text))
    assert 1 < len(boxes) < len(words)
    assert max(box.bottom - box.top for box in boxes) <= 1.4 * (words[0].bottom - words[0].top)
    raised = [word._replace(bottom=word.top + 5, top=word.top - 2, size=7) if at == 2 else word
              for at, word in enumerate(words)]  # fmt: skip
    assert len(boxes_of(replace(document, words=tuple(raised)), 0, len(document.text))) == 1


def test_pages_that_do_not_fit_are_left_alone_and_told(full: tuple[bytes, Document, list[Mark]]) -> None:
    source, document, told = full
    first, second = document.pages
    other = replace(document, pages=(replace(first, width=300), second))
    copy = highlighted(source, other, told, GROUPS)
    assert copy.unplaced == (1,) and Loss.UNPLACED in copy.losses
    fewer = highlighted(source, replace(document, pages=(first,)), told, GROUPS)
    assert fewer.unplaced == (1, 2)


def test_protected_files(reads: Callable[..., Document]) -> None:
    source = pdf(Sheet(paragraph(72, 700, MARKED)), password="")
    document = reads(source)
    copy = highlighted(source, document, marks(document, MARKED, tag(COLOURS[0])), GROUPS)
    assert copy.losses == (Loss.PROTECTED,)
    assert reads(copy.data).text == document.text
    locked = pdf(Sheet(paragraph(72, 700, MARKED)), password="geheim")
    with pytest.raises(EncryptedError, match=r"stuk\.pdf opens only with a password"):
        refuse(locked, document)


def refuse(data: bytes, document: Document) -> Copy:
    return highlighted(data, replace(document, id=hashlib.sha256(data).hexdigest()), [], GROUPS)


def test_what_cannot_be_copied_is_refused_with_a_next_step(
    reads: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = pdf(Sheet(paragraph(72, 700, MARKED)))
    document = reads(source)
    with pytest.raises(UnreadableError, match="changed since"):
        highlighted(source + b"\n", document, [], GROUPS)
    for data in (b"PK\x03\x04 geen pdf", b"%PDF-1.4\nonzin", pdf(), b"%PDF-1.4\n" + b"\0" * 5000, source[:300]):
        with pytest.raises(UnreadableError) as raised:
            refuse(data, document)
        assert "stuk.pdf" in str(raised.value) and raised.value.next_step
    with pytest.raises(UsageError, match="rood"):
        highlighted(source, document, marks(document, MARKED, tag("rood")), GROUPS)
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    with pytest.raises(MissingError, match=r"--extra pdf"):
        highlighted(source, document, [], GROUPS)


def test_junk_before_the_pdf_is_no_hindrance(reads: Callable[..., Document]) -> None:
    source = b"HTTP/1.1 200 OK\r\n" * 300 + pdf(Sheet(paragraph(72, 700, MARKED)))
    document = reads(source)
    copy = highlighted(source, document, marks(document, MARKED, tag(COLOURS[0])), GROUPS)
    assert reads(copy.data).text == document.text


def test_losses_are_told_in_both_languages() -> None:
    assert set(TOLD["nl"]) == set(TOLD["en"]) == set(Loss)


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="../shared/data/pdf is not here")
@pytest.mark.parametrize("path", REAL[::12], ids=lambda path: path.stem[:30])
def test_real_files_change_over_the_words_only(path: Path) -> None:
    try:
        document = read(path, Settings())
    except BronnenError:
        pytest.skip("it cannot be read")
    source = path.read_bytes()
    chosen = [block for block in document.blocks if block.kind is Kind.PARAGRAPH][::3]
    told = [Mark(boxes_of(document, one.start, one.end), "x", (tag(COLOURS[0]),)) for one in chosen]
    copy = highlighted(source, document, told, GROUPS)
    before, after = by_pdfium(source), by_pdfium(copy.data)
    assert any(changed(one, two).any() for one, two in zip(before, after, strict=True))
    spans = iter(sorted((block.start, block.end) for block in chosen))
    span, inside = next(spans), [[] for _ in before]
    for word in document.words:
        while span[1] <= word.start:
            span = next(spans, (len(document.text), len(document.text) + 1))
        if span[0] <= word.start:
            inside[word.page - 1].append(word)
    for number, (one, two, words) in enumerate(zip(before, after, inside, strict=True), 1):
        over = np.zeros(one.shape[:2], bool)
        for word in words:
            high = 0.7 * word.size  # a line is as high as all its words: the 2 of CO2, a scan askew
            rows = slice(max(0, int((word.top - high) * SCALE)), int((word.bottom + high) * SCALE) + 1)
            reach = 2.1 * word.size  # as far as the gap between two words that is filled
            over[rows, max(0, int((word.x0 - reach) * SCALE)) : int((word.x1 + reach) * SCALE)] = True
        assert not (changed(one, two) & ~over).any(), number
