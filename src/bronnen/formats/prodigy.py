"""Prodigy: JSON lines with `spans`, `accept` and `answer`, as `prodigy db-out` writes them.

Prodigy is Python and spaCy, and counts code points. A record that nobody answered, or that was passed over, says
nothing; one that was rejected says what is not right, but not what is, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bronnen.formats import replacing
from bronnen.formats.coded import OURS, UNKNOWN, Coded, Coding, Left, Text, coder_name, utc
from bronnen.formats.counting import Counting
from bronnen.formats.json_values import Draft, Node, Unfit, coded, drafted, line_of, lines, refuse

_UNNAMED = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")  # the session of who gave no name
_LATEST = 32_503_680_000  # seconds: the year 3000


def read_prodigy(path: Path) -> Coded:
    """What people accepted in the records of a file.

    Raises:
        StoreError: it cannot be read, or a value in it does not fit; the message names the first such places.
    """
    drafts: list[Draft] = []
    left: list[Left] = []
    bad: list[Unfit] = []
    unanswered = 0
    for record in lines(path):
        try:
            draft = _draft(record)
        except Unfit as unfit:
            bad.append(unfit)
            continue
        answer = record.at("answer").value
        if answer == "accept":
            drafts.append(draft)
        elif answer == "reject" and (draft.said or draft.whole):
            left.append(Left(record.where, "was rejected, which does not say what is right; accept it as it should be"))
        else:
            unanswered += 1
    if bad:
        refuse(path, bad)
    return coded(drafts, left, unanswered, Counting())


def write_prodigy(path: Path, texts: Iterable[Text]) -> None:
    """Writes texts as records: one without an answer with the model's spans, and one per person and time with theirs.

    Raises:
        StoreError: the file cannot be written.
    """
    with replacing(path) as out:
        for record in _records(texts):
            out.write(f"{line_of(record)}\n".encode())


def _draft(record: Node) -> Draft:
    draft = drafted(record, record.at("text").text())
    told = [record.at(name).value for name in ("_annotator_id", "_session_id")]
    coder = next((name for one in told if isinstance(one, str) and (name := coder_name(one))), UNKNOWN)
    coder = UNKNOWN if _UNNAMED.search(coder) else coder
    at = _time(record)
    for span in record.at("spans").items():
        label, words, unit = span.at("label"), span.at("text").value, span.at("unit").value
        is_unit = unit in ("sentence", "passage")
        codings = [Coding(label.text(), coder, at)]
        draft.add(span, words if isinstance(words, str) else "", codings, unit if is_unit else "")
    names = {str(one.at("id").value): one.at("text").value for one in record.at("options").items()}
    for choice in record.at("accept").items():
        is_name = isinstance(choice.value, str) and not choice.value.isdigit()
        given = choice.value if is_name else names.get(str(choice.value))
        draft.whole.append(Coding(Node(choice.where, given).text(), coder, at))
    if not draft.said and not draft.whole and isinstance(record.at("label").value, str):
        draft.whole.append(Coding(record.at("label").text(), coder, at))
    return draft


def _time(record: Node) -> str:
    told, seconds = record.at("at").value, record.at("_timestamp").value
    if isinstance(told, str):
        return utc(told)
    if type(seconds) in (int, float) and 0 < seconds < _LATEST:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="seconds")
    return ""


def _records(texts: Iterable[Text]) -> Iterator[dict[str, Any]]:
    for text in texts:
        said: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for selection in text.selections:
            for coding in selection.codings:
                span = {"start": selection.start, "end": selection.end, "label": coding.code}
                unit = {"unit": selection.unit} if selection.unit else {}
                said.setdefault((coding.coder, coding.at), []).append({**span, **unit})
        about = {"document": text.key, "name": text.name, "start": text.at or 0}
        for (coder, at), spans in (said or {(OURS, ""): []}).items():
            record: dict[str, Any] = {"text": text.text, "spans": spans, "meta": {"name": text.name}, "bronnen": about}
            if coder == OURS:
                yield record
            else:
                when = {"_timestamp": int(datetime.fromisoformat(at).timestamp()), "at": at} if utc(at) else {}
                yield {**record, "answer": "accept", "_annotator_id": coder, "_session_id": coder, **when}
