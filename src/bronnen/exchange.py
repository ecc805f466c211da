"""Documents with their labels as a project for a QDA program, and codings that people made there as verdicts.

Going out, what the model says stands under the user 'bronnen', and what people said under their own names. Coming back,
only what people coded becomes a verdict: `docs/file-formats.md` ('QDA projects') has the rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

from bronnen.formats.qdpx import OURS, Code, Coding, Left, Project, Selection, Text
from bronnen.formats.qdpx.meaning import Meaning, folded
from bronnen.places import Places, digest
from bronnen.records import Analysis, Passage, Source, Unit, Use, Verdict, page_at
from bronnen.taxonomy import looks, use_name
from bronnen.verdicts import combine, rank, settle

Said = tuple[Source, Use | None]

_NONE = {"nl": "geen", "en": "no"}
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
_ADJUDICATED = "adjudicated:"


def codes(language: str = "nl") -> dict[Said, Code]:
    """Our codes, per source and use (None: 'not there'), in Dutch or English, with the colours of the taxonomy."""
    other = _names("en" if language == "nl" else "nl")
    return {
        said: Code(name, looks()[said[0]].colour, f"{other[said]}. {_DESCRIBED[said[1]]}")
        for said, name in _names(language).items()
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


def meanings(names: Iterable[str], own: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """What codes stand for, by their full names: as the user tells, or by our names; unknown ones are not in it.

    A code inside a folder is known by its whole path, by its own name, or by the two last parts ('ervaringskennis' >
    'gebruikt').
    """
    known: dict[str, Meaning] = {folded(name): said for one in _NONE for said, name in _names(one).items()}
    known.update(own)
    found: dict[str, Meaning] = {}
    for name in names:
        parts = name.split(" > ")
        for way in (name, _last(name), " ".join(parts[-2:])):
            if folded(way) in known:
                found[name] = known[folded(way)]
                break
    return found


def match(
    found: Text, documents: Sequence[tuple[str, str, str]], digests: Callable[[], Mapping[str, str]]
) -> tuple[str | None, str]:
    """The id of the document that a text of a project is of, or None and why not.

    `documents` are (id, name, path); `digests` gives `places.digest` of their texts by id, and is asked only where file
    and name leave it open. Found by the file's sha256, then by name (programs add `.txt` or take `.pdf` away), then by
    the text itself.
    """
    if any(found.key == document_id for document_id, _, _ in documents):
        return found.key, ""
    wanted = _file_name(found.name)
    ways = ((wanted, lambda name: name), (_stem(wanted), lambda name: name), (_stem(wanted), _stem))
    for name, way in ways:
        same = [document_id for document_id, other, _ in documents if way(_file_name(other)) == name]
        if len(same) == 1:
            return same[0], ""
        if same:
            break
    own = digest(found.text)
    alike = [document_id for document_id, told in digests().items() if told == own]
    if len(alike) == 1 or (alike and not same):
        return alike[0], ""
    return None, "its name is that of more than one document" if same else "the document is not in the store"


@dataclass(slots=True)
class Tally:
    """What became of the codings of a project."""

    by_model: int = 0  # ours, not a person's
    skipped: int = 0  # of codes that say nothing of sources
    known: int = 0  # verdicts that the store has already
    unknown: Counter[str] = field(default_factory=Counter)  # codings per code of which the meaning is not told
    left: list[Left] = field(default_factory=list)


def verdicts(found: Text, analysis: Analysis, told: Mapping[str, Meaning], tally: Tally) -> list[Verdict]:
    """What people coded in a text of a project, as verdicts on the passages and sentences of its document.

    A selection is a verdict on each passage that it covers as a whole, and elsewhere on the sentences that it covers
    for at least half; where it covers none so far, on the sentence that most of it lies in. Only the coded source is
    judged. Where one coder gave a span two codes for a source, used wins over called for, and that over none.
    """
    places = Places(analysis.document.text)
    said: dict[tuple[Unit, int, int, str], list[tuple[Said, str]]] = {}
    for words, span, codings in _placed(found, analysis, places, told, tally):
        spans = list(_targets(*span, analysis)) if span else []
        if not spans:
            why = "lies in no passage (a heading, contents)" if span else "its words are not in the document"
            tally.left += [Left(found.name, f"'{one.code}' on '{words}': {why}") for one, _ in codings]
        for target in spans:
            for coding, what in codings:
                said.setdefault((*target, _by(coding.coder)), []).append((what, coding.at))
    made = (_verdict(analysis, key, codings, tally) for key, codings in said.items())
    return sorted((one for one in made if one), key=lambda one: (one.start, one.end, one.by))


def leave(found: Text, told: Mapping[str, Meaning], tally: Tally, why: str) -> None:
    """Notes the codings by people in a text that has no document."""
    parts = [(one.codings, note) for one, note in zip(found.selections, _noted(found), strict=True)]
    parts += [(one.codings, "") for one in found.quotes]
    for codings, note in parts:
        for coding, _ in _by_people(codings, note, told, tally):
            tally.left.append(Left(found.name, f"'{coding.code}': {why}"))


def _placed(
    found: Text, analysis: Analysis, places: Places, told: Mapping[str, Meaning], tally: Tally
) -> Iterator[tuple[str, tuple[int, int] | None, list[tuple[Coding, Said]]]]:
    """The words, the span in the document and the codings by people of each selection that has any."""
    befores = places.befores(found.text, [selection.start for selection in found.selections])
    for selection, before, note in zip(found.selections, befores, _noted(found), strict=True):
        codings = list(_by_people(selection.codings, note, told, tally))
        if codings:
            words = found.text[selection.start : selection.end]
            context = (
                found.text[max(selection.start - 80, 0) : selection.start],
                found.text[selection.end : selection.end + 80],
            )
            yield _short(words), places.find(words, before, context), codings
    starts = {page.number: page.start for page in analysis.document.pages}
    for quote in found.quotes:
        codings = list(_by_people(quote.codings, "", told, tally))
        if codings:
            near = places.before(starts.get(quote.page, 0))
            yield _short(quote.text), places.find(quote.text, near), codings


def _by_people(
    codings: Iterable[Coding], note: str, told: Mapping[str, Meaning], tally: Tally
) -> Iterator[tuple[Coding, Said]]:
    """The codings by people of which the code says something of a source; the others are counted."""
    for coding in codings:
        if coding.coder.casefold() == OURS or re.search(rf"(: |, ){re.escape(_last(coding.code))}[ ,.]", note):
            tally.by_model += 1
        elif coding.code not in told:
            tally.unknown[coding.code] += 1
        else:
            meaning = told[coding.code]
            if meaning is None:
                tally.skipped += 1
            else:
                yield coding, meaning


def _noted(found: Text) -> list[str]:
    """What a selection's description tells of the model's codes, where the program gave all codings to who exports."""
    has_ours = any(coding.coder.casefold() == OURS for one in found.selections for coding in one.codings)
    return ["" if has_ours or not one.note.startswith(f"{OURS}: ") else one.note for one in found.selections]


def _targets(start: int, end: int, analysis: Analysis) -> Iterator[tuple[Unit, int, int]]:
    """What a selection is a verdict on; nothing where it overlaps no passage."""
    best: tuple[int, int, int] | None = None
    is_empty = True
    for passage in analysis.passages:
        if passage.start >= end or passage.end <= start:
            continue
        if _covers(analysis.document.text, start, end, passage):
            is_empty = False
            yield Unit.PASSAGE, passage.start, passage.end
            continue
        for sentence in passage.sentences:
            shared = min(end, sentence.end) - max(start, sentence.start)
            if shared > 0 and 2 * shared >= sentence.end - sentence.start:
                is_empty = False
                yield Unit.SENTENCE, sentence.start, sentence.end
            elif shared > 0 and (best is None or shared > best[0]):
                best = (shared, sentence.start, sentence.end)
    if is_empty and best:
        yield Unit.SENTENCE, best[1], best[2]


def _covers(text: str, start: int, end: int, passage: Passage) -> bool:
    """Whether no letter or digit of the passage stands outside the span."""
    outside = text[passage.start : max(start, passage.start)] + text[min(end, passage.end) : passage.end]
    return not any(map(str.isalnum, outside))


def _verdict(
    analysis: Analysis, key: tuple[Unit, int, int, str], codings: list[tuple[Said, str]], tally: Tally
) -> Verdict | None:
    """The verdict of one coder on one span, without what they said of it before; None where nothing is left."""
    unit, start, end, by = key
    document = analysis.document
    uses: dict[Source, set[Use | None]] = {}
    for (source, use), _ in codings:
        uses.setdefault(source, set()).add(use)
    before = settle(one for one in analysis.verdicts if (one.by, one.start, one.end) == (by, start, end))
    judged = {source: combine(found) for source, found in uses.items()}
    judged = {source: use for source, use in judged.items() if source not in before or before[source] is not use}
    if not judged:
        tally.known += 1
        return None
    page = page_at(document, start)
    return Verdict(
        document_id=document.id,
        start=start,
        end=end,
        page=page.number if page else None,
        unit=unit,
        judged=frozenset(judged),
        labels={source: use for source in Source if (use := judged.get(source)) is not None},
        quote=document.text[start:end],
        by=by,
        at=max(at for _, at in codings),
    )


def _by(coder: str) -> str:
    return coder if coder.startswith(_ADJUDICATED) and coder != _ADJUDICATED else f"person:{coder}"


def _coder(verdict: Verdict) -> str:
    if rank(verdict) == 0:
        return OURS
    return verdict.by.removeprefix("person:")


def _selections(analysis: Analysis, language: str) -> Iterator[Selection]:
    """The model's labels of passages, and what people said, in reading order."""
    names, size = _names(language), len(analysis.document.text)
    groups: dict[tuple[int, int, str], list[Verdict]] = {}
    for verdict in analysis.verdicts:
        is_shown = (rank(verdict) > 0 or verdict.unit is Unit.PASSAGE) and 0 <= verdict.start < verdict.end <= size
        if is_shown:
            groups.setdefault((verdict.start, verdict.end, _coder(verdict)), []).append(verdict)
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


def _names(language: str) -> dict[Said, str]:
    named: dict[Said, str] = {}
    for source, look in looks(language).items():
        named.update({(source, use): f"{look.name} {use_name(use, language)}" for use in Use})
        named[source, None] = f"{_NONE[language]} {look.name}"
    return named


def _pdf(analysis: Analysis) -> Path | None:
    path = Path(analysis.document.path)
    try:
        if path.suffix.lower() == ".pdf":
            with path.open("rb") as stream:
                return path if file_digest(stream, "sha256").hexdigest() == analysis.document.id else None
    except OSError:
        pass
    return None


def _file_name(name: str) -> str:
    return folded(name.replace("\\", "/").rpartition("/")[2])


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name


def _last(code: str) -> str:
    return code.rpartition(" > ")[2]


def _short(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
