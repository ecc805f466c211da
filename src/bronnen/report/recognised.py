"""What readers are told of pages that text recognition read: which, and how sure it was."""

from __future__ import annotations

from collections.abc import Sequence

from bronnen.dossier import Dossier
from bronnen.records import Page, recognised
from bronnen.report.passages import in_hundredths
from bronnen.report.voice import Voice, quoted

_NAME = 120
_MOST = 40  # numbers of pages that are listed


def recognised_lines(dossier: Dossier, voice: Voice) -> list[str]:
    """A line per document with such pages."""
    lines = []
    for told in dossier.documents:
        found = recognised(told.document.pages)
        if found:
            pages = voice.listed([str(number) for number in found], _MOST)
            sure = in_hundredths(sum(found.values()) / len(found))
            lines.append(voice.said["recognised_pages"].format(name=quoted(told.name, _NAME), pages=pages, sure=sure))
    return lines


def recognised_brief(pages: Sequence[Page], voice: Voice) -> list[str]:
    """A line for the one-page summary of a document with such pages."""
    found = recognised(pages)
    if not found:
        return []
    sure, count = in_hundredths(sum(found.values()) / len(found)), voice.figures.whole(len(found))
    said = voice.said["recognised_whole" if len(found) == len(pages) else "recognised_brief"]
    return [said.format(all=voice.number_of(len(pages), "page"), count=count, sure=sure)]
