"""The whole walk, on documents of our own and (where they are) on real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from amount import mostly_slow

import bronnen
from bronnen import errors, pipeline
from bronnen.records import Analysis, Source, Unit, Use
from bronnen.settings import Settings, settings_of

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "corpus" / "voorbeelden").glob("*.pdf"))
REAL = sorted((ROOT.parent / "shared" / "data" / "pdf").glob("*.pdf"))


def held(analysis: Analysis) -> None:
    """What is true of every analysis."""
    document = analysis.document
    end = 0
    for passage in analysis.passages:
        assert end <= passage.start < passage.end <= len(document.text)
        end = passage.end
        assert passage.sentences[0].start == passage.start and passage.sentences[-1].end == passage.end
        for sentence in passage.sentences:
            assert document.text[sentence.start : sentence.end].strip() == document.text[sentence.start : sentence.end]
    for verdict in analysis.verdicts:
        assert verdict.quote == document.text[verdict.start : verdict.end]
        assert verdict.judged == set(Source) and verdict.scores is not None
        for source in Source:
            assert all(0 <= verdict.scores[source][use] <= 1 for use in Use)
    spans = [(passage.start, passage.end) for passage in analysis.passages]
    on_passages = [(verdict.start, verdict.end) for verdict in analysis.verdicts if verdict.unit is Unit.PASSAGE]
    assert on_passages == spans
    in_sentences = sum(verdict.unit is Unit.SENTENCE for verdict in analysis.verdicts)
    assert in_sentences == sum(len(passage.sentences) for passage in analysis.passages)
    assert 0 < analysis.balance.passages <= len(analysis.passages)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("path", mostly_slow(EXAMPLES), ids=lambda path: path.stem)
def test_every_example_walks(path: Path) -> None:
    analysis = bronnen.analyse(path)
    held(analysis)
    assert sum(estimate.value for estimate in analysis.balance.used.values()) > 0


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="../shared/data/pdf is not here")
@pytest.mark.parametrize("path", REAL[::15], ids=lambda path: path.stem)
def test_real_documents_walk(path: Path) -> None:
    held(bronnen.analyse(path))


def test_the_same_input_gives_the_same_analysis() -> None:
    tools = pipeline.load_tools(Settings())
    assert pipeline.analyse(EXAMPLES[0], tools) == pipeline.analyse(EXAMPLES[0], tools)


def test_settings_reach_the_rooms_and_the_origin() -> None:
    short = settings_of({"segment": {"max_words": 25}})
    analysis = bronnen.analyse(EXAMPLES[0], short)
    plain = bronnen.analyse(EXAMPLES[0])
    assert len(analysis.passages) > len(plain.passages)
    assert analysis.made_with.settings != plain.made_with.settings
    assert analysis.made_with.model == plain.made_with.model


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(errors.MissingError) as raised:
        bronnen.analyse(EXAMPLES[0], settings_of({"model": {"path": str(tmp_path)}}))
    assert raised.value.next_step


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("leeg.pdf", b"", errors.UnreadableError),
        ("geen.pdf", b"<html>not a pdf</html>", errors.UnreadableError),
        ("wit.txt", b"  \n\n ", errors.NoTextError),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(
    tmp_path: Path, name: str, content: bytes, error: type[errors.BronnenError]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error):
        bronnen.analyse(path)
    with pytest.raises(errors.UnreadableError):
        bronnen.analyse(tmp_path / "er-is-niets.pdf")


def test_a_format_without_pages_gives_no_page(tmp_path: Path) -> None:
    path = tmp_path / "nota.txt"
    path.write_text("Uit onderzoek van het CBS blijkt dat bewoners langer wachten.", encoding="utf-8")
    assert {verdict.page for verdict in bronnen.analyse(path).verdicts} == {None}
