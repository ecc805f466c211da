"""Scans made in code: pages whose words are known, as pictures, clean or worn by scanner and copier."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from bronnen.extract import pdfium

EXAMPLES = Path(__file__).parents[1] / "corpus" / "voorbeelden"


def page(path: Path, number: int, dpi: int) -> tuple[list[str], Any]:
    """The words of a page of a PDF with text, and the page as a grey picture."""
    with pdfium.opened(path.read_bytes()) as document:
        found, _ = pdfium.read_page(document, number)
        image = document[number - 1].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    return [word.text for word in found.all_words()], image


def worn(image: Any, skew: float, seed: int) -> Any:
    """The picture askew by `skew` degrees, blurred, greyed, with noise and specks, and saved as a poor JPEG."""
    rng = np.random.default_rng(seed)
    askew = image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    grey = np.asarray(askew.filter(ImageFilter.GaussianBlur(0.5)), dtype=float) * 0.85 + 25
    grey += rng.normal(0, 18, grey.shape)
    specks = rng.random(grey.shape)
    grey[specks < 0.001], grey[specks > 0.999] = 0, 255
    stream = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype("uint8")).save(stream, "JPEG", quality=60)
    return Image.open(stream).convert("L")


def scan(images: Sequence[Any], dpi: int) -> bytes:
    """A PDF of these pictures, one a page, without text."""
    stream = io.BytesIO()
    images[0].save(stream, "PDF", resolution=dpi, save_all=True, append_images=images[1:])
    return stream.getvalue()


def recall(known: Iterable[str], seen: Iterable[str]) -> float:
    """The share of the known words that were seen, whole, each as often as it stands there."""
    wanted, found = _bare(known), _bare(seen)
    return (wanted & found).total() / wanted.total()


def _bare(words: Iterable[str]) -> Counter[str]:
    """Words without the punctuation around them, which no reader counts; dashes and apostrophes are of one kind."""
    told = (re.sub(r"^\W+|\W+$", "", word.translate(_ALIKE)) for word in words)
    return Counter(word for word in told if word)


_ALIKE = str.maketrans("’‘–—", "''--")
