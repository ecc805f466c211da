"""A user's own models by name, and which one scans use when nobody says which.

A folder of the user's holds a folder per model and one small file with the name of the model in use, so that going
back to an older model is choosing its name. The model that comes with bronnen is always there, as `bronnen`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bronnen.errors import MissingError, StoreError, UsageError
from bronnen.formats import replacing
from bronnen.settings import Settings, resource

SHIPPED = "bronnen"
VARIABLE = "BRONNEN_MODELS"
FILES = ("model.skops", "card.json")
_IN_USE = "in-use.txt"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # no names of files on Windows
_MOST = 1000  # characters of the file that says what is in use


@dataclass(frozen=True, slots=True)
class Shelved:
    """A model by its name; `card` is empty where it cannot be read."""

    name: str
    folder: Path
    card: dict[str, Any]


def shelf() -> Path:
    """Where a user's models stand: what BRONNEN_MODELS says, else where this system keeps the data of programs."""
    told = os.environ.get(VARIABLE, "")
    if told:
        return Path(told)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "bronnen" / "models"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "bronnen" / "models"
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share") / "bronnen" / "models"


def place_for(name: str) -> Path:
    """The folder for a model that will have this name.

    Raises:
        UsageError: it is no name, or bronnen's own.
    """
    if name.lower() == SHIPPED:
        raise UsageError(f"'{SHIPPED}' is the model that comes with bronnen.", "Give yours another name.")
    if not _NAME.fullmatch(name) or name.endswith(".") or _RESERVED.fullmatch(name) or name.lower() == _IN_USE:
        raise UsageError(f"'{name[:80]}' is no name for a model.", "Use letters, digits, '-', '_' and '.', at most 64.")
    return shelf() / name


def models() -> list[Shelved]:
    """The model that comes with bronnen, and then the user's own by name."""
    try:
        names = sorted(path.name for path in shelf().iterdir() if _NAME.fullmatch(path.name) and _is_model(path))
    except OSError:
        names = []
    own = [Shelved(name, shelf() / name, _card(shelf() / name)) for name in names if name.lower() != SHIPPED]
    shipped = resource("models", "sources")
    return [Shelved(SHIPPED, shipped, _card(shipped)), *own]


def folder_of(told: str) -> Path:
    """The folder of a model that is given by its name or as a folder; a name comes first, './name' is a folder."""
    if told == SHIPPED:
        return resource("models", "sources")
    if _NAME.fullmatch(told) and _is_model(shelf() / told):
        return shelf() / told
    return Path(told)


def named(name: str) -> Shelved:
    """The model with this name.

    Raises:
        UsageError: there is none.
    """
    found = {one.name: one for one in models()}
    if name not in found:
        raise UsageError(f"There is no model called '{name[:80]}'.", f"There are: {', '.join(found)}.")
    return found[name]


def in_use() -> str:
    """The name of the model that scans use by default.

    Raises:
        MissingError: the model that was chosen is not there any more.
    """
    try:
        with (shelf() / _IN_USE).open(encoding="utf-8") as stream:
            name = stream.read(_MOST).strip()
    except FileNotFoundError:
        return SHIPPED
    except (OSError, UnicodeDecodeError) as error:
        raise MissingError(f"Cannot read which model is in use: {error}.", _back()) from error
    if name != SHIPPED and not (_NAME.fullmatch(name) and _is_model(shelf() / name)):
        raise MissingError(f"The model in use, '{name[:80]}', is not in {shelf()}.", _back())
    return name


def use(name: str) -> None:
    """Let scans use the model with this name.

    Raises:
        UsageError: there is no such model.
        StoreError: the choice cannot be written.
    """
    named(name)
    _make(shelf())
    with replacing(shelf() / _IN_USE) as stream:
        stream.write(f"{name}\n".encode())


def remove(name: str, *, force: bool = False) -> None:
    """Remove a model of the user's; of the one in use only by force, and then scans use bronnen's own again.

    Raises:
        UsageError: it is bronnen's own, in use, or not there.
        StoreError: it cannot be removed.
    """
    if name == SHIPPED:
        raise UsageError("The model that comes with bronnen is never removed.")
    found = named(name)
    is_link = found.folder.is_symlink()
    if not is_link and found.folder.resolve().parent != shelf().resolve():  # such as a junction of Windows
        raise UsageError(f"'{name}' stands outside {shelf()}.", "Remove it there by hand.")
    if name == _chosen():
        if not force:
            raise UsageError(f"'{name}' is in use.", "Choose another one first (`bronnen models use`), or add --force.")
        use(SHIPPED)
    try:
        if is_link:  # what it leads to is not the shelf's
            found.folder.unlink()
            return
        for file in FILES:  # and nothing else that somebody keeps there
            (found.folder / file).unlink(missing_ok=True)
        if not any(found.folder.iterdir()):
            found.folder.rmdir()
    except OSError as error:
        raise StoreError(f"Cannot remove {found.folder}: {error.strerror or error}.", "Close what uses it.") from error


def model_folder(settings: Settings) -> Path:
    """The folder of the classifier: what the settings say, else the model in use."""
    return folder_of(settings.model.path or in_use())


def card_of(model_id: str, settings: Settings) -> dict[str, Any]:
    """The card of the model with this id, where the settings say or on the shelf; empty where it is not at hand."""
    told = [_card(folder_of(settings.model.path))] if settings.model.path else []
    return next((card for card in (*told, *(one.card for one in models())) if card.get("id") == model_id), {})


def _chosen() -> str:
    try:
        return in_use()
    except MissingError:
        return ""


def _is_model(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)


def _card(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"Cannot make the folder {folder}: {error.strerror or error}."
        raise StoreError(said, f"Choose another one with {VARIABLE}.") from error


def _back() -> str:
    return f"`bronnen models use {SHIPPED}` goes back to the one that comes with bronnen."
