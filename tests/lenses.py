"""Two toy lenses and marked sentences for them, written for these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7")
TOPICS = (
    "het zwembad",
    "de bibliotheek",
    "het fietspad",
    "de sporthal",
    "het park",
    "de haven",
    "de school",
    "het plein",
)
NEW = ("de molen", "het dorpshuis", "de rondweg")
SAID = {
    "money": ("Voor {} is dit jaar een bedrag van 40.000 euro begroot.", "De kosten van {} stijgen boven het budget."),
    "risk": ("Er is een kans dat {} bij hoog water schade oploopt.", "Het gevaar op uitval van {} nemen wij serieus."),
    "time": (
        "Wij openen {} in het voorjaar, twee maanden later dan gepland.",
        "De planning voor {} loopt tot oktober.",
    ),
    "place": ("Ten noorden van {} ligt een open veld naast de sloot.", "De ligging van {} aan de rand is gunstig."),
    "law": (
        "Volgens artikel 4 van de verordening geldt voor {} een vergunning.",
        "De wet verplicht ons {} te toetsen.",
    ),
}
NOTHING = ("Wij danken iedereen die {} een warm hart toedraagt.",)


def toml_of(keys: Sequence[str], words: Mapping[str, Sequence[str]] | None = None) -> str:
    """A lens with the given keys, some of which may have word lists."""
    parts = ['[nl]\nname = "Proef"\ndescription = "Een proef."\n[en]\nname = "Trial"\ndescription = "A trial."\n']
    for key, colour in zip(keys, COLOURS, strict=False):
        listed = json.dumps(list((words or {}).get(key, ())))
        parts.append(f'[keys.{key}]\nletter = "{key[:2]}"\ncolour = "{colour}"\nink = "#000000"\nwords = {listed}\n')
        parts += [
            f'[keys.{key}.{language}]\nname = "{key} {language}"\nshort = "{key}"\ndescription = "About {key}."\n'
            for language in ("nl", "en")
        ]
    return "\n".join(parts)


def marked(keys: Sequence[str], topics: Sequence[str] = TOPICS) -> list[dict[str, object]]:
    """Per topic, which is a document, the sentences of each key and one with none."""
    rows: list[dict[str, object]] = []
    for topic in topics:
        for key in keys:
            rows += [{"document": topic, "text": text.format(topic), "labels": [key]} for text in SAID[key]]
        rows += [{"document": topic, "text": text.format(topic), "labels": []} for text in NOTHING]
    return rows


def written(folder: Path, name: str, keys: Sequence[str], words: Mapping[str, Sequence[str]] | None = None) -> Path:
    """The path of the lens; its marked sentences stand beside it, as `<name>.jsonl`."""
    path = folder / f"{name}.toml"
    path.write_text(toml_of(keys, words), encoding="utf-8")
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in marked(keys))
    path.with_suffix(".jsonl").write_text("".join(lines), encoding="utf-8")
    return path
