"""`bronnen show`: one document's passages with their labels, as in its reading order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.cli.choices import SOURCES, settings_options
from bronnen.errors import StoreError, UsageError
from bronnen.records import Analysis, Estimate, Kind, Labels, Source, Use, page_at

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bronnen.settings import Settings
    from bronnen.settled import LabelledPassage


@click.command()
@click.argument("file")
@click.option("--store", type=click.Path(path_type=Path), help="Take the document from the store in this folder.")
@click.option("--only-labelled", is_flag=True, help="Leave out passages without a label.")
@click.option("--source", type=click.Choice(SOURCES), help="Only passages that carry this source.")
@click.option("--why", is_flag=True, help="Say for each label of the model which sentence carries it and what weighed.")
@settings_options
def show(file: str, store: Path | None, only_labelled: bool, source: str | None, why: bool, settings: Settings) -> None:
    """Print a document's passages with their labels.

    FILE is a document; with --store it may also be the name, path or id (or the first signs of it) of a document in
    the store. Without --store the document is analysed now, and nothing is kept.
    """
    from bronnen.cli.screen import console
    from bronnen.settled import labelled_passages, with_people

    found = with_people(_stored(store, file) if store else _analysed(Path(file), settings), settings)
    screen = console()
    _head(found, screen)
    wanted = Source(source) if source else None
    page: int | None = None
    heading = ""
    for labelled in labelled_passages(found):
        passage = labelled.passage
        if (wanted and wanted not in labelled.labels) or (only_labelled and not labelled.labels):
            continue
        stands = page_at(found.document, passage.start)
        if stands and stands.number != page:
            page = stands.number
            screen.print(f"-- p. {page} --", style="dim")
        if passage.kind is not Kind.HEADING and passage.heading != heading:
            heading = passage.heading
            _heading(heading, screen)
        if passage.kind is Kind.HEADING and not labelled.labels:
            continue  # stands above the passages under it
        screen.print(_body(found, labelled), soft_wrap=not screen.is_terminal)
        if why:
            _why(found, labelled, screen)
        screen.print()


def _analysed(path: Path, settings: Settings) -> Analysis:
    from bronnen.extract import openable
    from bronnen.pipeline import analyse, load_tools

    if path.is_dir():
        raise UsageError(f"{path} is a folder.", "`bronnen show` takes one document; `bronnen scan` takes folders.")
    return analyse(openable(path), load_tools(settings))


def _stored(folder: Path, told: str) -> Analysis:
    from bronnen.cli.inputs import find_document
    from bronnen.extract import openable
    from bronnen.store import Store

    with Store(openable(folder)) as store:
        analysis = store.analysis(find_document(told, store.documents(), f"the store in {folder}"))
    if analysis is None:
        raise StoreError(f"The store in {folder} is damaged: it lost {told}.", "Scan the document again.")
    return analysis


def _head(analysis: Analysis, screen: Console) -> None:
    from rich.text import Text

    from bronnen.cli.screen import printable
    from bronnen.taxonomy import looks, use_mark, use_name

    balance = analysis.balance
    screen.print(printable(analysis.document.name), style="bold", soft_wrap=True)
    legend = Text()
    for source, look in looks().items():
        legend.append(f" {look.letter} ", style=look.on_colour)
        used, called_for = (_bracketed(found[source]) for found in (balance.used, balance.called_for))
        legend.append(f" {look.name}: {used} {use_name(Use.USED)}, {called_for} {use_name(Use.CALLED_FOR)}   ")
    mark = use_mark(Use.CALLED_FOR)
    legend.append(f"{mark} = {use_name(Use.CALLED_FOR)}; schattingen van {balance.passages} passages, met marge")
    screen.print(legend, soft_wrap=not screen.is_terminal)
    screen.print()


def _bracketed(estimate: Estimate) -> str:
    """A number of passages with its interval: '12 (8-19)'."""
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:g}"
    return f"{estimate.value:.0f} ({estimate.low:.0f}-{estimate.high:.0f})"


def _heading(heading: str, screen: Console) -> None:
    from bronnen.cli.screen import readable

    if heading:
        screen.print(readable(heading), style="bold", soft_wrap=not screen.is_terminal)


def _body(analysis: Analysis, labelled: LabelledPassage) -> Text:
    """The sentences, those with a label coloured and behind their letters; then the labels of the whole passage."""
    from rich.text import Text

    from bronnen.cli.screen import readable, tag
    from bronnen.taxonomy import looks

    text = Text()
    for sentence in labelled.sentences:
        words = readable(analysis.document.text[sentence.start : sentence.end])
        for source, use in _in_order(sentence.labels):
            style = looks()[source].on_colour
            text.append(f"[{tag({source: use})}]", style=style)
        style = next((looks()[source].on_colour for source, _ in _in_order(sentence.labels)), "")
        text.append(f" {words}" if sentence.labels else words, style=style)
        text.append(" ")
    if labelled.labels:
        text.append(f"\n   => {_names(labelled.labels)}", style="bold")
    return text


def _why(analysis: Analysis, labelled: LabelledPassage, screen: Console) -> None:
    """For each label of the model the sentence that carries it, and what weighed most."""
    from bronnen.cli.screen import readable
    from bronnen.settled import carrying, weighed

    text = analysis.document.text
    for source, use in _in_order(labelled.labels):
        if source in labelled.by_people or labelled.scores is None:
            continue
        sentence = carrying(labelled, source, use)
        quote = " ".join(text[sentence.start : sentence.end].split())
        quote = quote if len(quote) <= 160 else quote[:157] + "..."
        chances = [(scores or {}).get(source, {}).get(use, 0.0) for scores in (labelled.scores, sentence.scores)]
        said = [f"{_names({source: use})} ({chances[0]:.0%}), vooral door ({chances[1]:.0%}): {quote}"]
        if told := weighed(labelled, source, text):
            said.append(f"woog het meest: {'; '.join(told)}")
        for line in said:
            screen.print("   " + readable(line), style="dim", soft_wrap=not screen.is_terminal)


def _in_order(labels: Labels) -> list[tuple[Source, Use]]:
    return [(source, labels[source]) for source in Source if source in labels]


def _names(labels: Labels) -> str:
    from bronnen.taxonomy import looks, use_name

    return ", ".join(f"{looks()[source].short} {use_name(use)}" for source, use in _in_order(labels))
