"""Mutated files: each ends in text or in one clear sentence, whatever bytes were changed."""

from __future__ import annotations

import random

import pytest
from formats_made import CSV, JSON_LINES, PAGE, book, mail, paper, word

from benchmarks.mutations import mutated
from index.documents import Document
from index.errors import InputError
from index.loading import load_bytes

MUTATIONS = 60
CODES = {
    "broken_file",
    "document_too_large",
    "empty_document",
    "encrypted_file",
    "nested_too_deeply",
    "no_readable_text",
    "not_text",
    "unpacks_too_large",
    "unsupported_format",
}
FILES = {
    "a.html": PAGE.encode(),
    "a.pdf": paper(3),
    "a.docx": word(),
    "a.eml": mail(),
    "a.epub": book(),
    "a.csv": CSV.encode(),
    "a.jsonl": JSON_LINES.encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_mutated_files_are_read_or_refused(name: str) -> None:
    chance = random.Random(name)
    read = 0
    for _ in range(MUTATIONS):
        found = load(mutated(FILES[name], chance), name)
        if isinstance(found, InputError):
            assert found.code in CODES, found.message
            assert found.message.endswith(".")
            assert "\n" not in found.message
            continue
        read += 1
        assert found.text.strip()
        assert "\r" not in found.text
        assert list(found.pages) == sorted(found.pages)
        assert all(0 <= start <= len(found.text) for start in found.pages)
    assert read > 0


def load(data: bytes, name: str) -> Document | InputError:
    try:
        return load_bytes(data, name=name, max_bytes=5_000_000)
    except InputError as error:
        return error
