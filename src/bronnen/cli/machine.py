"""What works on this machine: each thing that bronnen needs or can use, tried in earnest where that is quick.

What is only wanted for some files is looked up without importing it. A trial catches whatever goes wrong and tells
it: of a broken installation anything may come.
"""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from bronnen import __version__
from bronnen.errors import BronnenError
from bronnen.settings import Settings, load_settings, resource

OK, MISSING, TROUBLE = "ok", "missing", "trouble"

_EXTRAS = {
    "office": "Word, OpenDocument and web pages",
    "pdf": "summaries and marked copies as PDF",
    "parquet": "passages as Parquet",
    "dask": "more than one machine",
}
_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^]]*])?\s*([^;]*)(?:;.*extra\s*==\s*['\"]([\w-]+)['\"])?")
_BOUND = re.compile(r"([<>=!~]+)\s*(\d[\d.]*)")
_LEAST_ROOM = 200_000_000  # bytes of disk; a thousand documents take some 400 MB
_LEAST_MEMORY = 1_500_000_000  # bytes free for one worker
_TEXT = (
    "Wat wij horen in de wijk",
    "Ouders vertellen dat zij lang op hulp wachten.",
    "Uit onderzoek van het CBS blijkt dat het aantal huishoudens groeit.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: in what state, what it is for, what is there, what mends it; `is_needed`: no scan without it."""

    name: str
    state: str
    purpose: str
    found: str
    mend: str = ""
    is_needed: bool = False


def lines(out: Path, settings_file: Path | None = None, model: str = "") -> Iterator[Line]:
    """What works, in the order in which a scan needs it; writes and removes a small folder in or above `out`."""
    yield _python()
    yield from _libraries()
    settings = Settings()
    if settings_file:
        line, settings = _settings(settings_file)
        yield line
    if model:
        settings = replace(settings, model=replace(settings.model, path=model))
    yield _tried("language", "ends of sentences", lambda: _language(settings), is_needed=True)
    yield _tried("model", "labels", lambda: _model(settings), is_needed=True)
    yield from _out(out)
    yield _tried("scan", "all of it on one page of PDF", lambda: _walk(settings), is_needed=True)
    yield _tried("memory", "documents at the same time", _memory)
    yield from _optional()
    yield _recognition(settings.ocr.language)


def _tried(name: str, purpose: str, trial: Callable[[], str], *, is_needed: bool = False, mend: str = "") -> Line:
    """What a trial says is there; what it raises is what is the matter."""
    try:
        return Line(name, OK, purpose, trial(), is_needed=is_needed)
    except BronnenError as error:
        return Line(name, TROUBLE, purpose, error.message, mend or error.next_step, is_needed)
    except Exception as error:  # a broken installation can raise anything, and that is what is asked
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return Line(name, TROUBLE, purpose, said, mend or _reinstall(), is_needed)


def _python() -> Line:
    system = f"{platform.system()} {platform.machine()}"
    found = f"bronnen {__version__}, Python {platform.python_version()}, {system}"
    return Line("bronnen", OK, "the program", found, is_needed=True)


def _settings(path: Path) -> tuple[Line, Settings]:
    try:
        return Line("settings", OK, "the settings given", str(path), is_needed=True), load_settings(path)
    except BronnenError as error:
        return Line("settings", TROUBLE, "the settings given", error.message, error.next_step, True), Settings()


# ----------------------------------------------------------------------------------------------------- libraries


def _libraries() -> Iterator[Line]:
    wanted = _required()
    wrong = [said for said in map(_unfit, wanted.get("", [])) if said]
    number = len(wanted.get("", []))
    if not number:
        yield Line("libraries", TROUBLE, "everything", "bronnen runs from a folder, not installed.", _reinstall())
    elif wrong:
        yield Line("libraries", MISSING, "everything", ", ".join(wrong), _reinstall(), is_needed=True)
    else:
        yield Line("libraries", OK, "everything", f"{number} as bronnen asks", is_needed=True)


def _required() -> dict[str, list[tuple[str, str]]]:
    """Extra ('' for what is always needed) -> the names and bounds of its libraries, as the package itself says."""
    found: dict[str, list[tuple[str, str]]] = {}
    try:
        told = metadata.requires("bronnen") or []
    except metadata.PackageNotFoundError:
        return found
    for line in told:
        parsed = _REQUIREMENT.match(line)
        if parsed:
            found.setdefault(parsed[3] or "", []).append((parsed[1], parsed[2].strip()))
    return found


def _unfit(wanted: tuple[str, str]) -> str:
    """What is the matter with a library; nothing where it is there in a version that fits.

    >>> _unfit(("click", ">=8.1"))
    ''
    >>> _unfit(("no-such-library", ">=1"))
    'no-such-library is not installed'
    """
    name, bounds = wanted
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed"
    return "" if fits(version, bounds) else f"{name} {version} is not {bounds}"


def fits(version: str, bounds: str) -> bool:
    """Whether a version lies within bounds such as bronnen writes: `>=`, `<` and `==` with a star.

    >>> fits("3.8.7", ">=3.8.7,<3.9"), fits("3.9", "<3.9"), fits("1.9.2", "==1.9.*"), fits("1.10", ">=1.9")
    (True, False, True, True)
    """
    have = _numbers(version)
    for sign, told in _BOUND.findall(bounds):
        wanted = _numbers(told)
        length = max(len(have), len(wanted))
        ours, theirs = (one + (0,) * (length - len(one)) for one in (have, wanted))
        if not {">=": ours >= theirs, "<": ours < theirs, "==": have[: len(wanted)] == wanted}.get(sign, True):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _optional() -> Iterator[Line]:
    """What is only wanted for some files or reports."""
    required = _required()
    for extra, purpose in _EXTRAS.items():
        wrong = [said for said in map(_unfit, required.get(extra, [])) if said]
        if wrong or not required.get(extra):
            yield Line(extra, MISSING, purpose, ", ".join(wrong) or "not known", _install(extra, required))
        elif extra == "pdf":
            yield _tried(extra, purpose, _typeset, mend=_install(extra, required))
        else:
            names = ", ".join(_version(name) for name, _ in required[extra])
            yield Line(extra, OK, purpose, names)


def _install(extra: str, required: dict[str, list[tuple[str, str]]]) -> str:
    """The line that adds an extra and leaves those that are there: uv takes away what is not named."""
    there = [one for one in _EXTRAS if required.get(one) and not any(map(_unfit, required[one]))]
    wanted = sorted({*there, extra}, key=list(_EXTRAS).index)
    if _is_checkout():
        return "python -m uv sync " + " ".join(f"--extra {one}" for one in wanted)
    return f'python -m pip install "bronnen[{",".join(wanted)}]"'


def _reinstall() -> str:
    return "python -m uv sync" if _is_checkout() else "python -m pip install --force-reinstall bronnen"


def _is_checkout() -> bool:
    return (resource("models").parent / "pyproject.toml").is_file()


def _recognition(language: str) -> Line:
    """Text recognition, which needs a program and no extra."""
    from bronnen.extract import tesseract

    found, mend = tesseract.missing(language) or (f"tesseract {tesseract.version()} with {language}", "")
    return Line("ocr", MISSING if mend else OK, "text recognition of scans", found, mend)


def _typeset() -> str:
    """Typesets a page, with the fonts that typst brings, and copies one as marked copies are made."""
    from bronnen.extract import read
    from bronnen.report.highlight import highlighted
    from bronnen.report.summary import Summary, summary_pdf

    with _page() as path:
        copy = highlighted(path.read_bytes(), read(path, Settings()), (), {})
    typeset = summary_pdf(Summary("nl", _TEXT[0], _TEXT[1:], ()))
    if not (typeset.startswith(b"%PDF-") and copy.data.startswith(b"%PDF-")):
        raise ValueError("what was made is no PDF")
    return f"{_version('typst')} (with fonts of its own), {_version('pikepdf')}"


# --------------------------------------------------------------------------------------------------- what a scan does


def _language(settings: Settings) -> str:
    from bronnen import language, origin

    nlp = language.load(settings.language.spacy_model)
    if len(language.sentences(nlp, "Zie art. 3 Wmo. Dat staat er.")) != 2:
        raise ValueError("it does not find the ends of sentences")
    return origin.language_of(nlp.meta)


def _model(settings: Settings) -> str:
    from bronnen import shelf
    from bronnen.pipeline import load_tools

    chosen = _chosen(settings)
    name, model = chosen.model.path, load_tools(chosen).model
    others = len(shelf.models()) - 1
    return f"{name} ({model.id[:12]})" + (f"; {others} of your own in {shelf.shelf()}" if others else "")


def _chosen(settings: Settings) -> Settings:
    """The settings with the model that a scan would take."""
    from bronnen.shelf import in_use

    return replace(settings, model=replace(settings.model, path=settings.model.path or in_use()))


def _out(out: Path) -> Iterator[Line]:
    """Room and rights where the results go, and whether SQLite can hold a lock there."""
    there = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.is_dir())
    mend = "Give another folder with --out, on a disk of this machine."
    yield _tried("folder", "results", lambda: _written(there), is_needed=True, mend=mend)
    try:
        free = shutil.disk_usage(there).free
    except OSError:
        return
    few = free < _LEAST_ROOM
    told = f"{free / 1e9:.1f} GB free; a thousand documents of 30 pages take about 1 GB"
    yield Line("room", TROUBLE if few else OK, "results", told, "Make room, or give another --out." if few else "", few)


def _written(folder: Path) -> str:
    from bronnen.errors import StoreError
    from bronnen.extract import openable
    from bronnen.store import Store

    with tempfile.TemporaryDirectory(prefix="bronnen-check-", dir=folder) as made:
        inside = openable(Path(made))
        with Store(inside, write=True) as store:
            run = store.begin_run(Settings(), __version__)
            store.end_run(run)
            try:
                Store(inside, write=True).close()
            except StoreError:
                return f"{folder}: can be written, and locked"
    raise ValueError("files cannot be locked there, so that two scans could spoil one store")


def _walk(settings: Settings) -> str:
    """Analyses a page made here, with each engine."""
    from bronnen.pipeline import analyse, load_tools

    tools = load_tools(_chosen(settings))
    with _page() as path:
        for engine in ("pdfium", "pdfplumber", "auto"):
            wanted = replace(tools.settings, extract=replace(settings.extract, engine=engine))
            found = analyse(path, replace(tools, settings=wanted))
            if not all(line in " ".join(found.document.text.split()) for line in _TEXT):
                raise ValueError(f"{engine} does not read what is on the page")
            if not found.verdicts or found.balance.passages < 1:
                raise ValueError("no passage was judged")
    return f"{_version('pypdfium2')} and {_version('pdfplumber')} read it; {found.balance.passages} passages judged"


def _version(library: str) -> str:
    return f"{library} {metadata.version(library)}"


@contextmanager
def _page() -> Iterator[Path]:
    """A file with one page, made here, that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bronnen-check-") as folder:
        path = Path(folder) / "proef.pdf"
        path.write_bytes(page(_TEXT))
        yield path


def page(told: tuple[str, ...]) -> bytes:
    """A PDF of one page, made by hand: a heading and lines under it."""
    shown = [f"BT /F1 {18 if not at else 11} Tf 72 {760 - 40 * at} Td ({line}) Tj ET" for at, line in enumerate(told)]
    content = "\n".join(shown).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return made + end % (table, len(made))


def _memory() -> str:
    from bronnen.batch import cores
    from bronnen.batch.limits import memory

    free, total = memory()
    if free < _LEAST_MEMORY:
        said = f"Only {free / 1e9:.1f} GB of memory is free."
        raise BronnenError(said, "Close other programs, and use --jobs 1.")
    most = max(1, min(cores(), int(free // _LEAST_MEMORY)))
    told = f"{free / 1e9:.0f} of {total / 1e9:.0f} GB free, {cores()} cores"
    return told + ("" if most == cores() else f": use --jobs {most}")
