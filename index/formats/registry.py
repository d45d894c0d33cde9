"""The formats there are: file extensions, the module that reads each, and the libraries it needs."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from index.errors import InputError
from index.messages import shown


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. `module` has a function `read(data, name)` and is imported only where files are read."""

    label: str
    suffixes: tuple[str, ...]
    module: str
    libraries: tuple[str, ...]


FORMATS = (
    Format("an HTML page", (".html", ".htm", ".xhtml"), "index.formats.webpage", ("lxml", "trafilatura")),
    Format("a PDF", (".pdf",), "index.formats.pdf", ("pypdfium2",)),
    Format("a Word document", (".docx",), "index.formats.word", ("mammoth", "lxml")),
    Format("an e-mail", (".eml",), "index.formats.mail", ("lxml",)),
    Format("an EPUB book", (".epub",), "index.formats.epub", ("lxml",)),
    Format("a CSV table", (".csv", ".tsv"), "index.formats.tables", ()),
    Format("a JSON lines file", (".jsonl", ".ndjson"), "index.formats.records", ()),
)
NOT_INSTALLED = "format_not_installed"
_BY_SUFFIX = {suffix: found for found in FORMATS for suffix in found.suffixes}
FORMAT_SUFFIXES = tuple(_BY_SUFFIX)


def format_of(name: str) -> Format | None:
    """Return the format that a file's extension tells, or None for text."""
    dot = name.rfind(".")
    return _BY_SUFFIX.get(name[dot:].lower()) if dot > 0 else None


def check_libraries(found: Format, *, name: str) -> None:
    """Raise InputError when a library of the format is not installed; nothing is imported."""
    missing = [library for library in found.libraries if importlib.util.find_spec(library) is None]
    if missing:
        raise InputError(
            f"{shown(name)} is {found.label}, which needs the package {missing[0]}; "
            "run pip install 'citecheck[formats]'.",
            code=NOT_INSTALLED,
        )
