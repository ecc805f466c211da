"""A reliability plot as SVG: of the passages that score so much, how many carry the label."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

SIDE, GAP, MARGIN = 200, 56, 44
COLOURS = ("#1b6ca8", "#b4651d")  # used, called for


def reliability(panels: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]], bins: int = 10) -> str:
    """An SVG with a panel per source; each holds (truth, scores) per use. A dot's size tells how many passages."""
    width = MARGIN + len(panels) * (SIDE + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {SIDE + 2 * MARGIN}" '
        'font-family="sans-serif" font-size="11" role="img">',
        "<title>Reliability: mean score against share of cases, per source and use</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (source, uses) in enumerate(panels.items()):
        left = MARGIN + number * (SIDE + GAP)
        parts.append(f'<text x="{left}" y="{MARGIN - 12}" font-weight="bold">{source}</text>')
        parts.append(f'<rect x="{left}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>')
        parts.append(
            f'<path d="M{left},{MARGIN + SIDE} L{left + SIDE},{MARGIN}" stroke="#999" stroke-dasharray="4 3"/>'
        )
        for value in (0, 0.5, 1):
            at = round(value * SIDE)
            parts.append(f'<text x="{left + at}" y="{MARGIN + SIDE + 15}" text-anchor="middle">{value:g}</text>')
            parts.append(f'<text x="{left - 5}" y="{MARGIN + SIDE - at + 4}" text-anchor="end">{value:g}</text>')
        parts.append(f'<text x="{left + SIDE / 2}" y="{MARGIN + SIDE + 30}" text-anchor="middle">score</text>')
        for colour, (truth, scores) in zip(COLOURS, uses.values(), strict=True):
            parts += _dots(left, colour, truth, scores, bins)
    for number, (colour, use) in enumerate(zip(COLOURS, next(iter(panels.values())), strict=True)):
        parts.append(f'<circle cx="{MARGIN + 8 + number * 90}" cy="14" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{MARGIN + 18 + number * 90}" y="18">{use}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _dots(left: int, colour: str, truth: np.ndarray, scores: np.ndarray, bins: int) -> list[str]:
    place = np.minimum((scores * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        if inside.sum() >= 10:
            across, up = left + scores[inside].mean() * SIDE, MARGIN + SIDE * (1 - truth[inside].mean())
            size = 2 + np.log10(inside.sum())
            found.append(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="{size:.1f}" fill="{colour}" fill-opacity="0.8"/>')
    return found
