"""Documents with their labels as texts with codings, for the programs in which people code.

What the model says stands under the coder 'bronnen', and what people said under their own names. Here is what goes out
as a QDA project; `tasks` has what goes out in pieces, and `returning` what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bronnen import files
from bronnen.formats.coded import OURS, Code, Coding, Selection, Text
from bronnen.formats.qdpx import Project
from bronnen.records import Analysis, Document, Source, Unit, Use, Verdict
from bronnen.taxonomy import looks, use_name
from bronnen.verdicts import rank, settle

Said = tuple[Source, Use | None]

NONE = {"nl": "geen", "en": "no"}
_DESCRIBED: dict[Use | None, str] = {
    Use.USED: "De tekst steunt op deze bron van kennis. / The text draws on this source of knowledge.",
    Use.CALLED_FOR: "De tekst vraagt om deze bron, of belooft haar te horen. / The text asks for this source, or "
    "promises to hear it.",
    None: "Gelezen, en deze bron staat er niet in. Alleen mensen geven deze code. / Read, and this source is not in "
    "it. Only people give this code.",
}
_ABOUT = {
    "nl": "Codes van de gebruiker 'bronnen' komen van een model en kunnen fout zijn. Codeer onder uw eigen naam: "
    "alleen wat u zelf codeert, leest bronnen terug. Is een code niet juist, geef de passage dan de code 'geen ...'.",
    "en": "Codes by the user 'bronnen' come from a model and may be wrong. Code under your own name: only "
    "what you code yourself is read back. Where a code is not right, give the passage the code 'no ...'.",
}
_WHOLE = re.compile(r"(?:person|adjudicated):\S.*")


def codes(language: str = "nl") -> dict[Said, Code]:
    """Our codes, per source and use (None: 'not there'), in Dutch or English, with the colours of the taxonomy."""
    other = code_names("en" if language == "nl" else "nl")
    return {
        said: Code(name, looks()[said[0]].colour, f"{other[said]}. {_DESCRIBED[said[1]]}")
        for said, name in code_names(language).items()
    }


def project(
    name: str, created: str, analyses: Iterable[Analysis], *, language: str = "nl", with_files: bool = False
) -> Project:
    """A project of analysed documents, which are taken one at a time when it is written.

    `created` is a time in ISO 8601. Verdicts must be on their place already (`settled.placed`). `with_files` takes the
    PDF of a document along where it is still there and still the same.
    """
    ours = codes(language)
    texts = (text(analysis, language, with_file=with_files) for analysis in analyses)
    return Project(name, created, tuple(ours.values()), texts, _ABOUT[language])


def text(analysis: Analysis, language: str = "nl", *, with_file: bool = False) -> Text:
    """A document with what the model says of its passages and what people said of passages and sentences."""
    document = analysis.document
    selections = tuple(_selections(analysis, language))
    return Text(document.name, document.text, selections, document.id, _pdf(analysis) if with_file else None)


def coder_of(verdict: Verdict) -> str:
    """Under which name a verdict goes out; `by_of` takes it back.

    >>> from bronnen.records import Verdict, Unit
    >>> said = Verdict("d", 0, 1, None, Unit.SENTENCE, frozenset(), {}, "", "person:adjudicated:jan")
    >>> coder_of(said), by_of(coder_of(said)), by_of("jan")
    ('person:adjudicated:jan', 'person:adjudicated:jan', 'person:jan')
    """
    if rank(verdict) == 0:
        return OURS
    name = verdict.by.removeprefix("person:")
    would_change = verdict.by != name and (by_of(name) != verdict.by or name.casefold() == OURS)
    return verdict.by if would_change else name


def by_of(coder: str) -> str:
    """Who a coder's name stands for: a person, unless it says itself what it is."""
    return coder if _WHOLE.fullmatch(coder) else f"person:{coder}"


def _selections(analysis: Analysis, language: str) -> Iterator[Selection]:
    """The model's labels of passages, and what people said, in reading order."""
    names, size = code_names(language), len(analysis.document.text)
    groups: dict[tuple[int, int, str], list[Verdict]] = {}
    for verdict in analysis.verdicts:
        is_shown = (rank(verdict) > 0 or verdict.unit is Unit.PASSAGE) and 0 <= verdict.start < verdict.end <= size
        if is_shown:
            groups.setdefault((verdict.start, verdict.end, coder_of(verdict)), []).append(verdict)
    for (start, end, coder), said in sorted(groups.items(), key=lambda group: group[0]):
        judged = {source: use for source, use in settle(said).items() if use is not None or coder != OURS}
        at = max(verdict.at for verdict in said)
        codings = tuple(Coding(names[source, judged[source]], coder, at) for source in Source if source in judged)
        if codings:
            note = _note(said[-1], names, analysis.made_with.model, language) if coder == OURS else ""
            yield Selection(start, end, codings, note)


def _note(verdict: Verdict, names: Mapping[Said, str], model: str, language: str) -> str:
    """Which labels the model gave and how certain it was: 'bronnen: ervaringskennis gebruikt (zekerheid 91%)'."""
    word = "zekerheid" if language == "nl" else "certainty"
    told = []
    for source, use in verdict.labels.items():
        score = (verdict.scores or {}).get(source, {}).get(use)
        told.append(names[source, use] + (f" ({word} {100 * score:.0f}%)" if score is not None else ""))
    return f"{OURS}: {', '.join(told)}. Model {model}."


def code_names(language: str) -> dict[Said, str]:
    """The names of our codes."""
    named: dict[Said, str] = {}
    for source, look in looks(language).items():
        named.update({(source, use): f"{look.name} {use_name(use, language)}" for use in Use})
        named[source, None] = f"{NONE[language]} {look.name}"
    return named


def hides(document: Document) -> bool:
    """Whether the document's file holds words that a reader cannot see: such a file goes into no project."""
    return any(page.hidden for page in document.pages)


def _pdf(analysis: Analysis) -> Path | None:
    if hides(analysis.document):
        return None
    path = Path(analysis.document.path)
    try:
        return path if path.suffix.lower() == ".pdf" and files.digest(path) == analysis.document.id else None
    except (OSError, ValueError):
        return None
