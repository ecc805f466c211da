"""Which of the formats for labels a file is in, by its suffix and by what its first record holds."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from bronnen.errors import StoreError, UsageError
from bronnen.formats.label_cells import REQUIRED
from bronnen.formats.labelstudio import is_labelstudio, sample
from bronnen.formats.webanno import HEAD

READ = ("jsonl", "csv", "xlsx", "labelstudio", "doccano", "prodigy", "inception", "qdpx")
"""The names of the formats that are read."""

_BEGIN = 4_000_000  # bytes of a file that are looked at
_SUFFIXES = {".csv": "csv", ".xlsx": "xlsx", ".xmi": "inception", ".qdpx": "qdpx"}
_OF_PRODIGY = frozenset({"answer", "spans", "accept", "_input_hash", "_task_hash", "_session_id", "_view_id"})
_OF_DOCCANO = frozenset({"label", "labels", "entities", "relations", "Comments", "comments", "annotation_approver"})


def form_of(path: Path) -> str:
    """The name of a file's format, one of `READ`.

    Raises:
        StoreError: the file cannot be read.
        UsageError: it could be of several formats, or of none; the message lists them.
    """
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    try:
        with path.open("rb") as stream:
            begin = stream.read(_BEGIN)
            is_zip = zipfile.is_zipfile(stream)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.", "Check its name and rights.") from error
    if is_zip or begin.lstrip(b"\xef\xbb\xbf").startswith(HEAD.encode()):
        return "inception"
    text = begin.decode("utf-8-sig", "ignore")
    return _only(path, _of_json(text, is_whole=suffix == ".json") if suffix in (".json", ".jsonl", ".ndjson") else [])


def _of_json(text: str, *, is_whole: bool) -> list[str]:
    if text.lstrip().startswith("["):
        return ["labelstudio"] if is_labelstudio(sample(text)) else []
    try:
        first = json.JSONDecoder().raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return [] if is_whole else ["jsonl"]  # which tells the line
    names = set(first) if isinstance(first, dict) else set()
    if not is_whole and set(REQUIRED) & names >= {"document", "unit", "by"}:
        return ["jsonl"]
    if "data" in names and isinstance(first["data"], dict):
        return ["labelstudio"]
    found = ["prodigy"] * bool(names & _OF_PRODIGY) + ["doccano"] * bool(names & _OF_DOCCANO)
    if "prodigy" in found and names & _OF_PRODIGY - {"spans"} and not names & (_OF_DOCCANO - {"label"}):
        return ["prodigy"]  # a label of its own is what `textcat.teach` asks about
    return found or ["jsonl"] * (not is_whole)


def _only(path: Path, found: list[str]) -> str:
    if len(found) == 1:
        return found[0]
    said = f"could be of {' or '.join(found)}" if found else "is of no format that is known here"
    raise UsageError(f"{path.name} {said}.", f"Say which with --format: {', '.join(READ)}.")
