"""A quotation is blessed only where a document says it; every other likeness shows what differs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from index.documents import Document, Span, content_sha256
from service.lookup import look_up, prepare
from service.places import at_word_edge, stands_whole
from service.quotes import verify_citation

SEEDS = Path(__file__).parent.parent / "seeds"


def document(name, text):
    return Document(name, name, text, content_sha256(text), "")


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return document(path.stem, file.read())


DOCUMENTS = [read(path) for path in sorted(SEEDS.glob("*.txt"))]
PREPARED = [prepare(item) for item in DOCUMENTS]


def found(quote, documents=PREPARED, **options):
    result = look_up(quote, documents, **options)
    held = {getattr(item, "document", item).id: getattr(item, "document", item) for item in documents}
    for one in result.results:
        verify_citation(one.citation, held[one.citation.document_id])
        assert bool(one.differences) == (result.match == "altered")
        assert (one.similarity < 1) == (result.match == "altered")
        for difference in one.differences:
            text = held[one.citation.document_id].text
            assert text[difference.start : difference.end] == difference.source
            assert one.citation.start <= difference.start <= difference.end <= one.citation.end
            assert difference.quote in quote
    return result


def shown(quote, documents=PREPARED):
    """The differences of the best result, without their places."""
    result = found(quote, documents)
    assert result.match == "altered"
    return [(d.op, d.quote, d.source) for d in result.results[0].differences]


# --- exact


def test_exact_lists_every_place_by_address():
    result = found("National Movement for the Liberation of Azawad", limit=100)
    assert result.match == "exact"
    expected = [
        (item.id, at)
        for item in DOCUMENTS
        for at in range(len(item.text))
        if item.text.startswith("National Movement for the Liberation of Azawad", at)
    ]
    assert [(one.citation.document_id, one.citation.start) for one in result.results] == expected
    assert len(found("Azawad", limit=3).results) == 3


def test_exact_over_three_sentences_and_a_paragraph_break():
    text = DOCUMENTS[0].text
    start = text.index("The MNLA denied this claim.")
    assert found(text[start : start + 400].rsplit(" ", 1)[0]).match == "exact"


def test_exact_ignores_only_outer_white_space_of_the_quote():
    assert found("  The MNLA denied this claim.\n").match == "exact"


def test_exact_wins_over_normalized():
    docs = [document("a", "We saw the Rebels fall."), document("b", "We saw the rebels fall.")]
    result = found("saw the rebels", docs)
    assert (result.match, [one.citation.document_id for one in result.results]) == ("exact", ["b"])


def test_table_row_and_non_breaking_space():
    assert found("| Léré | 26 January | | | MNLA |").match == "exact"
    text = DOCUMENTS[1].text
    at = text.index("\u00a0", 1000)
    start, end = text.rindex(" ", 0, at - 20) + 1, text.index(" ", at + 20)
    assert found(text[start:end]).match == "exact"
    assert found(text[start:end].replace("\u00a0", " ")).match == "normalized"


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("then he did", "And then he didn't go."),
        ("then he did", "And then he didn’t go."),
        ("t go there", "He didn't go there."),
        ("across Mali", "Across Malian towns, across Malians."),
        ("across Mali", "across Mali\u00adans"),
        ("across Mali", "across Mali" + "\u200b" * 40 + "ans"),
        ("army of 150 men", "An army of 12,150 men; army of 150 menders."),
        ("5 million people", "He fed 1.5 million people."),
        ("5 degrees were measured", "Minus: −5 degrees were measured."),
        ("5 degrees were measured", "It was (-5 degrees were measured."),
        ("losses of 12", "They had losses of 12,150 men."),
        ("the number 10", "It has the number 10² in it."),
        ("value a =", "the value a =\u0338 b"),
        ("violent protest", "It was a non-violent protest."),
        ("government forces", "So anti-government forces won."),
        ("he was pro", "They say he was pro-government then."),
        ("Prices rose 12", "Prices rose 12% in 2011/12, to 12° and 12€."),
        ("prices rose in 2011", "So prices rose in 2011/12."),
        ("12 million was paid", "A sum of $12 million was paid."),
        *[("000 people fled", f"On 5 March that 10{space}000 people fled.") for space in " \u00a0\u2009\u202f"],
        *[("on 5 March that 10", f"On 5 March that 10{space}000 people fled.") for space in " \u00a0\u2009\u202f"],
    ],
)
def test_no_word_or_number_is_cut(quote, text):
    assert found(quote, [document("d", text)]).match in ("absent", "altered")


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("Qaeda in the Maghreb", "It is al-Qaeda in the Maghreb."),
        ("17 January", "On 16–17 January it fell."),
        ("10 000 people", "Then 10 000 people fled."),
        ("150 people fled", "In March 2012 150 people fled."),
        ("Kidal, Gao", "Three cities—Kidal, Gao and Timbuktu—fell."),
        ("in April 2012", "It fell in April 2012, they say."),
        ("realistic goal", "It was no 'realistic goal' then."),
        ("马里政府否认这一说法", "据说马里政府否认这一说法但未证实。"),
        ("अज़ावाद की स्वतंत्रता", "अज़ावाद की स्वतंत्रता घोषित हुई।"),
    ],
)
def test_what_stands_whole_is_found(quote, text):
    assert found(quote, [document("d", text)]).match == "exact"


# --- normalized


@pytest.mark.parametrize(
    "quote",
    [
        "“The MNLA denied this claim.”",
        "the mnla DENIED this claim",
        "THE MNLA  denied\nthis claim",
        "retained control of the city of Menaka",
        "Kidal, Gao and Timbuktu - were overrun by the rebels",
        "their sole goal is the independence of “Azawad”",
        "``their sole goal is the independence of ``Azawad''''",
        'Tuareg rebel group refers to as "Azawad."',
        "MNLA's ability to benefit from the state of affairs",
    ],
)
def test_typography_alone_is_normalized(quote):
    assert found(quote).match == "normalized"


def test_normalized_citation_keeps_accents_and_marks():
    text = "They left Me\u0301naka\u0301 — at dawn."
    result = found("they left menaka-at dawn", [document("d", text)])
    assert result.match == "normalized"
    assert result.results[0].citation.text == text[:-1]


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("an area of 102 square miles was held", "An area of 10² square miles was held."),
        ("they paid 1/2 of the price in 2012", "They paid ½ of the price in 2012."),
        ("we say that a = b holds in general", "We say that a ≠ b holds in general."),
    ],
)
def test_what_carries_meaning_is_never_folded(quote, text):
    assert found(quote, [document("d", text)]).match == "altered"


# --- altered


def test_dropped_and_added_not():
    dropped = "unlike the MNLA it does seek independence but rather"
    assert shown(dropped) == [("omitted", "", "not")]
    assert shown("Human Rights Watch did not accuse MNLA of terrorism")[0][1:] == ("did not accuse", "and FIDH accused")
    added = "the MNLA was not initially allied with the jihadist Ansar Dine"
    assert shown(added) == [("inserted", "not", "")]


def test_a_word_dropped_near_the_start_is_not_shown_as_replaced():
    source = document("d", "Section 4 applies only if the tenant agrees in writing.")
    assert shown("applies if the tenant agrees in writing", [source]) == [("omitted", "", "only")]


def test_denied_is_not_did_not_deny():
    assert shown("The MNLA did not deny this claim") == [("replaced", "did not deny", "denied")]


def test_changed_number_and_name():
    assert shown("In 2011, the size of the Malian army was around 150") == [("replaced", "150", "12,150")]
    assert shown("The General-Secretary of the movement is Hama Ag Acherif.") == [("replaced", "Hama", "Bilal")]


def test_punctuation_and_spacing_alone_are_shown():
    assert shown("Kidal, Gao, and Timbuktu—were overrun by the rebels") == [("inserted", ",", "")]
    assert shown("In 2011 , the size of the Malian army") == [("replaced", "2011 ,", "2011,")]


def test_edge_cut_inside_a_compound_is_shown():
    assert shown("government Platform coalition, and the rebel")[0] == ("omitted", "", "pro-")


@pytest.mark.parametrize("ellipsis", ["…", "...", ". . .", "[...]", "[…]", "(...)"])
def test_an_ellipsis_never_hides_a_not(ellipsis):
    assert shown(f"unlike the MNLA it does {ellipsis} seek independence but rather") == [("omitted", "", "not")]


def test_an_ellipsis_lists_what_it_left_out():
    result = found("The MNLA is an offshoot … prior to the 2012 insurgency")
    assert result.match == "altered"
    assert [d.op for d in result.results[0].differences] == ["omitted"]
    assert result.results[0].differences[0].source.startswith("of a Tuareg political movement")


def test_an_ellipsis_that_left_out_nothing_is_shown():
    assert shown("The rebels included … the secular-oriented National Movement")[0][0] == "inserted"


def test_an_ellipsis_does_not_reorder_or_join_far_parts():
    text = DOCUMENTS[3].text
    far = f"{text[text.index('was the early phase') :][:60]} … Ansongo 30 March Ansar Dine Bourem"
    reordered = "prior to the 2012 insurgency … The MNLA is an offshoot of a Tuareg"
    for quote in (far, reordered):
        result = found(quote)
        assert all(any(d.quote for d in one.differences) for one in result.results)
    assert found("it … the … of … a … by").match == "absent"


def test_a_quote_spanning_two_documents_does_not_match():
    one, other = document("a", "The rebels took the town of Kidal at dawn"), document("b", "and they left it at noon.")
    assert found("the town of Kidal at dawn and they left it", [one, other]).match != "exact"
    assert found("town of Kidal at dawn they left it at noon", [one, other]).match == "absent"
    assert found("town of Kidal at dawn … they left it at noon", [one, other]).match == "absent"
    tail = DOCUMENTS[0].text.rstrip()[-100:].split(" ", 1)[1]
    head = DOCUMENTS[1].text[:100].rsplit(" ", 1)[0]
    for joint in (" ", "", "\n"):
        assert found(tail + joint + head).match in ("altered", "absent")


def test_altered_is_one_place_for_each_document_most_similar_first():
    result = found("the MNLA declared independence from Mali, that was rejected as invalid by the African Union")
    assert [one.similarity for one in result.results] == sorted((o.similarity for o in result.results), reverse=True)
    assert len({one.citation.document_id for one in result.results}) == len(result.results) > 1


@pytest.mark.parametrize(
    "quote",
    [
        "Photosynthesis converts light energy into chemical energy in plants.",
        "The government of Peru signed a treaty with its neighbours in 1975.",
        "MNLA rejected claim",
        "denied the claim",
    ],
)
def test_absent(quote):
    assert found(quote).match == "absent"


def test_no_documents_and_empty_documents():
    assert found("The MNLA denied this claim.", []).match == "absent"
    assert found("The MNLA denied this claim.", [document("e", ""), document("f", "…")]).match == "absent"


def test_section_of_is_asked_for_the_cited_span():
    result = look_up("The MNLA denied this claim.", DOCUMENTS, section_of=lambda item, span: (item.id, str(span.start)))
    citation = result.results[0].citation
    assert citation.section == (citation.document_id, str(citation.start))


# --- word edges


def test_word_edges_of_a_text():
    text = "He didn’t pay 1,500 – so."
    edges = [i for i in range(len(text) + 1) if at_word_edge(text, i)]
    assert [text[a:b] for a, b in pairwise(edges)] == [
        *["He", " ", "didn’t", " ", "pay", " ", "1,500", " ", "–", " ", "so", "."]
    ]
    assert stands_whole(text, 3, 9)


def test_span_of_a_result():
    result = found("The MNLA denied this claim.")
    assert result.results[0].citation.span == Span(1904, 1931)
