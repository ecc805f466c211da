"""Makes `corpus/lastig/`: PDFs of the project's own documents that a scan must refuse or treat with care.

Locked, garbled, scanned, badly blacked out, two pages on a sheet. They are made from the PDFs in `voorbeelden/`, so
their text is known too. Needs the dependency group `typeset` and pypdf; the same input and versions give the same bytes
(the scan's also depend on the JPEG library).

    python -m uv run --group typeset --with pypdf python corpus/hard.py
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pypdfium2
import source
from PIL import Image, ImageFilter
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import ArrayObject, ByteStringObject, DecodedStreamObject, NameObject
from typeset import EXAMPLES, TRUTHS

HARD = source.FOLDER / "lastig"
PASSWORD = "geheim"


def locked(path: Path) -> bytes:
    """The PDF, to be opened with the password only."""
    writer = PdfWriter(clone_from=PdfReader(path))
    identifier = ByteStringObject(b"bronnen-lastig-1")  # else pypdf draws one, and the key with it
    writer._ID = ArrayObject([identifier, identifier])
    writer.encrypt(user_password=PASSWORD, algorithm="RC4-128")
    writer._ID = ArrayObject([identifier, identifier])
    return _bytes(writer)


def garbled(path: Path) -> bytes:
    """The PDF looking the same, its text layer full of private-use characters: what a copy gives is not the text."""
    writer = PdfWriter(clone_from=PdfReader(path))
    seen: set[int] = set()
    for page in writer.pages:
        fonts = page["/Resources"].get("/Font", {})  # type: ignore[union-attr]
        for font in fonts.values():
            reference = font.get_object().raw_get("/ToUnicode")
            if reference.idnum in seen:
                continue
            seen.add(reference.idnum)
            cmap = reference.get_object().get_data().decode("latin-1")
            stream = DecodedStreamObject()
            stream.set_data(re.sub(r"(<[0-9A-Fa-f]+>\s+)<([0-9A-Fa-f]{4})>", _private, cmap).encode("latin-1"))
            writer._objects[reference.idnum - 1] = stream
    writer.root_object.pop("/StructTreeRoot", None)
    return _bytes(writer)


def _private(found: re.Match[str]) -> str:
    return f"{found[1]}<{0xE000 + (int(found[2], 16) * 7 + 3) % 0x1000:04X}>"


def scanned(path: Path, rng: np.random.Generator, pages: int = 2) -> bytes:
    """The first pages as a grey picture from a poor scanner: askew, noisy, soft; no text layer."""
    document = pypdfium2.PdfDocument(path)
    pictures = []
    for number in range(min(pages, len(document))):
        picture = document[number].render(scale=150 / 72, grayscale=True).to_pil().convert("L")
        picture = picture.rotate(float(rng.uniform(-0.6, 0.6)), Image.Resampling.BICUBIC, fillcolor=255)
        picture = picture.filter(ImageFilter.GaussianBlur(0.6))
        pixels = np.asarray(picture, dtype=np.float64) * 0.9 + 14 + rng.normal(0, 7, (picture.height, picture.width))
        specks = rng.random(pixels.shape) < 0.0004
        pixels[specks] = 60
        pictures.append(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    document.close()
    raw = io.BytesIO()
    pictures[0].save(raw, "PDF", resolution=150, quality=45, save_all=True, append_images=pictures[1:])
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(raw.getvalue())).pages:
        writer.add_page(page)
    return _bytes(writer)


def badly_blacked_out(path: Path, words: tuple[str, ...]) -> bytes:
    """The PDF with black bars over the words, which still stand in the text layer."""
    writer = PdfWriter(clone_from=PdfReader(path))
    document = pypdfium2.PdfDocument(path)
    for number, page in enumerate(writer.pages):
        textpage = document[number].get_textpage()
        bars = []
        for word in words:
            search = textpage.search(word, match_case=True)
            while (hit := search.get_next()) is not None:
                for index in range(textpage.count_rects(*hit)):
                    left, bottom, right, top = textpage.get_rect(index)
                    bars.append(f"{left - 1:.2f} {bottom - 2:.2f} {right - left + 2:.2f} {top - bottom + 4:.2f} re")
        _draw(page, "0 g " + " ".join(bars) + " f" if bars else "")
    document.close()
    return _bytes(writer)


def _draw(page: PageObject, drawing: str) -> None:
    """Add a drawing over everything on the page, in the page's own coordinates."""
    contents = page.get_contents()
    assert contents is not None
    stream = DecodedStreamObject()
    stream.set_data(b"q\n" + contents.get_data() + b"\nQ\nq " + drawing.encode("ascii") + b" Q\n")
    page[NameObject("/Contents")] = page.indirect_reference.pdf._add_object(stream)  # type: ignore[union-attr]


def spread(path: Path) -> bytes:
    """The PDF with two pages side by side on every sheet."""
    reader = PdfReader(path)
    writer = PdfWriter()
    for first in range(0, len(reader.pages), 2):
        left = reader.pages[first]
        width, height = float(left.mediabox.width), float(left.mediabox.height)
        sheet = writer.add_blank_page(2 * width, height)
        sheet.merge_page(left)
        if first + 1 < len(reader.pages):
            sheet.merge_transformed_page(reader.pages[first + 1], Transformation().translate(width, 0))
    return _bytes(writer)


def _bytes(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    for page in writer.pages:
        page.compress_content_streams()
    writer.write(out)
    return out.getvalue()


def main() -> int:
    HARD.mkdir(exist_ok=True)
    proposal = EXAMPLES / "raadsvoorstel-huisvesting-arbeidsmigranten.pdf"
    evening = EXAMPLES / "verslag-bewonersavond-dorpsweg.pdf"
    names = ("Ilse Terpstra", "Joris van den Hoek", "Karim Sellami", "Annelies Dubbeldam", "Marloes Wiersma")
    made = {
        "versleuteld": locked(proposal),
        "kapotte-tekstlaag": garbled(EXAMPLES / "rapport-wisselend-inkomen.pdf"),
        "gescand": scanned(EXAMPLES / "kamerbrief-kleine-scholen.pdf", np.random.default_rng(20260101)),
        "zwart-met-tekst": badly_blacked_out(evening, names),
        "twee-op-een-vel": spread(proposal),
    }
    for name, pdf in made.items():
        path = HARD / f"{name}.pdf"
        path.write_bytes(pdf)
        print(path)
    truth = json.loads((TRUTHS / f"{proposal.stem}.json").read_text(encoding="utf-8"))
    for block in truth["blocks"]:
        block["page"] = (block["page"] + 1) // 2
    truth["pages"] = (truth["pages"] + 1) // 2
    truth["columns"] = 2
    lines = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    (TRUTHS / "twee-op-een-vel.json").write_text(lines, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
