"""Whether the files of a scan are those that would be written again: then nothing needs to be counted and written.

Beside the files lies a small one that says from what they were made and what is in them. A file that was changed, a
verdict by a person, another setting, model, table or version: any of those makes all files anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from bronnen import __version__
from bronnen.cli.outputs import FILES, Written
from bronnen.cli.summary import Line
from bronnen.errors import StoreError
from bronnen.files import digest
from bronnen.formats import replacing
from bronnen.formats.metadata import Metadata
from bronnen.records import Estimate, PageState, Source
from bronnen.settings import Settings, settings_hash
from bronnen.store import Store

FILE = ".bronnen-written.json"
_DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def state(store: Store, run: int, settings: Settings, metadata: Metadata | None) -> str:
    """Changes with everything that drives the files of a run."""
    told = None if metadata is None else [metadata.columns, [dict(row) for row in metadata.told]]
    driving = [__version__, _columns(), settings_hash(settings), store.state(run), told]
    return hashlib.sha256(json.dumps(driving).encode()).hexdigest()


def written(out: Path, wanted: str) -> Written | None:
    """What was written from that state, as far as a page at the end shows it; None where something is otherwise."""
    try:
        told = json.loads((out / FILE).read_text(encoding="utf-8"))
        if told["state"] != wanted or told["files"] != _hashes(out):
            return None
        total = told["total"]
        return Written(
            lines=[_line(line) for line in told["lines"]],
            total=None if total is None else _line(total),
            remarks=[str(remark) for remark in told["remarks"]],
        )
    except _DAMAGED:
        return None


def note(out: Path, made_from: str, found: Written) -> None:
    """Notes what was written, from what state. Where that fails the next scan writes all files again, and no more."""
    with suppress(StoreError, OSError):
        told: dict[str, Any] = {"state": made_from, "files": _hashes(out), "remarks": found.remarks}
        told |= {"total": found.total and asdict(found.total), "lines": [asdict(line) for line in found.lines]}
        with replacing(out / FILE) as stream:
            stream.write(json.dumps(told, separators=(",", ":")).encode())


def _columns() -> str:
    """Of what the files have for columns: a checkout has other ones under the same version."""
    return hashlib.sha256(files("bronnen.data").joinpath("columns.tsv").read_bytes()).hexdigest()


def _hashes(out: Path) -> dict[str, str]:
    return {name: digest(out / name) for name in FILES}


def _line(told: Mapping[str, Any]) -> Line:
    shares = told["shares"]
    return Line(
        name=told["name"],
        pages=told["pages"],
        passages=told["passages"],
        shares=None if shares is None else {Source(name): Estimate(**share) for name, share in shares.items()},
        is_enough=told["is_enough"],
        has_sources=told["has_sources"],
        not_read={PageState(name): tuple(numbers) for name, numbers in told["not_read"].items()},
        hidden={int(page): count for page, count in told["hidden"].items()},
        recognised={int(page): sure for page, sure in told["recognised"].items()},
        unread=tuple(told["unread"]),
    )
