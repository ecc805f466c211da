"""Files with something changed in them, drawn from a seed: bytes, members of a zip, values of JSON, cells of tables."""

from __future__ import annotations

import io
import json
import random
import re
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Any

Mutate = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
"""From a generator, a file, and words that mean something in such a file, to another file."""

NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483648", b"9223372036854775807", b"18446744073709551617")
NUMBERS += (b"1e308", b"1e999", b"nan", b"-0", b"00012", b"99999999999999999999999999999999999999999", b".", b"")
ODD: tuple[Any, ...] = (None, True, 0, -1, 2**31, 2**63, 10**40, 1e308, float("nan"), float("inf"), "", "\ud800", "\0")
ODD += (
    "none",
    "=1+1",
    "../../etc/passwd",
    "a" * 5000,
    "e\u0301",
    "\u202e",
    [],
    {},
    [[[]]],
    {"a": {"b": []}},
    [None],
    0.5,
)
_DIGITS = re.compile(rb"\d+")
_VARIED = 4  # changes to one file, at most


def of_bytes(draw: random.Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """One to four changes anywhere: flipped, cut out, doubled, moved, another number, a word that means something."""
    for _ in range(draw.randint(1, _VARIED)):
        data = draw.choice(_CHANGES)(draw, data, words)
    return data


def of_zip(draw: random.Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """Mostly changes inside one member, so that the file still opens; else of the bytes of the zip itself."""
    if draw.random() < 0.2:
        return of_bytes(draw, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    at = draw.randrange(len(members))
    name, content = members[at]
    change = draw.random()
    if change < 0.1:
        del members[at]
    elif change < 0.2:
        members.append((name, content[: len(content) // 2]))
    elif change < 0.25:
        members[at] = (draw.choice(["../../x.xml", "/etc/x", "x" * 300, "é\udcff", ""]), content)
    else:
        members[at] = (name, of_bytes(draw, content, words))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for told, inside in members:
            with suppress(UnicodeEncodeError):
                archive.writestr(zipfile.ZipInfo(told or "x"), inside)
    return stream.getvalue()


def of_json(draw: random.Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """Mostly another value or key somewhere in one record; else of the bytes."""
    if draw.random() < 0.25:
        return of_bytes(draw, data, words)
    lines = data.decode().splitlines()
    at = draw.randrange(len(lines))
    try:
        values = [json.loads(line) for line in lines] if len(lines) > 1 else [json.loads(data)]
        whole = len(lines) == 1
    except ValueError:
        values, whole, at = [json.loads(data)], True, 0
    for _ in range(draw.randint(1, 2)):
        values[at] = _other(draw, values[at])
    out = "\n".join(json.dumps(value, ensure_ascii=draw.random() < 0.5) for value in values) + ("" if whole else "\n")
    return out.encode("utf-8", "surrogatepass")


def of_store(draw: random.Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """Mostly another value in cells of the tables, as somebody who edits the file could leave; else of the bytes."""
    if draw.random() < 0.25:
        return of_bytes(draw, data)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(data)
        named = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in named:
            connection.execute(f"DROP TRIGGER {name}")
        for _ in range(draw.randint(1, 2)):
            _edit(draw, connection)
        for _, sql in named:
            connection.execute(sql)
        return connection.serialize()


def _edit(draw: random.Random, connection: sqlite3.Connection) -> None:
    question = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    tables = [name for (name,) in connection.execute(question) if not name.startswith("passage_search_")]
    table = draw.choice([name for name in tables if name != "passage_search"])
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    column = draw.choice(columns)
    values = (None, "", -1, 0, 10**9, 2**62, 1.5, float("inf"), "onzin", "{}", "[1]", b"\xff\x00", "9" * 5000, "\0")
    order = "random" if draw.random() < 0.5 else "abs"
    with suppress(sqlite3.Error):
        if draw.random() < 0.15:
            connection.execute(f"DELETE FROM {table} WHERE {order}({column}) % 2 = 0")
        else:
            connection.execute(f"UPDATE {table} SET {column} = ?", (draw.choice(values),))


def _other(draw: random.Random, value: Any) -> Any:
    """The value with one thing in it replaced, removed or repeated."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(sorted(value, key=str))
        chance = draw.random()
        if chance < 0.1:
            return {name: told for name, told in value.items() if name != key}
        if chance < 0.2:
            return {**value, draw.choice(["", "by", "start", "a" * 300, "\ud800"]): draw.choice(ODD)}
        return {**value, key: _other(draw, value[key])}
    if isinstance(value, list) and value and draw.random() < 0.9:
        at = draw.randrange(len(value))
        if draw.random() < 0.1:
            return [*value, *value]
        return [*value[:at], _other(draw, value[at]), *value[at + 1 :]]
    return draw.choice(ODD)


def _flip(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    at = draw.randrange(len(data) or 1)
    return data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]


def _cut(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    at = draw.randrange(len(data) or 1)
    return data[:at] + data[at + draw.randint(1, draw.choice([4, 40, 4000])) :]


def _end(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    return data[: draw.randrange(len(data) or 1)] if draw.random() < 0.3 else data


def _double(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    at = draw.randrange(len(data) or 1)
    piece = data[at : at + draw.randint(1, draw.choice([4, 40, 400]))]
    return data[:at] + piece * draw.choice([2, 2, 3, 50]) + data[at:]


def _move(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    at, to = draw.randrange(len(data) or 1), draw.randrange(len(data) or 1)
    return data[:to] + data[at : at + draw.randint(1, 100)] + data[to:]


def _number(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    found = list(_DIGITS.finditer(data[: 2**20]))
    if not found:
        return data
    one = draw.choice(found)
    return data[: one.start()] + draw.choice([*NUMBERS, draw.choice(found)[0]]) + data[one.end() :]


def _word(draw: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    at = draw.randrange(len(data) or 1)
    return data[:at] + draw.choice([*words, b"\0", b"\xff", b'"', b"\n"]) + data[at:]


_CHANGES = (_flip, _cut, _end, _double, _move, _number, _number, _word, _word)
