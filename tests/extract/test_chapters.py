"""Which headings open a chapter: numbers first, else size, else all of them."""

from __future__ import annotations

from bronnen.extract.chapters import with_chapters
from bronnen.records import Block, Kind, Word


def chapters(*headings: str | tuple[str, float]) -> list[str]:
    """The headings that open a chapter; each has a paragraph below it, and words only where a size is given."""
    text, blocks, words = "", [], []
    for heading in headings:
        told, size = heading if isinstance(heading, tuple) else (heading, 0.0)
        if size:
            words.append(Word(len(text), len(text) + len(told), 1, 0, 0, 9, 9, size, True))
        blocks.append(Block(len(text), len(text) + len(told), Kind.HEADING, 1))
        text += f"{told}\n\n"
        blocks.append(Block(len(text), len(text) + 6, Kind.PARAGRAPH, 1))
        text += "1 Tekst\n\n"
    marked = with_chapters(text, blocks, words)
    assert [(block.start, block.end, block.kind) for block in marked] == [(b.start, b.end, b.kind) for b in blocks]
    return [text[block.start : block.end] for block in marked if block.opens_chapter]


def test_numbered_headings_and_not_those_below_them() -> None:
    headings = ("1 Inleiding", "1.1 Doel", "2. Aanpak", "2.1.3 Wie", "10 Slot", "Wat wij vroegen", "2024 in cijfers")
    assert chapters(*headings) == ["1 Inleiding", "2. Aanpak", "10 Slot"]


def test_chapters_by_name() -> None:
    headings = ("Hoofdstuk 1", "Hoofdstuk twee", "DEEL IV Uitvoering", "Bijlage B: Lijst", "Deelnemers", "1.1 Doel")
    assert chapters(*headings) == ["Hoofdstuk 1", "Hoofdstuk twee", "DEEL IV Uitvoering", "Bijlage B: Lijst"]


def test_beside_numbers_those_that_are_as_large() -> None:
    found = chapters(
        ("Samenvatting", 16.1), ("1 Inleiding", 16), ("1.1 Doel", 16), ("Wie", 12), ("2 Aanpak", 15.9), ("Bronnen", 16)
    )
    assert found == ["Samenvatting", "1 Inleiding", "2 Aanpak", "Bronnen"]


def test_one_number_is_no_numbering() -> None:
    assert chapters(("3 vragen", 12), ("Aanleiding", 14), ("Slot", 14)) == ["Aanleiding", "Slot"]


def test_without_numbers_the_largest_size_that_more_than_one_has() -> None:
    headings = (("Nota wonen", 24), ("Aanleiding", 14), ("Toen", 11), ("Aanpak", 14.2), ("Nu", 11))
    assert chapters(*headings) == ["Nota wonen", "Aanleiding", "Aanpak"]


def test_where_no_sizes_are_known_all_headings() -> None:
    assert chapters("Aanleiding", "Aanpak") == ["Aanleiding", "Aanpak"]


def test_a_title_alone_is_the_whole_document() -> None:
    assert chapters(("Nota wonen", 24)) == ["Nota wonen"]
    assert chapters(("Nota wonen", 24), ("Aanpak", 14)) == ["Nota wonen", "Aanpak"]


def test_without_headings_there_are_no_chapters() -> None:
    assert chapters() == []
    block = Block(0, 11, Kind.PARAGRAPH, None)
    assert with_chapters("1 Inleiding", [block], []) == (block,)
