"""What an evaluation found, as the JSON that `bronnen evaluate --json` gives and the page is made from.

Plain values under stable names (docs/file-formats.md): numbers rounded to four decimals, None where there is none.
Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any

from bronnen import __version__
from bronnen.training import bootstrap
from bronnen.training.calibration import FROM
from bronnen.training.compare import Comparison
from bronnen.training.evaluate import ENOUGH, SEED, Evaluation, Part, Quality
from bronnen.training.material import Learned, Material, Reading

FORMAT = 1
_DECIMALS = 4

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """A model's reading of the material and whether it learned from it (None: its card does not say)."""

    reading: Reading
    learned: Learned | None


def evaluation_facts(path: str, material: Material, measured: Measured, found: Evaluation, lost: int = 0) -> Facts:
    """One model's figures. `lost` is how many labels have no place in the documents."""
    figures = {s: {u: _quality(one) for u, one in uses.items()} for s, uses in found.figures.items()}
    return {
        "format": FORMAT,
        "kind": "evaluation",
        "made_with": _made_with(),
        "labels": _labels(path, material, lost),
        "model": _model(measured),
        "figures": plain(figures),
        "macro_f1": plain(found.macro_f1),
        "organisations": [_part(one) for one in found.organisations],
        "genres": [_part(one) for one in found.genres],
        "misses": plain(found.misses),
        "agreement": {
            "labellers": list(found.labellers),
            "pairs": plain(found.pairs),
            "alpha_of_all": plain(found.together),
        },
    }


def comparison_facts(
    path: str, material: Material, models: tuple[Measured, Measured], found: Comparison, lost: int = 0
) -> Facts:
    """How two models differ; `first` and `second` are in the order in which they were given."""
    return {
        "format": FORMAT,
        "kind": "comparison",
        "made_with": _made_with(),
        "labels": _labels(path, material, lost),
        "models": [_model(one) for one in models],
        "f1": plain(found.f1),
        "average_precision": plain(found.average_precision),
        "macro_f1": plain(found.macro_f1),
    }


def plain(value: Any) -> Any:
    """Records, enumerations and numbers as JSON has them.

    >>> plain({'scientific': (0.123456, 1, None)})
    {'scientific': [0.1235, 1, None]}
    """
    if hasattr(value, "__dataclass_fields__"):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return round(value, _DECIMALS) if isinstance(value, float) else value


def _made_with() -> Facts:
    return {
        "bronnen": __version__,
        "rounds": bootstrap.ROUNDS,
        "seed": SEED,
        "level": bootstrap.LEVEL,
        "least_documents": bootstrap.LEAST,
        "least_cases": ENOUGH,
        "calibration_from": FROM,
    }


def _labels(path: str, material: Material, lost: int) -> Facts:
    return {
        "path": path,
        "name": PurePath(path).name,
        "unit": material.unit.value,
        "units": len(material.places),
        "documents": len({place.document for place in material.places}),
        "groups": material.size,
        "organisations": len({place.organisation for place in material.places} - {""}),
        "lost": lost,
    }


def _model(measured: Measured) -> Facts:
    return {"id": measured.reading.model, "learned_from": asdict(measured.learned) if measured.learned else None}


def _quality(one: Quality) -> Facts:
    told = asdict(one)
    told["curve"] = [{"recall": recall, "precision": precision} for recall, precision in one.curve]
    return told


def _part(one: Part) -> Facts:
    told: Facts = plain(one)
    told["figures"] = told.pop("scores")
    return told
