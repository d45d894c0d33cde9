"""Citations: verbatim by construction, checked again on the way out, addressed so that anyone can resolve them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conftest import make_document
from index.documents import Span
from index.errors import InputError, SpanError
from service.answers import answered
from service.quotes import Highlight, make_citation, parse_address, verify_citation


@given(st.text(min_size=1, max_size=300), st.data())
def test_any_slice_makes_a_true_citation(text: str, data: st.DataObject) -> None:
    assume(not any("\ud800" <= character <= "\udfff" for character in text))
    document = make_document(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    citation = make_citation(document, Span(start, end), section=("A",))
    assert citation.text == text[start:end]
    assert citation.prefix == text[max(0, start - 64) : start]
    assert citation.suffix == text[end : end + 64]
    verify_citation(citation, document)
    address = parse_address(citation.id)
    assert (address.document_id, address.version, address.span) == ("doc", document.version, Span(start, end))
    assert str(address) == citation.id


@pytest.mark.parametrize(
    "forge",
    [
        lambda c: replace(c, text=c.text + "!"),
        lambda c: replace(c, start=c.start + 1),
        lambda c: replace(c, end=c.end - 1),
        lambda c: replace(c, version="0" * 12),
        lambda c: replace(c, document_id="other"),
        lambda c: replace(c, id=c.id[:-1]),
        lambda c: replace(c, prefix="made up"),
        lambda c: replace(c, suffix="made up"),
    ],
)
def test_a_forged_citation_never_leaves(forge) -> None:
    document = make_document("The rebels seized control of Kidal on 30 March.")
    citation = make_citation(document, Span(4, 20), section=())
    with pytest.raises(SpanError):
        verify_citation(forge(citation), document)


@pytest.mark.parametrize("span", [Span(3, 3), Span(-1, 2), Span(5, 4), Span(0, 100)])
def test_spans_that_do_not_fit_are_errors(span: Span) -> None:
    with pytest.raises(SpanError):
        make_citation(make_document("short"), span, section=())


def test_a_highlight_stays_inside_its_quote() -> None:
    document = make_document("The rebels seized control of Kidal on 30 March.")
    citation = make_citation(document, Span(0, 20), section=(), highlight=Span(4, 10))
    assert citation.highlight == Highlight(4, 10)
    with pytest.raises(SpanError):
        make_citation(document, Span(0, 20), section=(), highlight=Span(15, 25))


@pytest.mark.parametrize(
    "text", ["", "c1:", "c1:a@b:1-2", "c1:a@0123456789ab:2-1", "c1:a b@0123456789ab:1-2", "c2:a@0123456789ab:1-2"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_address(text)


@pytest.mark.parametrize("offsets", ["01-2", "1-02", "00-2", "\u0661-\u0662", "1-\uff12", "1-1234567890123", "1-2\n"])
def test_an_address_has_one_spelling_only(offsets: str) -> None:
    assert parse_address("c1:a@0123456789ab:0-20").span == Span(0, 20)
    with pytest.raises(InputError):
        parse_address(f"c1:a@0123456789ab:{offsets}")


def test_there_is_no_answer_without_a_quote() -> None:
    with pytest.raises(ValueError, match="citation"):
        answered("because", 0.9, ())
