"""Zip files and XML that lie: sizes, overlaps, names, encodings and depth, in each format that is a zip."""

from __future__ import annotations

import io
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_targets import TARGETS

from bronnen.errors import BronnenError

KINDS = ("docx", "odt", "metadata.xlsx", "qdpx", "inception")
LAUGHS = "<!DOCTYPE a [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1 if n > 1 else str()};' * 10}'>" for n in range(1, 10)
)
ENTITIES = {
    "laughs": LAUGHS + "]>",
    "outside": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    "parameter": "<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://203.0.113.7/a'> %b;]>",
    "document type": "<!DOCTYPE a SYSTEM 'http://203.0.113.7/a.dtd'>",
}
CODINGS = ("utf-8", "utf-16", "utf-16-be", "utf-7", "utf-32", "cp037", "iso-2022-jp")


def members(kind: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(TARGETS[kind].seeds()[0])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(told: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in told.items():
            archive.writestr(name, content)
    return stream.getvalue()


def main_part(told: dict[str, bytes]) -> str:
    """The part that every reader of the format reads."""
    wanted = ("word/document.xml", "content.xml", "xl/worksheets/sheet1.xml", "project.qde")
    found = [name for name in told if name in wanted or name.endswith(("INITIAL_CAS.xmi", "an.xmi"))]
    return found[0]


def ended(kind: str, content: bytes, tmp_path: Path) -> tuple[str, float, int]:
    """How reading ended: what was said, in how many seconds of CPU, and the most memory that Python held."""
    path = tmp_path / f"nota{TARGETS[kind].suffix}"
    path.write_bytes(TARGETS[kind].seeds()[0])
    TARGETS[kind].read(path)  # what is not changed is read, and libraries are there
    path.write_bytes(content)
    begun = time.process_time()
    tracemalloc.start()
    said = ""
    try:
        TARGETS[kind].read(path)
    except BronnenError as error:
        assert error.next_step, error
        said = str(error)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return said, time.process_time() - begun, most


def entities(kind: str, declared: str, coding: str) -> bytes:
    told = members(kind)
    name = main_part(told)
    xml = re.sub(r"^<\?xml[^>]*\?>\s*", "", told[name].decode())
    used = re.sub(r">", ">&a9;&b;", xml, count=1) if "ENTITY" in declared else xml
    head = f"<?xml version='1.0' encoding='{coding.removesuffix('-be')}'?>"
    text = head + ENTITIES[declared] + used
    told[name] = (
        text.encode(coding) if coding != "utf-7" else head.encode() + (ENTITIES[declared] + used).encode("utf-7")
    )
    return packed(told)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("declared", ENTITIES)
@pytest.mark.parametrize("kind", ["docx", "odt", "metadata.xlsx"])
def test_entities_are_refused_in_every_encoding(kind: str, declared: str, coding: str, tmp_path: Path) -> None:
    said, seconds, most = ended(kind, entities(kind, declared, coding), tmp_path)
    assert said and "root:" not in said and seconds < 3 and most < 100_000_000


BOMB = b"<a>" + b" " * 220_000_000


def bomb(kind: str) -> bytes:
    """The main part unpacks to 220 MB."""
    told = members(kind)
    told[main_part(told)] = BOMB
    return packed(told)


def many(kind: str) -> bytes:
    """Twelve thousand members beside those that belong there."""
    return packed({**members(kind), **{f"word/x{number}.xml": b"" for number in range(12_000)}})


def lying(kind: str) -> bytes:
    """The main part says that it is small, in both of the places where a zip tells a size, and is 220 MB."""
    told = members(kind)
    name = main_part(told)
    told[name] = BOMB
    made = bytearray(packed(told))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(mark), bytes(made)):
            if struct.unpack_from("<L", made, found.start() + at)[0] == len(BOMB):
                struct.pack_into("<L", made, found.start() + at, 1000)
    return bytes(made)


def overlapping(kind: str) -> bytes:
    """Two hundred entries that all point at one packed piece of 4 MB."""
    told = members(kind)
    piece = b"<a>" + b" " * 4_000_000
    made = packed({**told, "word/z.xml": piece})
    end = made.rindex(b"PK\x05\x06")
    count, size, begin = struct.unpack_from("<HLL", made, end + 10)
    entry = next(
        found.start()
        for found in re.finditer(b"PK\x01\x02", made)
        if made[found.start() + 46 :].startswith(b"word/z.xml")
    )
    copies = b"".join(
        made[entry : entry + 46] + f"word/{n:03}.xml"[:10].encode().ljust(10, b"l") + made[entry + 56 : end]
        for n in range(200)
    )
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count + 200, count + 200, size + len(copies), begin, 0)
    return made[:end] + copies + tail


def nested(kind: str) -> bytes:
    """A zip in a zip in a zip, twenty deep."""
    told = members(kind)
    inside = packed({main_part(told): BOMB})
    for _ in range(20):
        inside = packed({main_part(told): inside, "a.zip": inside})
    return packed({**told, main_part(told): inside, "a.zip": inside, "word/embeddings/a.docx": inside})


def deep(kind: str) -> bytes:
    """Elements in elements, a hundred thousand deep."""
    told = members(kind)
    told[main_part(told)] = b"<a>" * 100_000
    return packed(told)


def wide(kind: str) -> bytes:
    """An attribute of 50 MB, and a hundred thousand attributes."""
    told = members(kind)
    names = b" ".join(b"a%d='b'" % number for number in range(100_000))
    told[main_part(told)] = b"<a " + names + b" z='" + bytes(range(48, 58)) * 5_000_000 + b"'/>"
    return packed(told)


@pytest.mark.slow
@pytest.mark.parametrize("make", [bomb, many, lying, overlapping, nested, deep, wide], ids=lambda make: make.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_bombs_are_refused_in_bounded_time_and_memory(kind: str, make: Callable[[str], bytes], tmp_path: Path) -> None:
    said, seconds, most = ended(kind, make(kind), tmp_path)
    assert seconds < 20 and most < 700_000_000, (said, seconds, most)
    if make in (bomb, lying, deep):
        assert said or kind in ("qdpx", "inception"), "a command tells it"
