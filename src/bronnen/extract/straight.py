"""A picture of a page made ready to be read: speckle taken out, level, upright; and the way back from it.

Measured on noisy and skewed renders (`benchmarks/ocr.py`): Tesseract follows a skew of a few degrees by itself, but
reads more where the picture is level, and our own layout needs level lines in any case. A median filter helps much
against noise and does harm without it, so the noise is measured first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

import numpy as np

Box = tuple[float, float, float, float]  # x0, top, x1, bottom

NOISY = 3.5
"""Standard deviation of the noise, in grey values out of 255, from which speckle is filtered out."""

_MOST = 5.0  # degrees; further askew is no scan but a design
_LEAST = 0.15  # degrees, not worth turning the picture for
_SAMPLE = 1600  # pixels of a side of the part in which noise is measured
_SMALL = 900  # pixels of the longest side on which the angle is looked for


@dataclass(frozen=True, slots=True)
class Way:
    """How a picture was made upright and level: by `quarter` degrees clockwise, then `angle` degrees counter-clockwise.

    Sizes are in pixels: of the page as displayed (`width`, `height`) and of the picture that was read.
    """

    width: int
    height: int
    quarter: int = 0  # 0, 90, 180, 270
    angle: float = 0.0

    @property
    def upright(self) -> tuple[int, int]:
        """The size of the picture once it is upright."""
        return (self.height, self.width) if self.quarter in (90, 270) else (self.width, self.height)

    @property
    def level(self) -> tuple[int, int]:
        """The size of the picture once it is level too: large enough for its corners."""
        width, height = self.upright
        if not self.angle:
            return width, height
        c, s = abs(cos(radians(self.angle))), abs(sin(radians(self.angle)))
        return round(width * c + height * s), round(width * s + height * c)

    def back(self, box: Box) -> Box:
        """Where a box in the level picture stands on the page as displayed, both in pixels."""
        (width, height), (wide, high) = self.upright, self.level
        c, s = cos(radians(self.angle)), sin(radians(self.angle))
        corners = [(x - wide / 2, y - high / 2) for x in (box[0], box[2]) for y in (box[1], box[3])]
        turned = [(c * x - s * y + width / 2, s * x + c * y + height / 2) for x, y in corners]
        placed = [self._unturned(x, y) for x, y in turned]
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        return min(xs), min(ys), max(xs), max(ys)

    def _unturned(self, x: float, y: float) -> tuple[float, float]:
        if self.quarter == 90:
            return y, self.height - x
        if self.quarter == 180:
            return self.width - x, self.height - y
        if self.quarter == 270:
            return self.width - y, x
        return x, y


def cleaned(image: Any) -> Any:
    """The grey picture without speckle, or as it is where it has none."""
    if noise(image) < NOISY:
        return image
    from PIL import ImageFilter

    return image.filter(ImageFilter.MedianFilter(3))


def noise(image: Any) -> float:
    """The standard deviation of the noise in a grey picture, as a robust estimate.

    By the Laplacian of Immerkær (1996), with the median absolute deviation in place of the mean: letters are edges,
    but most of a page is paper. From the middle of the page, so that a margin cut away in white tells nothing.
    """
    across, down = (min(side * 3 // 4, _SAMPLE) for side in image.size)
    left, top = (image.width - across) // 2, (image.height - down) // 2
    middle = image.crop((left, top, left + across, top + down))
    grey = np.asarray(middle, dtype=np.int16)
    if min(grey.shape) < 3:
        return 0.0
    cross = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    diagonal = grey[:-2, :-2] + grey[2:, :-2] + grey[:-2, 2:] + grey[2:, 2:]
    found = np.abs(4 * grey[1:-1, 1:-1] - 2 * cross + diagonal)
    return float(np.median(found)) / 6 / 0.6745


def levelled(image: Any, quarter: int = 0) -> tuple[Any, Way]:
    """The grey picture turned clockwise by `quarter` degrees and then level, and the way back."""
    from PIL import Image

    width, height = image.size
    if quarter:
        turn = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
        image = image.transpose(turn[quarter])
    angle = skew(image)
    way = Way(width, height, quarter, angle)
    if not angle:
        return image, way
    wide, high = way.level
    c, s = cos(radians(angle)), sin(radians(angle))
    across, down = way.upright
    # for every pixel of the new picture where it comes from, as `back` says
    data = (c, -s, across / 2 - c * wide / 2 + s * high / 2, s, c, down / 2 - s * wide / 2 - c * high / 2)
    return image.transform((wide, high), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC, fillcolor=255), way


def skew(image: Any) -> float:
    """The angle in degrees (counter-clockwise) that makes the lines of a grey picture level, 0 where they are.

    Where lines are level, rows of pixels are dark or light; so the angle is sought at which neighbouring rows differ
    most (the projection profile of Postl, 1986).
    """
    from PIL import Image

    scale = min(1.0, _SMALL / max(image.size))
    small = image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.BOX)

    def sharpness(angle: float) -> float:
        rows = np.asarray(small.rotate(angle, Image.Resampling.BILINEAR, fillcolor=255), dtype=float).mean(axis=1)
        return float(np.square(np.diff(rows)).sum())

    rough = _best(sharpness, np.arange(-_MOST, _MOST + 0.01, 0.5))
    fine = _best(sharpness, np.arange(rough - 0.4, rough + 0.41, 0.1))
    return fine if abs(fine) >= _LEAST and sharpness(fine) > 1.05 * sharpness(0.0) else 0.0


def _best(score: Callable[[float], float], angles: Any) -> float:
    found: list[float] = angles.tolist()
    scores = [score(angle) for angle in found]
    return round(found[scores.index(max(scores))], 2)
