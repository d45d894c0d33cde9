"""CSV and TSV tables: each record a row `| a | b |`, the first with the labels."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence

from index.decoding import decode
from index.formats.extracted import Extracted, broken, cleaned, without_pages
from index.formats.grid import row_line

_LABEL = "a CSV table"
_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50


def read(data: bytes, name: str) -> Extracted:
    """Return the rows of a table; raises DocumentError.

    Cells keep their characters, but line ends in them become spaces and bars are escaped.
    """
    text = cleaned(decode(data, name=name))
    delimiter = "\t" if name.lower().endswith(".tsv") else _delimiter(text)
    try:
        lines = [row_line(row) for row in _rows(text, delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise broken(name, _LABEL) from error
    return without_pages("".join(f"{line}\n" for line in lines), None)


def _rows(text: str, delimiter: str) -> Iterator[Sequence[str]]:
    # The default refuses long cells; the file's own limit bounds them already.
    csv.field_size_limit(sys.maxsize)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """Return the delimiter that divides most rows of the beginning into the same number of cells, at least two."""
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        widths: list[int] = []
        try:
            for row in _rows(text, delimiter):
                widths += [len(row)] if row else []
                if len(widths) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        score = widths.count(usual) if usual > 1 else 0
        if score > best_score:
            best, best_score = delimiter, score
    return best
