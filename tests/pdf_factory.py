"""PDFs made in code, byte for byte: what a test says is on the page is all that is on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

PASSWORD_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
FILE_ID = bytes(range(16))

FONTS = {
    "F1": b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    "F2": b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    # a font of which no reader can tell what its glyphs mean: 'F3', two bytes a glyph
    "F3": b"<< /Type /Font /Subtype /Type0 /BaseFont /Unknown /Encoding /Identity-H /DescendantFonts [ << /Type /Font"
    b" /Subtype /CIDFontType2 /BaseFont /Unknown /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
    b" /Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /Unknown /Flags 4 /Ascent 800"
    b" /Descent -200 /CapHeight 700 /ItalicAngle 0 /StemV 80 /FontBBox [0 -200 1000 800] >> /DW 500 >> ] >>",
}


@dataclass(frozen=True)
class Sheet:
    """One page: its content stream, boxes (left, bottom, right, top) and rotation."""

    content: bytes = b""
    media: tuple[float, float, float, float] = (0, 0, 595, 842)
    crop: tuple[float, float, float, float] | None = None
    rotate: int = 0
    image: bool = False  # a grey picture over the whole page
    entries: str = ""  # more of the page's dictionary, such as annotations
    states: str = ""  # graphics states by name: '/G1 << /ca 0.5 >>'
    forms: str = ""  # pictures and forms by name: '/X1 12 0 R'
    layers: str = ""  # groups of optional content by name


def text(x: float, y: float, told: str, *, font: str = "F1", size: float = 11, matrix: str = "") -> bytes:
    """Draws one line of text from (x, y), y up; `matrix` is the first four numbers of a text matrix."""
    if font == "F3":
        drawn = b"<" + "".join(f"{ord(char):04x}" for char in told).encode() + b">"
    else:
        raw = told.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        drawn = b"(" + raw + b")"
    return f"BT /{font} {size} Tf {matrix or '1 0 0 1'} {x} {y} Tm ".encode() + drawn + b" Tj ET\n"


def paragraph(x: float, y: float, lines: Sequence[str], *, font: str = "F1", size: float = 11) -> bytes:
    """Lines under each other at 1.2 times their size."""
    return b"".join(text(x, y - 1.2 * size * row, line, font=font, size=size) for row, line in enumerate(lines))


def line(x0: float, y0: float, x1: float, y1: float) -> bytes:
    return f"0.5 w {x0} {y0} m {x1} {y1} l S\n".encode()


def grid(xs: Sequence[float], ys: Sequence[float]) -> bytes:
    """A ruled table of which the lines stand at `xs` and `ys`."""
    level = b"".join(line(min(xs), y, max(xs), y) for y in ys)
    return level + b"".join(line(x, min(ys), x, max(ys)) for x in xs)


def pdf(
    *sheets: Sheet,
    unicode_map: str = "",
    password: str | None = None,
    more: Sequence[tuple[str, bytes | None]] = (),
    catalog: str = "",
) -> bytes:
    """A PDF with these pages.

    `more` are further objects, each the inside of its dictionary and its stream: the first has the number `first_more`
    tells. `catalog` is more of the catalogue.

    `unicode_map` gives 'F1' and 'F2' a wrong table of characters: its 26 letters are what a to z claim to mean.
    `password` encrypts the file (RC4, 40 bits); an empty one encrypts without asking readers for it.
    """
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(sheets)))
    bodies: list[tuple[bytes, bytes | None]] = [  # each object's dictionary, and its stream
        (f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(), None),
        (f"<< /Type /Pages /Count {len(sheets)} /Kids [ {kids} ] >>".encode(), None),
        (b"<< " + b" ".join(b"/" + name.encode() + b" " + _font(name, unicode_map) for name in FONTS) + b" >>", None),
        (b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray", b"\x80"),
        (b"<<", _unicode_table(unicode_map)),
    ]
    for number, sheet in enumerate(sheets):
        crop = f"/CropBox [{' '.join(map(str, sheet.crop))}]" if sheet.crop else ""
        left, bottom, right, top = sheet.media
        drawn = f"q {right - left} 0 0 {top - bottom} {left} {bottom} cm /I1 Do Q\n".encode() if sheet.image else b""
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{left} {bottom} {right} {top}] {crop} /Rotate {sheet.rotate} "
            f"{sheet.entries} /Resources << /Font 3 0 R /XObject << /I1 4 0 R {sheet.forms} >> "
            f"/ExtGState << {sheet.states} >> /Properties << {sheet.layers} >> >> /Contents {7 + 2 * number} 0 R >>"
        )
        bodies += [(page.encode(), None), (b"<<", drawn + sheet.content)]
    bodies += [(f"<< {told}".encode() + (b" >>" if stream is None else b""), stream) for told, stream in more]
    return _written(bodies, password)


def first_more(sheets: int) -> int:
    """The number of the first of the further objects in a PDF of so many pages."""
    return 6 + 2 * sheets


def _font(name: str, unicode_map: str) -> bytes:
    return (
        FONTS[name].replace(b" >>", b" /ToUnicode 5 0 R >>", 1) if unicode_map and name in ("F1", "F2") else FONTS[name]
    )


def _unicode_table(letters: str) -> bytes:
    rows = "".join(f"<{97 + i:02x}> <{ord(char):04x}>\n" for i, char in enumerate(letters))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{rows}endbfchar endcmap end end"
    ).encode()


def _written(bodies: Sequence[tuple[bytes, bytes | None]], password: str | None) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    owner, key = _key(password) if password is not None else (b"", b"")
    places = []
    for number, (body, stream) in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body
        if stream is not None:
            if key:
                stream = _rc4(_md5(key + number.to_bytes(3, "little") + b"\0\0")[:10], stream)
            out += f" /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream"
        out += b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    encrypt = b""
    if key:
        user = _rc4(key, PASSWORD_PADDING)
        encrypt = (f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >> "
                   f"/ID [<{FILE_ID.hex()}> <{FILE_ID.hex()}>]").encode()  # fmt: skip
    out += f"trailer << /Size {len(bodies) + 1} /Root 1 0 R ".encode() + encrypt
    return bytes(out + f" >>\nstartxref\n{start}\n%%EOF\n".encode())


def _key(password: str) -> tuple[bytes, bytes]:
    """The owner's entry and the key of the standard security of PDF 1.3 (algorithms 3.2 and 3.3)."""
    padded = (password.encode() + PASSWORD_PADDING)[:32]
    owner = _rc4(_md5((b"owner" + PASSWORD_PADDING)[:32])[:5], padded)
    key = _md5(padded + owner + (-4).to_bytes(4, "little", signed=True) + FILE_ID)[:5]
    return owner, key


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
