"""A learning curve as a picture: per source a line with its intervals, from facts that were decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bronnen.records import Source, Use
from bronnen.taxonomy import looks

_WIDTH, _HEIGHT, _GAP = 300, 230, 24
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 34, 42
_TEXT = {
    "nl": ("Leercurve: F1 van passages, met 95%-interval", "gelabelde passages", "niet te zeggen"),
    "en": ("Learning curve: F1 of passages, with 95% interval", "labelled passages", "cannot be told"),
}


def growth_picture(facts: Mapping[str, Any], language: str = "nl") -> str:
    """An SVG with a plot per source, of `used`; the axes of F1 are alike, so that sources can be compared."""
    title, across, unknown = _TEXT[language]
    lines = {source: facts["lines"][source.value][Use.USED.value]["points"] for source in Source}
    ends = [end for points in lines.values() for one in points if one["f1"] for end in _ends(one["f1"])]
    low, high = (max(0.0, min(ends) - 0.02), min(1.0, max(ends) + 0.02)) if ends else (0.0, 1.0)
    most = max(one["labels"] for points in lines.values() for one in points) or 1.0
    width = len(lines) * (_WIDTH + _GAP) - _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}" '
        f'role="img" font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{_HEIGHT}" fill="#fff"/>'
    ]
    for number, (source, points) in enumerate(lines.items()):
        look = looks(language)[source]
        parts.append(f'<g transform="translate({number * (_WIDTH + _GAP)} 0)" fill="#222">')
        parts.append(f'<text x="{_LEFT}" y="18" font-weight="bold">{escape(look.name)}</text>')
        parts += _axes(low, high, most, across, "," if language == "nl" else ".")
        parts += _marks(points, low, high, most, look.colour) or [f'<text x="{_LEFT + 20}" y="120">{unknown}</text>']
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def _axes(low: float, high: float, most: float, across: str, point: str) -> list[str]:
    found = []
    for value in (low, (low + high) / 2, high):
        y = _up(value, low, high)
        found.append(f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#ddd"/>')
        found.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{f"{value:.2f}".replace(".", point)}</text>')
    for value in (0.0, most):
        found.append(f'<text x="{_along(value, most)}" y="{_HEIGHT - 24}" text-anchor="middle">{value:.0f}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    return [*found, f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>']


def _marks(points: Sequence[Mapping[str, Any]], low: float, high: float, most: float, colour: str) -> list[str]:
    told = [(_along(one["labels"], most), one["f1"]) for one in points if one["f1"]]
    line = " ".join(f"{x},{_up(f1['value'], low, high)}" for x, f1 in told)
    found = [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'] if told else []
    for x, f1 in told:
        bottom, top = (_up(end, low, high) for end in _ends(f1))
        found.append(f'<path d="M{x} {bottom}V{top}" stroke="{colour}"/>')
        found.append(f'<circle cx="{x}" cy="{_up(f1["value"], low, high)}" r="3.5" fill="{colour}"/>')
    return found


def _ends(f1: Mapping[str, Any]) -> tuple[float, float]:
    return (f1["value"], f1["value"]) if f1["low"] is None else (f1["low"], f1["high"])


def _along(labels: float, most: float) -> float:
    return round(_LEFT + labels / most * (_WIDTH - _LEFT - _RIGHT), 1)


def _up(value: float, low: float, high: float) -> float:
    return round(_HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM), 1)
