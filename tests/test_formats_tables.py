"""Tables and records: what is written comes back, cell by cell and value by value, whatever is in it."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from index.errors import DocumentError
from index.formats import records, tables
from index.formats.extracted import cleaned
from index.structure import parse

letters = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from('\n|\\,;\t"')
words = st.text(letters, max_size=30)
plain = st.from_regex(r"[A-Za-z0-9|][A-Za-z0-9 |,;\"]{0,20}[a-z0-9]", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def written(rows: list[list[str]], delimiter: str) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


@given(st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(plain, min_size=n, max_size=n), min_size=2)))
def test_every_cell_comes_back_under_its_label(rows: list[list[str]]) -> None:
    text = tables.read(written(rows, "\t"), "a.tsv").text
    blocks = parse(text).blocks
    assert len(blocks) == len(rows) - 1
    for block, row in zip(blocks, rows[1:], strict=True):
        assert [text[cell.span.start : cell.span.end].replace("\\|", "|") for cell in block.cells] == row
        assert [cell.label.replace("\\|", "|") for cell in block.cells] == rows[0]


@given(st.lists(st.lists(words, min_size=2, max_size=4), min_size=1), st.sampled_from(",;\t|"))
def test_any_table_is_read_or_refused(rows: list[list[str]], delimiter: str) -> None:
    try:
        text = tables.read(written(rows, delimiter), "a.csv").text
    except DocumentError:
        return
    for row in rows:
        for cell in row:
            assert all(part in text for part in re.findall(r"\w+", cleaned(cell)))


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in leaves(member)]
    if isinstance(value, list):
        return [leaf for member in value for leaf in leaves(member)]
    if value is None:
        return []
    return [value if isinstance(value, str) else json.dumps(value)]


@given(st.lists(values, min_size=1, max_size=5))
def test_every_value_of_every_record_comes_back(found: list[Any]) -> None:
    for ascii_only in (True, False):
        lines = "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in found)
        try:
            text = records.read(lines.encode(), "a.jsonl").text
        except DocumentError:
            continue
        assert all(cleaned(leaf).strip() in text for value in found for leaf in leaves(value))
        assert "\r" not in text
