"""A citation keeps resolving: to itself, to where its words moved, to what they became, or to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Document, Span, content_sha256
from index.errors import NotFound
from service.quotes import Address, verify_citation
from service.resolving import resolve

SEED = Path(__file__).parent.parent / "seeds" / "000_e8a7b5ecc18c6bc2.txt"
SENTENCE = "The MNLA denied this claim."


def document(text):
    return Document("d", "Title", text, content_sha256(text), "")


def seed():
    with SEED.open(encoding="utf-8", newline="") as file:
        return document(file.read())


CITED = seed()


def resolved(cited, span, latest, section_of=None):
    address = Address(cited.id, cited.version, span)
    resolution = resolve(address, cited=cited, latest=latest, section_of=section_of)
    verify_citation(resolution.citation, cited)
    assert resolution.citation.id == str(address)
    assert cited.text[: span.start].endswith(resolution.context.before)
    assert cited.text[span.end :].startswith(resolution.context.after)
    assert (resolution.current is None) == (resolution.status == "gone")
    if resolution.current is not None:
        verify_citation(resolution.current, latest)
    return resolution


def place(text, words, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span(start, start + len(words))


def test_current_is_the_citation_itself():
    span = place(CITED.text, SENTENCE)
    resolution = resolved(CITED, span, CITED, lambda cited, at: (cited.id, str(at.start)))
    assert resolution.status == "current"
    assert resolution.current == resolution.citation
    assert resolution.citation.section == ("d", str(span.start))


def test_context_is_about_300_characters_cut_at_white_space():
    context = resolved(CITED, place(CITED.text, SENTENCE), CITED).context
    assert 260 <= len(context.before) <= 300
    assert 260 <= len(context.after) <= 300
    before = CITED.text.index(context.before)
    assert CITED.text[before - 1].isspace()
    assert CITED.text[CITED.text.index(context.after) + len(context.after)].isspace()


def test_context_at_the_ends_of_a_document_and_without_spaces():
    text = "x" * 1000
    assert resolved(document(text), Span(0, 1000), document(text)).context.before == ""
    assert len(resolved(document(text), Span(400, 500), document(text)).context.before) == 300


@pytest.mark.parametrize("prefix", ["", "Updated today.\n"])
def test_same_words_in_a_new_version_have_moved(prefix):
    latest = document(prefix + CITED.text + "\nThe end.")
    span = place(CITED.text, SENTENCE)
    resolution = resolved(CITED, span, latest, lambda version, _: (version.version,))
    assert resolution.status == "moved"
    assert resolution.current.span == Span(span.start + len(prefix), span.end + len(prefix))
    assert resolution.citation.section == (CITED.version,)
    assert resolution.current.section == (latest.version,)


def test_the_place_with_the_same_surroundings_wins_then_the_nearest():
    cited = document("Kidal: it fell at dawn. Gao: it fell at dawn. End.")
    second = place(cited.text, "it fell at dawn", 1)
    latest = document("Gao: it fell at dawn. End. Kidal: it fell at dawn. Gone.")
    assert resolved(cited, second, latest).current.start == latest.text.index("it fell at dawn")
    same = document("-" * 200 + "it fell at dawn" + "-" * 400 + "it fell at dawn" + "-" * 200)
    cited = document("." * 600 + " it fell at dawn " + "." * 400)
    assert resolved(cited, place(cited.text, "it fell at dawn"), same).current.start == 615


def test_case_and_word_edges_matter_for_moved():
    cited = document("Then the rebels took Mali. So they say in the north.")
    span = place(cited.text, "the rebels took Mali")
    assert resolved(cited, span, document("Then The Rebels took Mali, all of it.")).status == "changed"
    assert resolved(cited, span, document("Then the rebels took Malian towns, all of it.")).status != "moved"


def test_changed_shows_the_nearest_quote():
    latest = document(CITED.text.replace(SENTENCE, "The MNLA did not deny this claim."))
    resolution = resolved(CITED, place(CITED.text, SENTENCE), latest)
    # The seed says "The MNLA has denied this claim." elsewhere, which is nearer to the cited words.
    assert resolution.status == "changed"
    assert resolution.current.text == "The MNLA has denied this claim."
    once = CITED.text.replace("The MNLA has denied this claim.", "")
    cited = document(once)
    latest = document(once.replace(SENTENCE, "The MNLA did not deny this claim."))
    resolution = resolved(cited, place(once, SENTENCE), latest)
    assert (resolution.status, resolution.current.text) == ("changed", "The MNLA did not deny this claim.")


def test_a_changed_table_cell_is_found_by_its_row():
    cited = document(
        "Town list.\n| Gao | 31 March | | | MNLA |\n| Léré | 26 January | | | MNLA |\n| Diré | ? | | | ? |\n"
    )
    latest = document("New.\n" + cited.text.replace("26 January", "27 January"))
    for words in ("26 January", "Léré | 26 January"):
        resolution = resolved(cited, place(cited.text, words), latest)
        assert resolution.status == "changed"
        assert resolution.current.text == words.replace("26", "27")


def test_a_few_characters_need_their_surroundings_to_have_moved():
    cited = document("The people of the north did not agree to it at all.")
    span = place(cited.text, "not")
    assert resolved(cited, span, document("Since then: " + cited.text)).status == "moved"
    assert resolved(cited, span, document("Wholly other matters, not those, fill this page now.")).status == "gone"


def test_gone_when_removed_or_rewritten():
    span = place(CITED.text, SENTENCE)
    assert resolved(CITED, span, None).status == "gone"
    assert resolved(CITED, span, document("Photosynthesis turns light into sugar in green plants.")).status == "gone"
    assert resolved(CITED, span, document("")).status == "gone"


def test_a_very_long_citation_that_changed_inside():
    text = "\n".join(f"In the year {1000 + n} the town number {n} was lost and won again." for n in range(500))
    cited, latest = document(text), document("Preface.\n" + text.replace("number 250", "number 251"))
    resolution = resolved(cited, Span(0, len(text)), latest)
    assert resolution.status == "changed"
    assert resolution.current.span == Span(9, 9 + len(text))


@pytest.mark.parametrize("span", [Span(0, 10_000_000), Span(10_000_000, 10_000_001)])
def test_an_address_beyond_the_document_names_nothing(span):
    with pytest.raises(NotFound) as caught:
        resolved(CITED, span, CITED)
    assert caught.value.code == "citation_not_found"


def test_an_address_of_another_version_names_nothing():
    with pytest.raises(NotFound):
        resolve(Address("d", "0" * 12, Span(0, 5)), cited=CITED, latest=CITED)


@given(st.integers(0, len(CITED.text) - 1), st.integers(1, 400), st.text(max_size=50))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_unchanged_further_on_has_moved_there(start, length, prefix):
    span = Span(start, min(len(CITED.text), start + length))
    latest = document(prefix.encode("utf-8", "replace").decode() + "\nAdded. " + CITED.text)
    resolution = resolved(CITED, span, latest)
    assert resolution.status == "moved"
    assert resolution.current.text == resolution.citation.text
    if start > 64:
        assert resolution.current.start == span.start + len(latest.text) - len(CITED.text)


@given(st.integers(0, len(CITED.text) - 1), st.integers(1, 300), st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_rewrite_resolves_without_a_false_quote(start, length, text):
    span = Span(start, min(len(CITED.text), start + length))
    resolved(CITED, span, document(text.encode("utf-8", "replace").decode()))
