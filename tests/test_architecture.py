"""The structure that docs/design.md promises, held by reading the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "bronnen"
LAYERS = [  # from the bottom up; a room may import from lower rows only
    {"records", "errors"},
    {"settings", "verdicts", "agreement", "lexicon", "places", "alike", "toml", "files", "remote"},
    {"formats", "features", "taxonomy", "explain", "questions"},
    {
        "extract",
        "segment",
        "language",
        "classifier",
        "quantify",
        "store",
        "corpus",
        "audit",
        "exchange",
        "heard",
        "shelf",
    },
    {"balance", "groups", "links", "lens", "origin"},
    {"settled", "pipeline", "training"},
    {"dossier"},
    {"batch", "report"},
    {"review"},
    {"cli"},
]
BESIDE = {("store", "migrations")}  # one noun in two files
HEAVY = {  # each heavy library lives in one room
    "spacy": {"language", "training"},
    "sklearn": {"classifier", "training"},
    "skops": {"classifier"},
    "pdfplumber": {"extract"},
    "pypdfium2": {"extract"},
    "PIL": {"extract"},
    "openpyxl": {"formats"},
    "pyarrow": {"formats"},
    "trafilatura": {"extract"},
    "docx": {"extract"},
    "odfdo": {"extract"},
    "sqlite3": {"store", "migrations"},
    "jinja2": {"report", "review"},
    "flask": {"review"},
    "werkzeug": {"review"},
    "plotly": {"report"},
    "typst": {"report"},
    "pikepdf": {"report"},
    "psutil": {"batch", "remote"},
    "dask": {"batch"},
    "distributed": {"batch"},
    "fsspec": {"remote"},
}
SILENT_NAMES = re.compile(r"(^|_)(manager|service|handler|helper|util|utils|common|base|process|info|misc)(_|s?$)")

FILES = sorted(SRC.rglob("*.py"))


def room_of(path: Path) -> str:
    part = path.relative_to(SRC).parts[0]
    return part.removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Dotted names of everything a file imports when it runs, wherever in the file."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types_only = {
        inside
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inside in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer_of(room: str) -> int | None:
    return next((index for index, rooms in enumerate(LAYERS) if room in rooms), None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return  # the public face: imports the walk inside its one function
    room = "store" if room == "migrations" else room
    if room == "__main__":
        return
    own = layer_of(room)
    assert own is not None, f"{room} has no place in the layers"
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "bronnen" or len(parts) < 2 or parts[1] in {room, "__version__"} or (room, parts[1]) in BESIDE:
            continue
        theirs = layer_of(parts[1])
        assert theirs is not None, f"{path.name} imports {name}, which has no place in the layers"
        assert theirs < own, f"{path.name} ({room}) imports {name}: not below it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_heavy_libraries_live_in_one_room(path: Path) -> None:
    for name in imports_of(path):
        rooms = HEAVY.get(name.split(".")[0])
        assert rooms is None or room_of(path) in rooms, (path, name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_files_are_short_and_open_with_why(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "a second noun is hiding in here"
    assert ast.get_docstring(ast.parse(text)), "a module opens with why it exists"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_functions_are_short_and_names_say_something(path: Path) -> None:
    assert not SILENT_NAMES.search(path.stem)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert not SILENT_NAMES.search(node.name.lower()), node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is too long"


def test_no_pickle_and_no_network_in_the_package() -> None:
    for path in FILES:
        for name in imports_of(path):
            top = name.split(".")[0]
            assert top not in {"pickle", "joblib", "dill", "cloudpickle", "requests", "httpx", "urllib", "socket"}, path
