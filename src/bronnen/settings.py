"""Settings from TOML to a frozen record, and where the files that come with bronnen are.

Unknown names and wrong types are errors, so that a spelling mistake never changes a result in silence.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

from bronnen.errors import UsageError

ENGINES = ("auto", "pdfium", "pdfplumber")
HIDDEN = ("leave_out", "keep")
DOCUMENTS = ("ordinary", "unusual")
OCR_MODES = ("auto", "off", "force")
_LEAST_MEMORY = 1024  # MB
_MOST = 100_000  # bytes of a file with settings
_LANGUAGE = re.compile(r"[a-z]{3}(?:_[A-Za-z]{1,12}){0,2}(?:\+[a-z]{3}(?:_[A-Za-z]{1,12}){0,2}){0,4}")


@dataclass(frozen=True, slots=True)
class ExtractSettings:
    engine: str = "auto"
    hidden: str = "leave_out"


@dataclass(frozen=True, slots=True)
class OcrSettings:
    """Text recognition; `cache` is the folder in which it remembers what it read, empty for none."""

    mode: str = "auto"
    language: str = "nld"
    cache: str = ""


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    max_words: int = 120
    min_words: int = 3


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    spacy_model: str = ""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    path: str = ""


@dataclass(frozen=True, slots=True)
class BalanceSettings:
    documents: str = "ordinary"


@dataclass(frozen=True, slots=True)
class BatchSettings:
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What one document may take: memory, and per stage (`records.Stage`) seconds to begin with and per page."""

    memory_mb: int = 2048
    pdfium_seconds: float = 10.0
    pdfium_page_seconds: float = 0.1
    pdfplumber_seconds: float = 30.0
    pdfplumber_page_seconds: float = 1.0
    ocr_seconds: float = 60.0
    ocr_page_seconds: float = 120.0
    reading_seconds: float = 30.0
    reading_page_seconds: float = 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; the defaults here equal `configs/default.toml`, and a test says so."""

    extract: ExtractSettings = field(default_factory=ExtractSettings)
    ocr: OcrSettings = field(default_factory=OcrSettings)
    segment: SegmentSettings = field(default_factory=SegmentSettings)
    language: LanguageSettings = field(default_factory=LanguageSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    balance: BalanceSettings = field(default_factory=BalanceSettings)
    batch: BatchSettings = field(default_factory=BatchSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)


def load_settings(path: Path | None = None) -> Settings:
    """The settings in a TOML file over the defaults; without a path, the defaults.

    Raises:
        UsageError: the file is missing, is not TOML, or has an unknown name or a value that does not fit.
    """
    if path is None:
        return Settings()
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST + 1)
        if len(content) > _MOST:
            raise ValueError(f"it is larger than {_MOST // 1000} kB")
        told = tomllib.loads(content.decode())
    except (OSError, ValueError, RecursionError) as error:  # no UTF-8, no TOML and numbers too long are ValueErrors
        said = " ".join(str(error).split())[:120]
        raise UsageError(f"Cannot read the settings in {path}: {said}.", "Start from configs/default.toml.") from error
    return settings_of(told)


def settings_of(told: dict[str, Any]) -> Settings:
    """A checked `Settings` from nested dictionaries, such as TOML gives.

    >>> settings_of({"segment": {"max_words": 80}}).segment.max_words
    80
    """
    settings: Settings = _record(Settings, told, "")
    if settings.extract.engine not in ENGINES:
        raise UsageError(f"extract.engine is '{settings.extract.engine:.60}'.", f"Use one of: {', '.join(ENGINES)}.")
    if settings.extract.hidden not in HIDDEN:
        raise UsageError(f"extract.hidden is '{settings.extract.hidden:.60}'.", f"Use one of: {', '.join(HIDDEN)}.")
    if settings.ocr.mode not in OCR_MODES:
        raise UsageError(f"ocr.mode is '{settings.ocr.mode}'.", f"Use one of: {', '.join(OCR_MODES)}.")
    if not _LANGUAGE.fullmatch(settings.ocr.language):
        raise UsageError(f"ocr.language is {settings.ocr.language!r}.", "Use a name such as 'nld', or 'nld+eng'.")
    if not 20 <= settings.segment.max_words <= 1000:
        raise UsageError(f"segment.max_words is {settings.segment.max_words}.", "Use a number from 20 to 1000.")
    if not 1 <= settings.segment.min_words <= 20:
        raise UsageError(f"segment.min_words is {settings.segment.min_words}.", "Use a number from 1 to 20.")
    if settings.balance.documents not in DOCUMENTS:
        said = f"balance.documents is '{settings.balance.documents:.60}'."
        raise UsageError(said, f"Use one of: {', '.join(DOCUMENTS)}.")
    if settings.batch.jobs < 0:
        raise UsageError(f"batch.jobs is {settings.batch.jobs}.", "Use 0 for all cores, or a number of workers.")
    if settings.limits.memory_mb < _LEAST_MEMORY:
        said = f"limits.memory_mb is {settings.limits.memory_mb}; bronnen itself needs half of {_LEAST_MEMORY}."
        raise UsageError(said, f"Use {_LEAST_MEMORY} or more.")
    for name, value in asdict(settings.limits).items():
        if not 0 < value < 1e9:  # not a number neither
            raise UsageError(f"limits.{name} is {value}.", "Use a number above 0.")
    return settings


def settings_hash(settings: Settings) -> str:
    """Twelve hexadecimal digits that change when a setting changes that can change a result.

    The model and the language pipeline are left out, since an analysis names both by themselves.
    """
    told = asdict(settings)
    del told["ocr"]["cache"]  # a folder, which says where and not what
    driving = {key: value for key, value in told.items() if key in ("extract", "ocr", "segment", "balance")}
    return hashlib.sha256(json.dumps(driving, sort_keys=True).encode()).hexdigest()[:12]


def remembering(settings: Settings, folder: Path) -> Settings:
    """The settings with a place in a folder of results for what text recognition read, where they name no other."""
    if settings.ocr.cache:
        return settings
    return replace(settings, ocr=replace(settings.ocr, cache=str(folder.absolute() / "ocr")))


def resource(*parts: str) -> Path:
    """The path of something under `models/` or `configs/`, in a checkout as well as in an installed wheel.

    >>> resource("configs", "default.toml").name
    'default.toml'
    """
    package = Path(__file__).resolve().parent
    inside = package.joinpath(*parts)  # the wheel carries both folders inside the package
    return inside if package.joinpath(parts[0]).is_dir() else package.parents[1].joinpath(*parts)


def _record(kind: Any, told: Any, where: str) -> Any:
    if not isinstance(told, dict):
        raise UsageError(f"[{where.rstrip('.')}] must be a table.", "See configs/default.toml.")
    hints = get_type_hints(kind)
    known = [item.name for item in fields(kind)]
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name not in known:
            raise UsageError(f"Unknown setting '{where}{name:.60}'.", f"Known here: {', '.join(known)}.")
        wanted = hints[name]
        if is_dataclass(wanted):
            values[name] = _record(wanted, value, f"{where}{name}.")
        elif type(value) is int and wanted is float:
            values[name] = float(value)
        elif type(value) is not wanted:
            raise UsageError(f"'{where}{name}' is {value!r:.60}.", f"It must be of type {wanted.__name__}.")
        else:
            values[name] = value
    return kind(**values)
