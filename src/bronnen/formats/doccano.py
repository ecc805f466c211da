"""doccano: JSON lines with `label` (spans or names), or with `entities` and `relations`.

doccano's present annotator counts UTF-16 units, old ones count code points; nothing in a file says so, so that it is
told from whether spans lie inside their text and end between words. It names nobody: it writes a file per user, and the
file has the user's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bronnen.formats import replacing
from bronnen.formats.coded import OURS, UNKNOWN, Coded, Coding, Left, Text, coder_name, utc
from bronnen.formats.json_values import UNITS, Draft, Node, Unfit, coded, drafted, line_of, lines, refuse, units

_WHO = ("annotator", "username", "user")
_ALL = ("all", "admin", "export", "doccano", "project")


def read_doccano(path: Path) -> Coded:
    """What people labelled in the records of a file; spans that are the model's own, as it said them, are its.

    Raises:
        StoreError: it cannot be read, or a value in it does not fit; the message names the first such places.
    """
    named = coder_name(path.stem) if path.stem.casefold() not in _ALL else UNKNOWN
    drafts: list[Draft] = []
    left: list[Left] = []
    bad: list[Unfit] = []
    for record in lines(path):
        try:
            drafts.append(_draft(record, named, left))
        except Unfit as unfit:
            bad.append(unfit)
    if bad:
        refuse(path, bad)
    return coded(drafts, left, 0, units_first=True)


def write_doccano(path: Path, texts: Iterable[Text]) -> None:
    """Writes texts as records: one with the model's labels, and one per person, time and unit with theirs.

    Spans are in UTF-16 units, as doccano's annotator shows them.

    Raises:
        StoreError: the file cannot be written.
    """
    with replacing(path) as out:
        for record in _records(texts):
            out.write(f"{line_of(record)}\n".encode())


def _draft(record: Node, named: str, left: list[Left]) -> Draft:
    draft = drafted(record, record.at("text" if "text" in record.value else "data").text())
    told = next((one for one in (record.at(name).value for name in _WHO) if isinstance(one, str) and one), named)
    coder, at = coder_name(told) or UNKNOWN, record.at("at").value
    at = utc(at) if isinstance(at, str) else ""
    given = [one.value for one in record.at("given").items()]
    unit = record.at("unit").value if record.at("unit").value in ("sentence", "passage") else ""

    def add(span: Node, name: Node, ends: str) -> None:
        first, last = (span.at(end).value for end in ends.split())
        is_ours = [first, last, name.value] in given
        draft.add(span, "", [Coding(name.text(), OURS if is_ours else coder, at)], unit, ends)

    for entity in record.at("entities").items():
        if entity.is_object():
            add(entity, entity.at("label"), "start_offset end_offset")
        else:
            add(*_triple(entity))
    for label in (*record.at("label").items(), *record.at("labels").items()):
        if isinstance(label.value, list):
            add(*_triple(label))
        else:
            draft.whole.append(Coding(label.text(), coder, at))
    if record.at("relations").value:
        left.append(Left(record.where, "has relations between spans, which say nothing of sources"))
    if record.at("annotations").value:
        left.append(Left(record.where, "has labels by number only; export it as JSONL with the names of the labels"))
    return draft


def _triple(label: Node) -> tuple[Node, Node, str]:
    found = label.items()
    if len(found) != 3:
        label.refuse("is not of the form [start, end, name]")
    names = ("start", "end")
    return Node(label.where, dict(zip(names, (one.value for one in found), strict=False))), found[2], "start end"


def _records(texts: Iterable[Text]) -> Iterator[dict[str, Any]]:
    for text in texts:
        at = units(text.text)
        said: dict[tuple[str, str, str], list[list[int | str]]] = {}
        for one in text.selections:
            for coding in one.codings:
                key = (coding.coder, coding.at, one.unit)
                said.setdefault(key, []).append([at[one.start], at[one.end], coding.code])
        about = {"document": text.key, "name": text.name, "start": text.at or 0, "offsets": UNITS}
        for (coder, when, unit), label in (said or {(OURS, "", ""): []}).items():
            record: dict[str, Any] = {"text": text.text, "label": label, **about}
            if coder == OURS:
                yield {**record, "given": label}
            else:
                more = {"annotator": coder, "at": when, "unit": unit}
                yield {**record, **{name: value for name, value in more.items() if value}}
