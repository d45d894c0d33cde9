"""Whatever is cut from the seeds is found where it stands; whatever is changed is never blessed as exact."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from index.documents import Document, content_sha256
from index.errors import InputError
from index.normalize import normalize
from service.lookup import look_up, prepare
from service.quotes import verify_citation


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    return Document(path.stem, path.stem, text, content_sha256(text), path.name)


DOCUMENTS = [read(path) for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
PREPARED = [prepare(item) for item in DOCUMENTS]
BY_ID = {item.id: item for item in DOCUMENTS}
FOLDED = [item.normalized.text for item in PREPARED]


def found(quote, limit=20):
    result = look_up(quote, PREPARED, limit=limit)
    for one in result.results:
        verify_citation(one.citation, BY_ID[one.citation.document_id])
        assert bool(one.differences) == (result.match == "altered")
    return result


@st.composite
def slices(draw, shortest, longest):
    """A run of whole words of a seed: (document, start, end)."""
    item = draw(st.sampled_from(DOCUMENTS))
    words = WORDS[item.id]
    count = draw(st.integers(shortest, longest))
    first = draw(st.integers(0, len(words) - count))
    return item.id, words[first][0], words[first + count - 1][1]


def sliced(name, start, end):
    return BY_ID[name].text[start:end]


def _words(text):
    spans, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        spans.append((start, start + len(word)))
        start += len(word)
    return spans


WORDS = {item.id: _words(item.text) for item in DOCUMENTS}
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@given(slices(1, 60))
@relaxed
def test_any_slice_is_exact_at_its_place(where):
    item, start, end = BY_ID[where[0]], *where[1:]
    quote = item.text[start:end]
    assume(sum(map(str.isalnum, normalize(quote).text)) >= 6)
    result = found(quote, limit=10_000)
    assert result.match == "exact"
    assert (item.id, start, end) in {
        (one.citation.document_id, one.citation.start, one.citation.end) for one in result.results
    }


RESTYLES = [
    str.swapcase,
    lambda text: text.replace("a", "a\u0301").replace("e", "é"),
    lambda text: text.translate({0x22: "”", 0x27: "’", 0x2019: "'", 0x201C: '"', 0x201D: '"'}),
    lambda text: text.replace("–", "—").replace("-", " − "),
    lambda text: text.replace(" ", "\u00a0\n"),
    lambda text: text.replace("i", "i\u200b"),
    lambda text: f"“{text}”",
]


@given(slices(3, 40), st.sampled_from(RESTYLES))
@relaxed
def test_a_restyled_slice_is_normalized_never_exact(where, restyle):
    item, start, end = BY_ID[where[0]], *where[1:]
    quote = restyle(item.text[start:end])
    assume(sum(map(str.isalnum, normalize(quote).text)) >= 6)
    assume(not any(quote in other.text for other in DOCUMENTS))
    result = found(quote, limit=10_000)
    assert result.match == "normalized"
    assert any(one.citation.document_id == item.id and one.citation.start == start for one in result.results)


@given(slices(10, 40), st.data())
@relaxed
def test_an_edited_slice_is_altered_with_its_difference(where, data):
    item, start, end = BY_ID[where[0]], *where[1:]
    words = item.text[start:end].split(" ")
    assume(sum(any(map(str.isalnum, word)) for word in words) >= 8)
    at = data.draw(st.integers(1, len(words) - 2))
    match data.draw(st.sampled_from(["drop", "replace", "insert"])):
        case "drop":
            del words[at]
        case "replace":
            words[at] = "zebra"
        case _:
            words.insert(at, "not")
    quote = " ".join(words)
    assume(not any(normalize(quote).text.strip() in folded for folded in FOLDED))
    result = found(quote)
    assert result.match == "altered"
    assert all(one.differences for one in result.results)


@given(slices(2, 12), slices(2, 12), st.sampled_from([" ", " … ", "\n"]))
@relaxed
def test_two_slices_joined_are_blessed_only_where_they_stand_joined(one, other, joint):
    quote = sliced(*one) + joint + sliced(*other)
    assume(sum(map(str.isalnum, normalize(quote).text)) >= 6)
    result = found(quote)
    if result.match in ("exact", "normalized"):
        assert any(normalize(quote).text.strip(" \"'") in folded for folded in FOLDED)


@given(st.text(max_size=80))
@relaxed
def test_any_text_is_looked_up_or_refused(quote):
    try:
        result = found(quote)
    except InputError as error:
        event(error.code)
    else:
        event(result.match)
