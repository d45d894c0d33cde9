"""Quotes that cannot be looked up are refused in plain words, and none costs more than a few seconds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from index.documents import Document, content_sha256
from index.errors import InputError, TooLarge
from service.lookup import look_up, prepare


def document(name, text):
    return Document(name, name, text, content_sha256(text), "")


with (Path(__file__).parent.parent / "seeds" / "003_2ac005a384697a87.txt").open(encoding="utf-8", newline="") as file:
    SEED = document("003", file.read())
PREPARED = [prepare(SEED)]


@pytest.mark.parametrize(
    "quote", ["", " ", "a", "Mali", "…", "“”", "🙂🙂🙂🙂🙂🙂🙂", "----------", "\u200b" * 10, "\ud800", "٣"]
)
def test_too_short(quote):
    with pytest.raises(InputError) as caught:
        look_up(quote, PREPARED)
    assert caught.value.code == "quote_too_short"


def test_too_long():
    with pytest.raises(TooLarge) as caught:
        look_up("x " * 10_001, PREPARED)
    assert caught.value.code == "quote_too_long"


@pytest.mark.parametrize(
    "quote", ["abcdef\ud800 of the people here", "\x00\x01 nothing like this here", "🙂 six letters in here 🙂"]
)
def test_odd_quotes_do_not_crash(quote):
    assert look_up(quote, PREPARED).match == "absent"


def test_long_quotes_take_about_a_second():
    text = SEED.text[:20_000]
    began = time.process_time()
    assert look_up(text.replace(" the ", " a ", 5).replace("MNLA", "MLNA", 3), PREPARED).match == "altered"
    assert time.process_time() - began < 5


@pytest.mark.parametrize("piece", ["a ", "a, ", "a … ", "the of and ", "ab cd "])
def test_hostile_quotes_stay_bounded(piece):
    hostile = [prepare(document(f"d{i}", (piece * 30_000 + "b the of and ") * 2)) for i in range(3)]
    quote = ("x" + piece * 20_000)[:20_000]
    began = time.process_time()
    look_up(quote, hostile)
    assert time.process_time() - began < 12


def test_a_word_without_spaces_is_not_searched_quadratically():
    began = time.process_time()
    look_up("a" * 10_000, [document("d", "a" * 2_000_000)])
    assert time.process_time() - began < 5
