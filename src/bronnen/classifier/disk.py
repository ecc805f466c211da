"""A model's state as bytes and back: skops, the same bytes for the same state, and only types named here.

Never pickle, and never the file's own list of what it holds.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from bronnen.errors import UsageError
from bronnen.formats import replacing

ALLOWED = frozenset(
    {
        *(f"builtins.{name}" for name in ("dict", "list", "tuple", "str", "int", "float", "bool", "NoneType")),
        *(f"numpy.{name}" for name in ("ndarray", "float64", "int64")),
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
    }
)
_LOADERS = frozenset({"DictNode", "ListNode", "TupleNode", "JsonNode", "TypeNode", "NdArrayNode", "ObjectNode"})
MOST = 400_000_000  # bytes that a file may unpack to
_SCHEMA = "schema.json"
_DAY = (1980, 1, 1, 0, 0, 0)  # a zip file wants a date; the state has none


class ForeignTypeError(ValueError):
    """The file holds something that no model of ours holds."""


def dumped(state: Any) -> bytes:
    """The state as a compressed skops file. skops numbers parts by their place in memory; here they are renumbered."""
    from skops import io as skops_io

    with zipfile.ZipFile(BytesIO(skops_io.dumps(state))) as source:
        schema = json.loads(source.read(_SCHEMA))
        numbers: dict[int, int] = {}
        files: dict[str, str] = {}
        for node in _nodes(schema):
            if "__id__" in node:
                node["__id__"] = numbers.setdefault(node["__id__"], len(numbers) + 1)
            if "file" in node:
                node["file"] = files.setdefault(node["file"], f"{len(files) + 1}.npy")
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as target:
            for old, new in files.items():
                _add(target, new, source.read(old))
            _add(target, _SCHEMA, json.dumps(schema).encode())
    return made.getvalue()


def loaded(data: bytes) -> Any:
    """The state in a skops file.

    Raises:
        ForeignTypeError: it holds a type that is not in `ALLOWED`; nothing of the file has been run.
        ValueError, KeyError, OSError, zipfile.BadZipFile: it is no skops file.
    """
    try:
        return _checked(data)
    except (zlib.error, EOFError, RuntimeError, SyntaxError) as error:  # packed wrongly, cut off, or an odd array
        raise ValueError(f"{type(error).__name__}: {str(error)[:80]}") from error


def _checked(data: bytes) -> Any:
    from skops import io as skops_io  # costs seconds, which who only asks for a model's id does without

    with zipfile.ZipFile(BytesIO(data)) as source:
        if sum(member.file_size for member in source.infolist()) > MOST:
            raise ValueError(f"it unpacks to more than {MOST // 10**6} MB")
        for node in _nodes(json.loads(source.read(_SCHEMA))):
            name = f"{node['__module__']}.{node['__class__']}"
            if name not in ALLOWED or node["__loader__"] not in _LOADERS:
                raise ForeignTypeError(f"the type {name}")
    return skops_io.loads(data, trusted=[])


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a skops schema that stands for an object, in the file's order."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "__class__" in part:
                yield part
            waiting.extend(reversed(list(part.values())))
        elif isinstance(part, list):
            waiting.extend(reversed(part))


def _add(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    about = zipfile.ZipInfo(name, _DAY)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o600 << 16
    about.create_system = 3
    target.writestr(about, data, compresslevel=6)


def make_room(folder: Path, *, force: bool = False) -> None:
    """Make the folder for a model, before a long training rather than after it.

    Raises:
        UsageError: it has a model already and `force` is not given, or it cannot be made.
    """
    if not force and any((folder / name).exists() for name in ("model.skops", "card.json")):
        raise UsageError(f"{folder} already has a model.", "Choose another folder, or add --force to replace it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"Cannot make the folder {folder}: {error.strerror or error}.", "Choose another one."
        ) from error


def save(folder: Path, data: bytes, card: dict[str, Any], *, force: bool = False) -> None:
    """Writes the two files of a model: its state and its card.

    Raises:
        UsageError: the folder has a model already, and `force` is not given.
        StoreError: the folder cannot be written.
    """
    make_room(folder, force=force)
    text = json.dumps(card, indent=1, ensure_ascii=False)
    for name, content in (("model.skops", data), ("card.json", f"{text}\n".encode())):
        with replacing(folder / name) as target:
            target.write(content)
