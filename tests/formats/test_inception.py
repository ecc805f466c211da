"""INCEpTION's XMI and WebAnno TSV, alone and in the zips that it exports, and what we write for it."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from codings import seen, texts
from hypothesis import given, settings

from bronnen.errors import BronnenError, StoreError
from bronnen.formats.coded import OURS, UNKNOWN, Coded, Coding, Left, Selection, Text
from bronnen.formats.inception import read_inception, write_inception, write_webanno
from bronnen.formats.uima import codes_of

XMI = (
    '<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
    'xmlns:cas="http:///uima/cas.ecore" xmlns:custom="http:///webanno/custom.ecore" '
    'xmlns:seg="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" '
    'xmlns:meta="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore" xmi:version="2.0">'
    '<cas:NULL xmi:id="0"/><meta:DocumentMetaData xmi:id="2" sofa="1" begin="0" end="9" documentTitle="nota.txt"/>'
    '<seg:Token xmi:id="3" sofa="1" begin="0" end="2" order="0"/><seg:Sentence xmi:id="4" sofa="1" begin="0" end="21"/>'
    '{spans}<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" '
    'sofaString="😀 Ouders &amp; kinderen&#10;zeggen."/><cas:View sofa="1" members="2 3 4 5"/></xmi:XMI>'
)
SPAN = '<custom:Bron xmi:id="5" sofa="1" begin="3" end="9" label="een"/>'

TSV = """#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.Bron|label|opmerking
#T_RL=webanno.custom.Band|soort|BT_webanno.custom.Bron
#T_SP=webanno.custom.Ervaringskennis|


#Text=😀 Ouders zeggen
#Text=het.
1-1\t0-2\t😀\t_\t_\t_\t_\t_\t
1-2\t3-9\tOuders\teen[1]|twee\\|drie[2]\t*[1]|vrij\\_[2]\tx\t1-1[0_1]\t_\t
1-3\t10-16\tzeggen\teen[1]\t*[1]\t_\t_\t*\t
1-3.1\t10-13\tzeg\t_\t_\t_\t_\t*[4]\t
1-4\t17-20\thet\t_\t_\t_\t_\t_\t
1-5\t20-21\t.\t_\t_\t_\t_\t_\t

#Text=Na \\\\ een tab\\t.
2-1\t24-26\tNa\teen\t*\t_\t_\t_\t
"""


def packed(how: int = zipfile.ZIP_DEFLATED, /, **members: bytes | str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def read(tmp_path: Path, content: bytes | str, name: str = "nota.xmi") -> Coded:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_inception(tmp_path / name)


def said(found: Coded) -> list[tuple[str, str, str, str]]:
    return [
        (text.name, coding.coder, coding.code, text.text[one.start : one.end])
        for text in found.texts
        for one in text.selections
        for coding in one.codings
    ]


@settings(max_examples=60, deadline=None)
@given(texts())
def test_xmi_comes_back_as_it_was(told: list[Text]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        write_inception(path, told)
        found = read_inception(path)
    assert seen(found.texts) == seen(told)
    assert {(one.text, one.key, one.name) for one in found.texts} == {
        (one.text, one.key, one.name.replace("/", "_")) for one in told
    }


@settings(max_examples=60, deadline=None)
@given(texts())
def test_tsv_comes_back_but_for_white_space(told: list[Text]) -> None:
    """Tokens hold no white space, so that it is compared by letters; one of white space alone is lost."""

    def letters(found: Sequence[Text]) -> set[tuple[str, ...]]:
        return {
            (
                text.name,
                coding.code,
                str(len("".join(text.text[: one.start].split()))),
                "".join(text.text[one.start : one.end].split()),
                one.unit,
                coding.coder,
                coding.at,
            )
            for text in found
            for one in text.selections
            for coding in one.codings
            if text.text[one.start : one.end].strip()
        }

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        write_webanno(path, told, lambda text: [(len(text.text) // 3, len(text.text) // 2)])
        found = read_inception(path)
    assert letters(found.texts) == letters(told)


def test_xmi_counts_utf_16_units(tmp_path: Path) -> None:
    found = read(tmp_path, XMI.format(spans=SPAN))
    assert said(found) == [("nota.txt", UNKNOWN, "een", "Ouders")]
    assert found.texts[0].text == "😀 Ouders & kinderen\nzeggen." and found.counting == "UTF-16 units"


def test_the_code_is_where_a_layer_has_it() -> None:
    assert codes_of("Bron", {"Label": "een", "comment": "vrij"}) == ["een"]
    assert codes_of("Bron", {"bron": "ervaringskennis", "gebruik": "gebruikt"}) == ["ervaringskennis gebruikt"]
    assert codes_of("Bron", {"a": "een", "b": "twee", "c": ""}) == ["een", "twee"]
    assert codes_of("Ervaringskennis", {}) == ["Ervaringskennis"]


def test_tsv_with_stacked_spans_and_parts_of_tokens(tmp_path: Path) -> None:
    found = read(tmp_path, TSV, "nota.tsv")
    assert found.texts[0].text == "😀 Ouders zeggen\nhet.  \nNa \\ een tab\t."
    assert said(found) == [
        ("nota", UNKNOWN, "een", "Ouders zeggen"),
        ("nota", UNKNOWN, "twee|drie", "Ouders"),
        ("nota", UNKNOWN, "Ervaringskennis", "zeggen"),
        ("nota", UNKNOWN, "Ervaringskennis", "zeg"),
        ("nota", UNKNOWN, "een", "Na"),
    ]


def test_who_coded_is_told_by_the_place_in_the_export(tmp_path: Path) -> None:
    one = XMI.format(spans=SPAN)
    inner = packed(**{"anna.xmi": one, "TypeSystem.xml": "<x/>"})
    members = {
        "exportedproject.json": "{}",
        "annotation/nota.pdf/anna.zip": inner,
        "annotation/nota.pdf/INITIAL_CAS.zip": packed(**{"INITIAL_CAS.xmi": one}),
        "annotation/nota.pdf/bo.tsv": TSV,
        "curation/nota.pdf/CURATION_USER.xmi": one,
        "source/nota.pdf": b"%PDF",
    }
    found = read(tmp_path, packed(**members), "project.zip")
    assert {(name, coder) for name, coder, _, _ in said(found)} == {
        ("nota.pdf", "anna"),
        ("nota.pdf", OURS),
        ("nota.pdf", "bo"),
        ("nota.pdf", "adjudicated:INCEpTION"),
    }
    assert said(read(tmp_path, inner, "een.zip")) == [("nota.txt", UNKNOWN, "een", "Ouders")]


def test_what_the_model_gave_is_its_own_until_somebody_changes_it(tmp_path: Path) -> None:
    """INCEpTION copies what a document came with into what each person has of it."""
    spans = SPAN.replace('label="een"', 'code="een" by="bronnen" given="een"')
    changed = SPAN.replace('label="een"', 'code="twee" by="bronnen" given="een"')
    one = XMI.format(spans=spans + changed + SPAN)
    found = read(tmp_path, packed(**{"annotation/nota.pdf/anna.xmi": one}), "project.zip")
    assert [(coder, code) for _, coder, code, _ in said(found)] == [(OURS, "een"), ("anna", "twee"), ("anna", "een")]


def test_a_name_that_cannot_be_shown_is_put_right(tmp_path: Path) -> None:
    one = XMI.format(spans=SPAN.replace('label="een"', 'code="een" by="an&#10;&#9;na"'))
    found = read(
        tmp_path, packed(**{"annotation/nota.pdf/an__na.xmi": one, "annotation/nota.pdf/an na.xmi": one}), "p.zip"
    )
    assert {coder for _, coder, _, _ in said(found)} == {"an__na", "an na"}


def test_a_span_outside_the_text_is_told(tmp_path: Path) -> None:
    spans = SPAN.replace('end="9"', 'end="99"') + SPAN.replace('end="9"', 'end="3"') + SPAN.replace("3", "-1")
    found = read(tmp_path, XMI.format(spans=spans))
    assert [one.said for one in found.left] == [
        "'een' on 3-3 is no span",
        "'een' on -1-9 is no span",
        "'een' does not lie in its text",
    ]
    assert found.left[2] == Left("nota.xmi, 3-99", "'een' does not lie in its text")


def test_two_documents_of_one_name_and_odd_coders(tmp_path: Path) -> None:
    coding = Coding("een", "../../x:y")
    told = [Text("a/b.pdf", "Een zin.", (Selection(0, 3, (coding,)),), f"{number:064x}") for number in range(2)]
    write_inception(tmp_path / "a.zip", told)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not any(".." in name.split("/") or name.startswith("/") for name in archive.namelist())
    assert seen(read_inception(tmp_path / "a.zip").texts) == seen(told)


def test_zips_inside_share_one_bound_which_stops_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def noted(name: str, *_: object) -> Text:
        made.append(name)
        return Text(name, "Een")

    monkeypatch.setattr("bronnen.formats.inception.read_xmi", noted)
    inner = packed(**{f"{number}.xmi": "x" * 10_000 for number in range(8)})
    whole = packed(**{f"{number}.zip": inner for number in range(3)})
    monkeypatch.setattr("bronnen.formats.inception.MAX_BYTES", 50_000)
    with pytest.raises(StoreError, match="unpacks to more"):
        read(tmp_path, whole)
    assert len(made) == 4, "each member is counted before it is read"
    monkeypatch.setattr("bronnen.formats.inception.MAX_BYTES", 10**9)
    monkeypatch.setattr("bronnen.formats.inception.MAX_MEMBERS", 20)
    with pytest.raises(StoreError, match="more files"):
        read(tmp_path, whole)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
HOSTILE: dict[str, bytes | str] = {
    "empty": b"",
    "no xml": b"\x00\xff",
    "no text": "<xmi/>",
    "entities": LAUGHS + "<XMI>&b;</XMI>",
    "a document type": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><XMI/>',
    "too deep": "<a>" * 100_000,
    "no member": packed(readme="x"),
    "a bomb": packed(**{"a.xmi": b" " * 60_000_000}),
    "a bomb inside": packed(**{"a.zip": packed(**{"a.xmi": b" " * 60_000_000})}),
    "a damaged zip": packed(**{"a.xmi": "x"})[:-30],
    "a damaged zip inside": packed(**{"a.zip": b"PK\x03\x04"}),
    "no tsv": "#FORMAT=WebAnno TSV 3.3\n1-1 0-2 x\n",
    "too many columns": "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|a\n#Text=Een\n1-1\t0-3\tEen\ta\tb\t\n",
    "backwards": "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|a\n#Text=Een\n1-1\t5-8\tEen\t_\t\n#Text=Een\n2-1\t5-8\tEen\t_\t\n",
    "far away": "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|a\n#Text=Een\n1-1\t900000000-900000003\tEen\t_\t\n",
    "many gaps": "#FORMAT=WebAnno TSV 3.3\n"
    + "".join(f"#Text=E\n{n}-1\t{n * 90_000}-{n * 90_000 + 1}\tE\t_\t\n" for n in range(1, 9)),
    "packed in another way": packed(zipfile.ZIP_BZIP2, **{"a.xmi": XMI.format(spans="")}),
    "not UTF-8": b"#FORMAT=WebAnno TSV 3.3\n#Text=\xff\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(tmp_path: Path, content: bytes | str) -> None:
    begun = time.perf_counter()
    with pytest.raises(StoreError) as caught:
        read(tmp_path, content, "a.zip")
    assert caught.value.next_step and time.perf_counter() - begun < 3


@pytest.mark.parametrize("at", range(0, len(TSV), 37))
def test_a_tsv_that_is_cut_off_never_ends_in_a_bug(tmp_path: Path, at: int) -> None:
    try:
        read(tmp_path, TSV[:at], "nota.tsv")
    except BronnenError as error:
        assert error.next_step
