"""The word lists of a lens: entries as `lexicon` has them, checked so that each of them can match.

A list that a user wrote must not slow a scan down or find nothing in silence: entries are short, `*` and `..` stand
where they mean something, and every word is one that a text can hold once its digits and marks are read.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from bronnen import toml
from bronnen.errors import UsageError
from bronnen.features import words_of
from bronnen.lexicon import entries

MAX_ENTRIES = 5_000  # of one list
MAX_ENTRY = 100  # characters
MAX_WORDS = 8
MAX_INSIDE = 200  # entries of one list with a `*` inside a word: each of them is tried on every word
_LETTERS = 3  # that a word with a `*` must have besides
_GAP = ".."
_STAND_IN = "xqx"  # letters in the place of a `*`, to see how a word is read


def lists_of(told: toml.Told, name: str, folder: Path) -> tuple[str, ...]:
    """The entries of a list in a table, and of the file `<name>_file` beside the TOML; empty where there is neither.

    Raises:
        UsageError: the list or its file cannot be read, is too long, or holds an entry that could never match.
    """
    listed = told.values.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        told.refuse(f"'{name}' must be a list of texts")
    text = "\n".join(listed)
    file = f"{name}_file"
    if file in told.values:
        text += "\n" + _beside(told, file, folder)
    found = entries(text)
    if len(found) > MAX_ENTRIES:
        told.refuse(f"'{name}' has {len(found)} entries; the most is {MAX_ENTRIES}")
    inside = sum("*" in word[1:-1] or word.count("*") > 1 for entry in found for word in entry.split())
    if inside > MAX_INSIDE:
        told.refuse(f"'{name}' has {inside} words with a '*' inside or at both ends; the most is {MAX_INSIDE}")
    for entry in found:
        wrong = _wrong(entry)
        if wrong:
            told.refuse(f"'{name}': the entry '{toml.shown(entry)}' {wrong}")
    return found


def _beside(told: toml.Told, file: str, folder: Path) -> str:
    name = told.text(file)
    if name != Path(name).name or name.startswith(".") or "\\" in name or ":" in name:
        told.refuse(f"'{file}' must be the name of a file in the same folder")
    try:
        return toml.bounded(folder / name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{folder / name} is not UTF-8.", "Save it as UTF-8.") from error


def _wrong(entry: str) -> str:
    """Why an entry will not do, or nothing."""
    words = entry.split()
    if len(entry) > MAX_ENTRY or len(words) > MAX_WORDS:
        return f"is too long; the most is {MAX_WORDS} words"
    if _GAP in (words[0], words[-1]) or any(one == other == _GAP for one, other in pairwise(words)):
        return "has '..' where it means nothing; it stands between two words"
    for word in words:
        if word == _GAP:
            continue
        if word.count("*") > 2 or ("*" in word and sum(letter.isalpha() for letter in word) < _LETTERS):
            return f"would fit nearly any word; give {_LETTERS} letters or more with a '*', and at most two of those"
        probe = word.replace("*", _STAND_IN)
        read = words_of(probe)
        if read != [probe]:
            as_read = " ".join(read).replace(_STAND_IN, "*")
            return f"can never match, since texts are read without some marks and figures; write it as '{as_read}'"
    return ""
