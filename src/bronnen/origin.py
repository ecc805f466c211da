"""What would make an analysis, told without loading any of it.

A scan that finds nothing new must not load models for seconds only to learn that they are still the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bronnen import __version__, classifier
from bronnen.records import MadeWith
from bronnen.settings import Settings, resource, settings_hash
from bronnen.shelf import model_folder


def expected(settings: Settings) -> MadeWith | None:
    """As `pipeline.load_tools` gives it; None where only loading can tell, as of a spaCy model from elsewhere.

    Raises:
        MissingError: the classifier is not there or does not fit this version.
    """
    if settings.language.spacy_model:
        return None
    try:
        meta = json.loads(resource("models", "nl", "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    card, _ = classifier.read(model_folder(settings))
    return MadeWith(__version__, settings_hash(settings), card["id"], language_of(meta))


def language_of(meta: Mapping[str, Any]) -> str:
    """Name and version of a spaCy pipeline from what it tells of itself.

    >>> language_of({"lang": "nl", "name": "bronnen", "version": "1.0.0"})
    'nl_bronnen 1.0.0'
    """
    name = "_".join(part for part in (meta.get("lang", ""), meta.get("name", "")) if part)
    return f"{name} {meta.get('version', '')}".strip()
