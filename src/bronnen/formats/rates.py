"""A model's error rates as JSON keeps them, in its card and in a store."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from bronnen.records import ErrorRates, Known, Source, Use

_SIZES = {"line": 2, "spread": 3}
_LARGEST = 1e9  # of any number; far beyond what is fitted, and small enough to reckon with


def told_rates(known: Known) -> dict[str, Any]:
    """Error rates as nested dictionaries of names and numbers."""
    return {source.value: {use.value: asdict(rates) for use, rates in uses.items()} for source, uses in known.items()}


def known_rates(told: Any) -> Known:
    """Error rates from what `told_rates` gave, or from what a file pretends it did.

    Raises:
        ValueError, LookupError, TypeError: it did not.
    """
    return {source: {use: _rates(told[source.value][use.value]) for use in Use} for source in Source}


def _rates(told: Any) -> ErrorRates:
    names = [field.name for field in fields(ErrorRates) if field.name != "moves"]
    return ErrorRates(**{name: _value(told[name], _SIZES.get(name)) for name in names}, moves=_moves(told["moves"]))


def _moves(told: Any) -> dict[str, float]:
    if not isinstance(told, dict) or len(told) > 10:
        raise ValueError("no moves per kind of documents")
    return {str(kind): _value(move, None) for kind, move in told.items()}


def _value(told: Any, size: int | None) -> Any:
    """A number, or so many of them."""
    if size is not None:
        if not isinstance(told, list | tuple) or len(told) != size:
            raise ValueError(f"{told!r} are not {size} numbers")
        return tuple(_value(one, None) for one in told)
    if isinstance(told, bool) or not isinstance(told, int | float) or not abs(told) < _LARGEST:  # nor NaN
        raise ValueError(f"{told!r} is no number")
    return float(told)
