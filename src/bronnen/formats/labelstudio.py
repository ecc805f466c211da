"""Label Studio: tasks with predictions and annotations, as its JSON export (or JSON-MIN) has them.

Label Studio counts code points, old versions (until about 2021) UTF-16 units, and it tells the words that were
selected; those show which of the two it was. It refuses a file that names an annotator who is no member there, and
dates what it takes in on that day: so who and when stand in the `meta` of each region, which it keeps.
`docs/file-formats.md` ('Labels from other programs') has what is read and written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from bronnen.formats import replacing
from bronnen.formats.coded import OURS, UNKNOWN, Code, Coded, Coding, Left, Selection, Text, coder_name, utc
from bronnen.formats.json_values import POINTS, Draft, Node, Unfit, coded, drafted, line_of, records, refuse

_FROM, _TO = "label", "text"
_SPANS = ("labels", "hypertextlabels")
_NO_DATA = frozenset({"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "file_upload"})
_SETTLED = "adjudicated:"


def read_labelstudio(path: Path) -> Coded:
    """What people chose and selected in the tasks of an export.

    Raises:
        StoreError: it cannot be read, or a value in it does not fit; the message names the first such places.
    """
    drafts: list[Draft] = []
    left: list[Left] = []
    bad: list[Unfit] = []
    unanswered = 0
    for task in records(path, "task"):
        try:
            if task.at("data").is_object():
                draft = drafted(task, _text(task.at("data")))
                unanswered += _full(task, draft, left)
            else:
                draft = drafted(task, _text(task))
                _short(task, draft)
            drafts.append(draft)
        except Unfit as unfit:
            bad.append(unfit)
    if bad:
        refuse(path, bad)
    return coded(drafts, left, unanswered)


def write_labelstudio(path: Path, texts: Iterable[Text]) -> None:
    """Writes texts as tasks: what the model says as predictions, what people said as annotations under their names.

    Raises:
        StoreError: the file cannot be written.
    """
    with replacing(path) as out:
        out.write(b"[")
        for number, text in enumerate(texts, start=1):
            line = line_of(_task(text, number))
            out.write(((",\n" if number > 1 else "\n") + line).encode())
        out.write(b"\n]\n")


def write_config(path: Path, codes: Iterable[Code]) -> None:
    """Writes the labelling interface for tasks that `write_labelstudio` wrote: XML to paste under 'Code'.

    Raises:
        StoreError: the file cannot be written.
    """
    labels = "\n".join(
        f"    <Label value={quoteattr(code.full)} background={quoteattr(code.colour or '#777777')}/>" for code in codes
    )
    whole = (
        '<View>\n  <Style>.htx-text { white-space: pre-wrap; line-height: 1.6; }</Style>\n  <Header value="$name"/>\n'
        f'  <Labels name="{_FROM}" toName="{_TO}" choice="multiple">\n{labels}\n  </Labels>\n'
        f'  <Text name="{_TO}" value="$text"/>\n</View>\n'
    )
    with replacing(path) as out:
        out.write(whole.encode())


# -------------------------------------------------------------------------------------------------------------- reading


def _text(data: Node) -> str:
    """The text that was shown: `text`, or else the longest of the data."""
    if isinstance(data.at("text").value, str):
        return data.at("text").text()
    found = [value for name, value in data.value.items() if isinstance(value, str) and name not in _NO_DATA]
    if not found:
        data.at("text").refuse("is no text")
    return max(found, key=len)


def _full(task: Node, draft: Draft, left: list[Left]) -> int:
    """Adds what a task of the whole export has; how many of its annotations were skipped."""
    skipped = 0
    for annotation in (*task.at("annotations").items(), *task.at("completions").items()):
        if annotation.at("was_cancelled").value is True or annotation.at("skipped").value is True:
            skipped += 1
            continue
        told = [annotation.at(name).value for name in ("updated_at", "created_at")]
        at = next((utc(one) for one in told if isinstance(one, str) and utc(one)), "")
        _results(annotation.at("result"), _coder(annotation.at("completed_by").value), at, draft, left)
    for prediction in task.at("predictions").items():
        if prediction.is_object():
            _results(prediction.at("result"), OURS, "", draft, left)
    return skipped


def _results(result: Node, coder: str, at: str, draft: Draft, left: list[Left]) -> None:
    for region in result.items():
        value, kind = region.at("value"), region.at("type").value
        if kind in (*_SPANS, "choices") and value.is_object():
            names = value.at(kind if kind in value.value else "labels")
            by, when = (region.at("meta").at(name).value for name in ("by", "at"))
            name = coder_name(by) if isinstance(by, str) else ""
            told = (name, utc(when) if isinstance(when, str) else "") if name else (coder, at)
            codings = [Coding(code.text(), *told) for code in names.items()]
            span = value.at("globalOffsets") if value.at("globalOffsets").is_object() else value
            if "start" in span.value or kind != "choices":
                words = value.at("text").value
                unit = region.at("meta").at("unit").value
                is_unit = unit in ("sentence", "passage")
                draft.add(span, words if isinstance(words, str) else "", codings, unit if is_unit else "")
            else:
                draft.whole += codings
        else:
            left.append(Left(region.where, f"is a '{str(kind)[:40]}', which says nothing that is read here"))


def _short(task: Node, draft: Draft) -> None:
    """Adds what a task of a JSON-MIN export has: a list of spans, or choices, under the name of their tag."""
    coder = _coder(task.at("annotator").value)
    at = next((utc(one) for one in (task.at("updated_at").value, task.at("created_at").value) if utc_text(one)), "")
    for name in task.value:
        node = task.at(name)
        if isinstance(node.value, list) and any(isinstance(one, dict) and "start" in one for one in node.value):
            for span in node.items():
                codings = [Coding(label.text(), coder, at) for label in span.at("labels").items()]
                words = span.at("text").value
                draft.add(span, words if isinstance(words, str) else "", codings)
        elif node.at("choices").value is not None:
            draft.whole += [Coding(label.text(), coder, at) for label in node.at("choices").items()]
        elif name in ("label", "labels", "choice", "choices") and isinstance(node.value, str):
            draft.whole.append(Coding(node.value, coder, at))


def utc_text(value: Any) -> bool:
    """Whether a value is a time."""
    return isinstance(value, str) and bool(utc(value))


def _coder(told: Any) -> str:
    """Who annotated: a mail address, a name, or the number that an export without names has."""
    if isinstance(told, dict):
        named = " ".join(str(told.get(part) or "") for part in ("first_name", "last_name"))
        told = told.get("email") or named.strip() or told.get("id")
    if type(told) is int:
        return f"gebruiker {str(told)[:12]}"
    return coder_name(told if isinstance(told, str) else "") or UNKNOWN


# -------------------------------------------------------------------------------------------------------------- writing


def _task(text: Text, number: int) -> dict[str, Any]:
    people: dict[tuple[str, str], list[dict[str, Any]]] = {}
    model: list[dict[str, Any]] = []
    for index, selection in enumerate(text.selections):
        for coding in selection.codings:
            region = _region(text, selection, coding, f"r{index}-{len(people)}-{len(model)}")
            if coding.coder == OURS:
                model.append(region)
            else:
                people.setdefault((coding.coder, coding.at), []).append(region)
    data = {"text": text.text, "document": text.key, "name": text.name, "start": text.at or 0, "offsets": POINTS}
    predictions = [{"model_version": OURS, "result": model}] if model else []
    annotations = list(_annotations(people))
    return {"id": number, "data": data, "annotations": annotations, "predictions": predictions}


def _annotations(people: dict[tuple[str, str], list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for (coder, at), result in people.items():
        made = {"was_cancelled": False, "ground_truth": coder.startswith(_SETTLED), "result": result}
        yield {**made, "created_at": at, "updated_at": at} if at else made


def _region(text: Text, selection: Selection, coding: Coding, key: str) -> dict[str, Any]:
    words = text.text[selection.start : selection.end]
    value = {"start": selection.start, "end": selection.end, "text": words, "labels": [coding.code]}
    region = {"id": key, "from_name": _FROM, "to_name": _TO, "type": "labels", "value": value}
    meta = {"unit": selection.unit} if selection.unit else {}
    if coding.coder != OURS:
        meta |= {"by": coding.coder, **({"at": coding.at} if coding.at else {})}
    return {**region, "meta": meta} if meta else region


def is_labelstudio(found: Sequence[Any]) -> bool:
    """Whether the first records of a JSON file look like tasks."""
    names = {"annotations", "predictions", "completions", "annotation_id", "lead_time", "data"}
    return bool(found) and all(isinstance(one, dict) and bool(names & set(one)) for one in found)


def sample(text: str) -> list[Any]:
    """The first record of a piece of JSON that may be cut off, or nothing."""
    try:
        return [json.JSONDecoder().raw_decode(text.lstrip().removeprefix("[").lstrip())[0]]
    except (ValueError, RecursionError):
        return []
