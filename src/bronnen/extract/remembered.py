"""What text recognition read before, a small file per page, so that nothing is read twice.

The name of a file is the hash of all that decides what is read: the picture, the program, the language, and how we
prepare pictures (`_STEPS`). A file that is not what `keep` writes is as good as none: it is checked to the last number.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from bronnen.errors import BronnenError
from bronnen.extract.tesseract import Read
from bronnen.extract.words import MAX_CHARS
from bronnen.formats import replacing

_STEPS = "1"  # other steps before or in reading: another number
_MOST_BYTES = 24 << 20
_FAR = 1e6  # pixels


@dataclass(frozen=True, slots=True)
class Known:
    """How the picture was turned (`straight.Way`), and the words in it."""

    quarter: int
    angle: float
    words: tuple[Read, ...]


def name_of(size: tuple[int, int], dpi: int, pixels: bytes, reader: str) -> str:
    """The name of the file for a picture."""
    found = hashlib.sha256(f"{_STEPS} {size[0]}x{size[1]} {dpi} {reader}\n".encode())
    found.update(pixels)
    return found.hexdigest()


def recall(folder: Path, name: str) -> Known | None:
    """What was read before, or None where nothing was, or where the file is not ours."""
    path = _path(folder, name)
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        return _known(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def keep(folder: Path, name: str, known: Known) -> None:
    """Writes it down; where that cannot be done (a full disk), the page is read again another time."""
    path = _path(folder, name)
    told = {"quarter": known.quarter, "angle": known.angle, "words": [list(word) for word in known.words]}
    with contextlib.suppress(OSError, ValueError, BronnenError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as stream:
            stream.write(json.dumps(told, allow_nan=False).encode())


def _path(folder: Path, name: str) -> Path:
    return folder / name[:2] / f"{name}.json"


def _known(told: Any) -> Known:
    quarter, angle, words = told["quarter"], float(told["angle"]), told["words"]
    if quarter not in (0, 90, 180, 270) or isinstance(quarter, bool) or not abs(angle) <= 45:
        raise ValueError("turned otherwise than we turn")
    if not isinstance(words, list) or len(words) > MAX_CHARS:
        raise ValueError("no list of words")
    return Known(int(quarter), angle, tuple(_word(*word) for word in words))


def _word(text: Any, *numbers: Any) -> Read:
    if not isinstance(text, str) or not 0 < len(text) <= 1000 or len(text.split()) != 1 or len(numbers) != 5:
        raise ValueError("no word")
    if not all(type(one) in (int, float) and isfinite(one) and abs(one) < _FAR for one in numbers):
        raise ValueError("no place")
    x0, x1, base, size, confidence = map(float, numbers)
    if not 0 <= confidence <= 1 or size < 0:
        raise ValueError("no confidence")
    return Read(text, x0, x1, base, size, confidence)
