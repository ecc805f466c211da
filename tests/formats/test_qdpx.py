"""QDA projects: exact on the way out and back, valid by the standard, and read as other programs write them."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bronnen.errors import BronnenError, EncryptedError, StoreError
from bronnen.formats import counting, guarded
from bronnen.formats.coded import OURS, UNKNOWN, Code, Coding, Left, Quote, Selection, Text
from bronnen.formats.qdpx import Project
from bronnen.formats.qdpx.reading import read_qdpx
from bronnen.formats.qdpx.writing import write_codebook, write_qdpx

etree = pytest.importorskip("lxml.etree")

DATA = Path(__file__).parents[1] / "data"
NOW = "2026-03-01T10:00:00+00:00"
CODES = (
    Code("ervaringskennis gebruikt", "#E69F00", "Wat mensen <zelf> meemaken & vertellen"),
    Code("kèns 🙂", "#009E73"),
)


def project(*texts: Text, **changed: Any) -> Project:
    told = {"name": "Proef", "created": NOW, "codes": CODES, "texts": texts, "counting": "code points"}
    return Project(**{**told, **changed})


def selection(
    start: int, end: int, *coders: str, code: str = CODES[0].name, at: str = NOW, note: str = ""
) -> Selection:
    return Selection(start, end, tuple(Coding(code, coder, at) for coder in coders), note)


def there_and_back(found: Project) -> Project:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.qdpx"
        write_qdpx(path, found)
        assert_valid(path)
        return read_qdpx(path)


def assert_valid(path: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(DATA / "refi-qda.xsd")))
    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("project.qde"))
        schema.assertValid(root)
        for element in root.iter():
            for link in (element.get("path"), element.get("plainTextPath")):
                assert link is None or f"sources/{link.removeprefix('internal://')}" in archive.namelist()


# Characters that shift offsets, split XML or end up in paths, among all others.
AWKWARD = [
    "\r\n",
    "\r",
    "\n",
    "é",
    "e\u0301",
    "😀",
    "𝔘",
    "\ufeff",
    "\u2028",
    "\x0c",
    "\0",
    "&<>\"'",
    "]]>",
    "\t",
    "\xa0",
]
TEXTS = st.lists(st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=("Cs",)), max_size=8), max_size=12)
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=400).filter(str.strip)
CODERS = st.sampled_from([OURS, "anna", "Zoë van den Bergh-O'Neill", "bo & co", "李"])
TIMES = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)).map(
    lambda told: told.replace(microsecond=0, tzinfo=UTC).isoformat()
)


@st.composite
def drawn_texts(draw: st.DrawFn) -> list[Text]:
    names = draw(st.lists(NAMES, max_size=3, unique_by=str.casefold))
    found = []
    for name in names:
        text = "".join(draw(TEXTS))
        spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda span: span[0] < span[1])
        codings = st.builds(Coding, st.sampled_from([code.name for code in CODES]), CODERS, TIMES)
        made = draw(st.lists(st.tuples(spans, st.lists(codings, min_size=1, max_size=3)), max_size=4)) if text else []
        note = draw(st.sampled_from(["", "bronnen: a\r\nb <c>"]))
        selections = tuple(Selection(*span, tuple(said), note) for span, said in made)
        key = draw(st.sampled_from(["", sha256(name.encode()).hexdigest()]))
        found.append(Text(name, text, selections, key))
    return found


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(drawn_texts())
@example([Text("\ufeffbegin", "\ufeffx\0y\0z\0", (selection(0, 2, "anna"),))])
@example([Text("leeg.pdf", "")])
def test_round_trip_is_exact(texts: list[Text]) -> None:
    told = project(*texts)
    found = there_and_back(told)
    assert list(found.texts) == texts
    assert (found.name, found.created, found.codes, found.origin) == (told.name, NOW, CODES, OURS)
    assert found.left == () and found.counting == "code points"


def test_what_stands_in_the_zip_is_the_text_that_offsets_count_over(tmp_path: Path) -> None:
    text = "Één 😀 ouder\r\nzegt het."
    write_qdpx(tmp_path / "a.qdpx", project(Text("nota.pdf", text, (selection(6, 11, OURS, "anna"),))))
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        (name,) = [name for name in archive.namelist() if name.startswith("sources/")]
        assert archive.read(name).decode("utf-8") == text, "no mark, no other line ends"
        xml = archive.read("project.qde").decode()
    assert 'name="ouder" startPosition="6" endPosition="11"' in xml
    assert xml.count("<Coding ") == 2 and 'color="#E69F00"' in xml
    assert "creatingUser" in xml and xml.count("creationDateTime") == 1 + 1 + 1 + 2, "on all of them: programs want it"


def test_the_same_project_gives_the_same_bytes(tmp_path: Path) -> None:
    told = [Text("a.pdf", "Ouders zeggen het.", (selection(0, 6, "anna"),), "a" * 64)]
    for name in ("een", "twee"):
        write_qdpx(tmp_path / name, project(*told))
        time.sleep(0.01)
    assert (tmp_path / "een").read_bytes() == (tmp_path / "twee").read_bytes()


def test_a_pdf_goes_along_and_is_not_read_twice(tmp_path: Path) -> None:
    pdf = tmp_path / "bron.pdf"
    pdf.write_bytes(b"%PDF-1.7 niets")
    key = sha256(pdf.read_bytes()).hexdigest()
    told = Text("nöta.pdf", "Ouders zeggen het.", (selection(0, 6, "anna"),), key, pdf)
    write_qdpx(tmp_path / "a.qdpx", project(told))
    assert_valid(tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        (inside,) = [name for name in archive.namelist() if name.endswith(".pdf")]
        assert archive.read(inside) == pdf.read_bytes()
    (found,) = read_qdpx(tmp_path / "a.qdpx").texts
    assert (found.name, found.key, found.selections) == (told.name, key, told.selections)


def test_names_are_made_different_as_programs_want_them() -> None:
    found = there_and_back(project(Text("Nota.pdf", "a"), Text("nota.pdf", "b"), Text("x", "c"), Text("x", "d")))
    assert [text.name for text in found.texts] == ["Nota.pdf", "nota (2).pdf", "x", "x (2)"]


def test_what_no_file_can_hold_becomes_a_mark() -> None:
    found = there_and_back(project(Text("n\udce9ta\x01.pdf", "a\udce9b", (selection(0, 3, "an\x07na"),))))
    (text,) = found.texts
    assert (text.name, text.text, len(text.text)) == ("n\ufffdta\ufffd.pdf", "a\ufffdb", 3)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (project(Text("a", "abc", (selection(1, 4, "x"),))), "does not lie in the text"),
        (project(Text("a", "abc", (selection(2, 2, "x"),))), "does not lie in the text"),
        (project(Text("a", "abc", (selection(0, 2, "x", code="weg"),))), "not in the codebook"),
        (project(created="gisteren"), "is no time"),
        (project(codes=(Code("a", "rood"),)), "is no colour"),
        (project(Text("a", "b", pdf=Path("er/niet.pdf"))), "Cannot read"),
    ],
)
def test_what_does_not_hang_together_is_refused(tmp_path: Path, told: Project, said: str) -> None:
    (tmp_path / "a.qdpx").write_text("het oude")
    with pytest.raises(StoreError, match=said):
        write_qdpx(tmp_path / "a.qdpx", told)
    assert [path.name for path in tmp_path.iterdir()] == ["a.qdpx"]
    assert (tmp_path / "a.qdpx").read_text() == "het oude"


def test_a_codebook_is_valid(tmp_path: Path) -> None:
    write_codebook(tmp_path / "codes.qdc", (*CODES, Code("é", "#fff000"), Code("zonder kleur")))
    schema = etree.XMLSchema(etree.parse(str(DATA / "refi-qdc.xsd")))
    root = etree.parse(str(tmp_path / "codes.qdc"))
    schema.assertValid(root)
    assert [code.get("name") for code in root.iter("{*}Code")] == [*(code.name for code in CODES), "é", "zonder kleur"]


@pytest.mark.slow
def test_five_hundred_documents_stream(tmp_path: Path) -> None:
    text = "De gemeente vraagt bewoners naar hun ervaringen met de wijk. " * 1500
    spans = [(at * 800, at * 800 + 300) for at in range(100)]
    texts = (Text(f"n{at}", text, tuple(selection(*span, OURS) for span in spans), f"{at:064x}") for at in range(500))
    begun = time.perf_counter()
    write_qdpx(tmp_path / "a.qdpx", project(texts=texts))
    assert sum(len(text.selections) for text in read_qdpx(tmp_path / "a.qdpx").texts) == 50_000
    assert time.perf_counter() - begun < 60


# ------------------------------------------------------------------------------------------------ from other programs

U1, U2, C1, C2 = (f"{digit * 8}-0000-0000-0000-000000000000" for digit in "abcd")
HEAD = (
    '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="{origin}"><Users>'
    f'<User guid="{U1}" name="An na"/><User guid="{U2}" name="bronnen"/></Users><CodeBook><Codes>'
    f'<Code guid="{C1}" name="Kennis" isCodable="false"><Code guid="{C2}" name="Gebruikt" isCodable="true"/></Code>'
    "</Codes></CodeBook><Sources>"
)
TAIL = "</Sources></Project>"


def chosen(start: object, end: object, name: str = "", code: str = C2, user: str = U1) -> str:
    return (
        f'<PlainTextSelection guid="{U1}" name="{name}" startPosition="{start}" endPosition="{end}">'
        f'<Coding guid="{U1}" creatingUser="{user}"><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
    )


def source(*selections: str, path: str = "internal://een.txt") -> str:
    return f'<TextSource guid="{U1}" name="een" plainTextPath="{path}">{"".join(selections)}</TextSource>'


def foreign(tmp_path: Path, sources: str, content: bytes | None = None, origin: str = "", **more: Any) -> Project:
    path = tmp_path / "foreign.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(more.get("qde", "project.qde"), HEAD.format(origin=origin) + sources + TAIL)
        if content is not None:
            archive.writestr(more.get("member", "sources/een.txt"), content)
    return read_qdpx(path)


def quotes(found: Project) -> list[str]:
    return [text.text[one.start : one.end] for text in found.texts for one in text.selections]


WORDS = "Regel één.\r\nOuders 😀 vertellen\r\nhet. Onderzoek wijst uit."


def counted(words: str, *, units: bool, one_break: bool, mark: bool) -> str:
    """A selection of `words` as a program tells it that counts so; without a name unless it is asked for."""

    def size(text: str) -> int:
        text = text.replace("\r\n", "\n") if one_break else text
        return len(text.encode("utf-16-le")) // 2 if units else len(text)

    start = size(WORDS[: WORDS.index(words)]) + mark
    return chosen(start, start + size(words))


@pytest.mark.parametrize("units", [False, True])
@pytest.mark.parametrize("one_break", [False, True])
@pytest.mark.parametrize("mark", [False, True])
def test_offsets_are_understood_however_they_are_counted(
    tmp_path: Path, units: bool, one_break: bool, mark: bool
) -> None:
    wanted = ["Ouders", "vertellen\r\nhet", "Onderzoek wijst uit."]
    told = [counted(words, units=units, one_break=one_break, mark=mark) for words in wanted]
    found = foreign(tmp_path, source(*told), (b"\xef\xbb\xbf" if mark else b"") + WORDS.encode())
    assert quotes(found) == wanted
    assert (found.counting == "code points") == (not units and not one_break and not mark)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([" ", "\r\n", "\n", " 😀 ", " 𝔘\r\n"]), min_size=3, max_size=12),
    st.builds(counting.Counting, st.booleans(), st.booleans(), st.booleans()),
    st.data(),
)
def test_names_tell_how_a_project_is_counted(gaps: list[str], way: counting.Counting, data: st.DataObject) -> None:
    """Whatever the text, a program that names its selections is understood."""
    words = [f"wóórd{number:02d}" for number in range(len(gaps))]
    text = "".join(gap + word for gap, word in zip(gaps, words, strict=True))
    written = counting.Written(text, data.draw(st.booleans()))

    def size(part: str) -> int:
        part = part.replace("\r\n", "\n") if way.one_break else part
        return len(part.encode("utf-16-le")) // 2 if way.units else len(part)

    chosen_words = data.draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    told = []
    for word in chosen_words:
        start = size(text[: text.index(word)]) + (way.with_mark and written.has_mark)
        told.append(counting.Told(start, start + size(word), word))
    found = counting.spans(written, told, counting.counting([(written, told)]))
    assert [span and text[slice(*span)] for span in found] == chosen_words


def test_names_decide_where_the_ends_of_words_do_not(tmp_path: Path) -> None:
    text = ("a" * 20 + "\r\n" + "b" * 20 + "\r\n" + "cdefgh" * 5).encode()
    told = chosen(42, 48, "cdefgh") + chosen(48, 54, "cdefg...")
    assert quotes(foreign(tmp_path, source(told), text)) == ["cdefgh", "cdefgh"]
    standard = chosen(44, 50, "cdefgh")
    assert quotes(foreign(tmp_path, source(standard), text)) == ["cdefgh"]


def test_the_standard_counts_where_nothing_speaks_against_it(tmp_path: Path) -> None:
    text = ("ab" * 10 + "\r\n" + "ab" * 10).encode()
    assert quotes(foreign(tmp_path, source(chosen(25, 27)), text)) == ["ba"]
    assert quotes(foreign(tmp_path, source(chosen(25, 27)), text, origin="ATLAS.ti 23")) == ["ab"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_texts_in_odd_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Één patiënt vertelt dat de café-bijeenkomst hielp."
    at = text.index("café")
    found = foreign(tmp_path, source(chosen(at, at + 4, "café")), text.encode(encoding))
    assert quotes(found) == ["café"]


@pytest.mark.parametrize(
    ("path", "member", "qde"),
    [
        ("internal://een.txt", "Sources/een.txt", "project.qde"),
        ("internal://EEN.TXT", "sources/een.txt", "Mijn project.qde"),
        ("internal://sources/een.txt", "sources/een.txt", "project.qde"),
        ("internal:///een.txt", "sources\\een.txt", "project.qde"),
        ("internal://e%65n.txt", "sources/een.txt", "map/project.qde"),
        ("internal://e\u0301e\u0301n.txt", "sources/\u00e9\u00e9n.txt", "project.qde"),
    ],
)
def test_sources_are_found_where_programs_put_them(tmp_path: Path, path: str, member: str, qde: str) -> None:
    member = f"map/{member}" if qde.startswith("map/") else member
    found = foreign(tmp_path, source(chosen(0, 6), path=path), b"Ouders zeggen.", member=member, qde=qde)
    assert quotes(found) == ["Ouders"] and found.left == ()


@pytest.mark.parametrize(
    "path",
    [
        "internal://weg.txt",
        "internal://../../etc/passwd",
        "relative:///een.txt",
        "absolute:///etc/passwd",
        "een.txt",
        "",
    ],
)
def test_a_text_that_is_not_in_the_file_is_told_and_nothing_outside_is_opened(tmp_path: Path, path: str) -> None:
    found = foreign(tmp_path, source(chosen(0, 6), path=path), b"Ouders zeggen.")
    assert list(found.texts) == []
    (left,) = found.left
    assert left.where == "een" and "'Kennis > Gebruikt' is on a text that" in left.said
    outside = path.startswith(("relative", "absolute", "een"))
    assert ("stands outside the project" if outside else "is missing") in left.said


def test_text_inside_the_xml_and_a_source_without_text(tmp_path: Path) -> None:
    content = "<PlainTextContent>Ouders\nzeggen</PlainTextContent>"
    inside = f'<TextSource guid="{U1}" name="in">{content}{chosen(7, 13)}</TextSource>'
    empty = f'<TextSource guid="{U1}" name="leeg"><PlainTextContent/></TextSource>'
    found = foreign(tmp_path, inside + empty)
    assert quotes(found) == ["zeggen"] and [text.text for text in found.texts] == ["Ouders\nzeggen", ""]


@pytest.mark.parametrize("span", [(0, 99), (-1, 3), (3, 3), (5, 2), ("x", 3), ("9" * 5000, 3), ("", "")])
def test_a_place_outside_the_text_is_told(tmp_path: Path, span: tuple[object, object]) -> None:
    found = foreign(tmp_path, source(chosen(*span), chosen(0, 6)), b"Ouders zeggen.")
    assert quotes(found) == ["Ouders"]
    (left,) = found.left
    assert "does not lie in its text" in left.said


def test_codes_in_folders_and_codes_that_are_not_there(tmp_path: Path) -> None:
    braces = chosen(0, 6, code=f"{{{C2.upper()}}}")
    found = foreign(tmp_path, source(chosen(0, 6, code=U2), braces, "<PlainTextSelection guid=''/>"), b"Ouders zeggen.")
    assert [code.full for code in found.codes] == ["Kennis > Gebruikt"]
    assert [one.codings for text in found.texts for one in text.selections] == [(Coding("Kennis > Gebruikt", "An na"),)]
    assert found.left == (Left("een", "its code is not in the codebook"),)


def test_who_coded_is_taken_from_where_it_is_told(tmp_path: Path) -> None:
    bare = chosen(0, 6, user="").replace(' creatingUser=""', "")
    by_selection = bare.replace("startPosition", f'creatingUser="{{{U2.upper()}}}" startPosition')
    changed = bare.replace(
        "startPosition", f'modifyingUser="{U1}" modifiedDateTime="2026-01-02T04:04:05.67+01:00" startPosition'
    )
    told = source(by_selection, changed, bare, chosen(0, 6, user=C1))
    found = foreign(tmp_path, told, b"Ouders zeggen.")
    codings = [one.codings[0] for text in found.texts for one in text.selections]
    assert [one.coder for one in codings] == ["bronnen", "An na", UNKNOWN, f"{UNKNOWN} cccccccc"]
    assert [one.at for one in codings] == ["", "2026-01-02T03:04:05+00:00", "", ""]


def test_selections_on_a_pdf(tmp_path: Path) -> None:
    coding = f'<Coding guid="{U1}"><CodeRef targetGUID="{C2}"/></Coding>'

    def region(name: str, words: str = "") -> str:
        inside = (
            f'<Representation guid="{U1}"><PlainTextContent>{words}</PlainTextContent></Representation>'
            if words
            else ""
        )
        return (
            f'<PDFSelection guid="{U1}" name="{name}" page="1" firstX="0" firstY="0" secondX="9" secondY="9">'
            f"{inside}{coding}</PDFSelection>"
        )

    representation = f'<Representation guid="{U1}" plainTextPath="internal://een.txt">{chosen(0, 6)}</Representation>'
    told = region("p1", "zeggen het") + region("Ouders zeggen het") + region("kort") + region("Ouders zeggen...")
    found = foreign(
        tmp_path, f'<PDFSource guid="{U1}" name="a.pdf">{told}{representation}</PDFSource>', b"Ouders zeggen het."
    )
    (text,) = found.texts
    coded = (Coding("Kennis > Gebruikt", UNKNOWN),)
    assert (text.name, quotes(found)) == ("a.pdf", ["Ouders"])
    assert text.quotes == (Quote("zeggen het", 2, coded), Quote("Ouders zeggen het", 2, coded))
    assert [left.said for left in found.left] == [
        "'Kennis > Gebruikt' codes a region of page 2 without telling its words"
    ] * 2


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    coding = f'<Coding guid="{U1}"><CodeRef targetGUID="{C2}"/></Coding>'
    region = f'<PictureSelection guid="{U1}">{coding}</PictureSelection>'
    picture = f'<PictureSource guid="{U1}" name="foto">{region}</PictureSource>'
    found = foreign(tmp_path, picture + source(coding), b"Ouders.")
    assert [left.where for left in found.left] == ["foto", "een"]
    assert "picture" in found.left[0].said and "document as a whole" in found.left[1].said


# ------------------------------------------------------------------------------------------------------- meant to harm


def packed(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in members:  # not by writestr, which takes no empty name
            entry = zipfile.ZipInfo(name)
            entry.compress_type = how
            with archive.open(entry, "w") as member:
                member.write(content)
    return stream.getvalue()


EMPTY = b'<Project xmlns="urn:QDA-XML:project:1.0" name="p"/>'
LAUGHS = b'<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Project name="&b;"/>'
TEXT = (HEAD.format(origin="") + source() + TAIL).encode()
HOSTILE = {
    "no zip": b"%PDF-1.7",
    "empty": b"",
    "no project": packed(("readme.txt", b"x")),
    "two projects": packed(("a.qde", EMPTY), ("b.qde", EMPTY)),
    "damaged": packed(("project.qde", EMPTY))[:-30],
    "no xml": packed(("project.qde", b"\x00\xff\xfe")),
    "another root": packed(("project.qde", b"<CodeBook/>")),
    "entities": packed(("project.qde", LAUGHS)),
    "a document type": packed(("project.qde", b'<!DOCTYPE p SYSTEM "file:///etc/passwd"><Project name="p"/>')),
    "utf-16 entities": packed(("project.qde", LAUGHS.decode().encode("utf-16"))),
    "a bomb": packed(("project.qde", EMPTY + b" " * 50_000_000)),
    "a bomb of a text": packed(("project.qde", TEXT), ("sources/een.txt", b" " * 50_000_000)),
    "a text too large": packed(("project.qde", TEXT), ("sources/een.txt", b" " * 60_000_000), how=zipfile.ZIP_STORED),
    "too deep": packed(("project.qde", b"<Project>" + b"<Code>" * 100_000)),
    "a file without a name": packed(("project.qde", EMPTY), ("", b"x")),
    "unknown packing": packed(("project.qde", EMPTY)).replace(b"\x08\x00", b"\x63\x00"),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.qdpx").write_bytes(content)
    begun = time.perf_counter()
    with pytest.raises(StoreError) as caught:
        read_qdpx(tmp_path / "a.qdpx")
    assert caught.value.next_step and "a.qdpx" in caught.value.message
    assert time.perf_counter() - begun < 3


def test_a_password_is_told(tmp_path: Path) -> None:
    content = bytearray(packed(("project.qde", EMPTY)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    (tmp_path / "a.qdpx").write_bytes(content)
    with pytest.raises(EncryptedError):
        read_qdpx(tmp_path / "a.qdpx")


def test_too_many_elements_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "MAX_ELEMENTS", 5)
    (tmp_path / "a.qdpx").write_bytes(packed(("project.qde", TEXT)))
    with pytest.raises(StoreError, match="more elements"):
        read_qdpx(tmp_path / "a.qdpx")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_byte_never_ends_in_a_bug(data: st.DataObject) -> None:
    content = bytearray(packed(("project.qde", TEXT), ("sources/een.txt", b"Ouders."), how=zipfile.ZIP_STORED))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.qdpx"
        path.write_bytes(content)
        try:
            read_qdpx(path)
        except BronnenError as error:
            assert error.next_step
