"""Tables as Parquet, for R and pandas: numbers as numbers, nothing escaped, a large one in little memory.

What type a column has, the codebook says; it goes into the file too. The same rows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bronnen.errors import EXTRAS, MissingError
from bronnen.formats import replacing, without_surrogates
from bronnen.formats.codebook import Column, column
from bronnen.formats.tables import Row, Value

_BATCH = 10_000  # rows
_ALL_DIFFERENT = ("text", "start", "end")  # columns for which a dictionary of values saves nothing


def write_parquet(path: Path, columns: Sequence[str], rows: Iterable[Row], table: str = "passages") -> None:
    """Writes a table of the codebook; a column that it does not know is text.

    Raises:
        MissingError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise MissingError("pyarrow is not installed.", EXTRAS) from error
    told = [column(table, name) or Column(name, "text", "", "", "") for name in columns]
    types = {"text": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64()}
    schema = pyarrow.schema(
        pyarrow.field(one.name, types[one.type], metadata={"meaning": one.meaning, "unit": one.unit}) for one in told
    )
    repeating = [name for name in columns if name not in _ALL_DIFFERENT and not name.endswith("_score")]
    left = iter(rows)
    with (
        replacing(path) as stream,
        ParquetWriter(stream, schema, compression="snappy", use_dictionary=repeating) as writer,
    ):
        while batch := list(islice(left, _BATCH)):
            arrays = [
                pyarrow.array([_value(one, row[one.name]) for row in batch], type=field.type)
                for one, field in zip(told, schema, strict=True)
            ]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))


def _value(one: Column, value: Value) -> Any:
    if value is None or one.type != "text":
        return value
    return without_surrogates(str(value))
