"""JSON files that carry a hash of their own content: the plan of an audit, and its result.

The hash ties sheets to a plan and tells that a file is as it was written. It is no signature: whoever changes the file
can make a new hash, so who must be able to prove something notes it down elsewhere before the judging begins.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from bronnen.errors import StoreError
from bronnen.formats import replacing, without_surrogates

MAX_BYTES = 200 * 2**20
_NEXT = "Use the file that `bronnen audit plan` wrote, as it was written."


def write_hashed(path: Path, values: Mapping[str, Any]) -> str:
    """Writes the values with their hash in front; the hash.

    Raises:
        StoreError: the file cannot be written.
    """
    found = content_hash(values)
    text = json.dumps({"hash": found, **values}, ensure_ascii=False, allow_nan=False, indent=1)
    with replacing(path) as stream:
        stream.write(without_surrogates(text).encode() + b"\n")
    return found


def read_hashed(path: Path) -> tuple[dict[str, Any], str]:
    """The values of a file that `write_hashed` wrote, and their hash.

    Raises:
        StoreError: the file cannot be read, is no such JSON, or is not as it was written.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise StoreError(f"{path} is larger than {MAX_BYTES // 2**20} MB.", _NEXT)
        values = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.", _NEXT) from error
    except (ValueError, RecursionError) as error:  # a decoding error is a ValueError
        raise StoreError(f"{path} is no JSON ({' '.join(str(error).split())[:80]}).", _NEXT) from error
    if not isinstance(values, dict) or not isinstance(values.get("hash"), str):
        raise StoreError(f"{path} carries no hash of its content.", _NEXT)
    told = values.pop("hash")
    try:
        found = content_hash(values)
    except (ValueError, RecursionError) as error:  # a number as large as 1e999 is read as infinity
        raise StoreError(f"{path} holds a number that no plan has.", _NEXT) from error
    if found != told:
        raise StoreError(f"{path} was changed after it was written: its hash does not fit.", _NEXT)
    return values, told


def content_hash(values: Mapping[str, Any]) -> str:
    """The sha256 of the values in one fixed form of JSON, so that layout and order of keys make no difference.

    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    text = json.dumps(values, sort_keys=True, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(without_surrogates(text).encode()).hexdigest()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
