"""PDF: pages, headings, divided words, running headers, columns, scans, and the page that a quote names."""

from __future__ import annotations

import textwrap
from pathlib import Path

import httpx
import pytest
from formats_made import FELL, OTHER, Paper, paper

from index.documents import Document, Span
from index.encoder import Encoder
from index.errors import DocumentError
from index.library import Library
from index.loading import load_bytes
from index.structure import parse
from service.catalogue import put_document
from service.ingest import ingest_paths
from service.quotes import make_citation, verify_citation


def load(data: bytes, name: str = "war.pdf") -> Document:
    return load_bytes(data, name=name, max_bytes=20_000_000)


def on_page(document: Document, words: str) -> int | None:
    return document.page_at(document.text.index(words))


def test_headers_go_headings_stay_and_pages_are_known() -> None:
    document = load(paper(5))
    chapters = "\n\n".join(f"## Chapter {number}\n\n{FELL}\n\n{OTHER}" for number in range(1, 6))
    assert (document.title, document.text) == ("The war", f"# The war\n\n{chapters}")
    assert len(document.pages) == 5
    assert [on_page(document, f"Chapter {number}") for number in range(1, 6)] == [1, 2, 3, 4, 5]
    assert document.page_at(len(document.text) - 1) == 5
    assert [heading.level for heading in parse(document.text).headings] == [1, 2, 2, 2, 2, 2]


def test_a_quote_names_the_page_on_which_it_starts() -> None:
    document = load(paper(5))
    start = document.text.index("Chapter 3")
    citation = make_citation(document, Span(start, start + 30), section=())
    assert citation.page == 3
    verify_citation(citation, document)


def test_divided_words_are_joined_and_compounds_keep_their_hyphen() -> None:
    made = Paper().lines(
        ["The rebel-", "lion of a well-", "known and long-", "lasting band was well-known. Co\u00ad", "operation."]
    )
    assert (
        load(made.turn().save()).text
        == "The rebellion of a well-known and longlasting band was well-known. Cooperation."
    )


def test_a_sentence_goes_on_over_the_page() -> None:
    made = (
        Paper()
        .lines(["The army left the town and the"])
        .turn()
        .lines(["river for the capi-"])
        .turn()
        .lines(["tal. Then:"])
        .turn()
    )
    document = load(made.save())
    assert document.text == "The army left the town and the river for the capital. Then:"
    assert [on_page(document, words) for words in ("army", "river", "capi", "tal.")] == [1, 2, 2, 3]


def test_blank_pages_count() -> None:
    document = load(
        Paper().turn().lines(["The town fell."]).turn().turn().lines(["It rose again."]).turn().turn().save()
    )
    assert (on_page(document, "fell"), on_page(document, "rose"), len(document.pages)) == (2, 4, 5)
    assert document.unread == ()


@pytest.mark.parametrize("by_rows", [True, False])
def test_columns_are_read_one_after_the_other(*, by_rows: bool) -> None:
    left, right = (textwrap.wrap(f"{text} {text}", 42) for text in (FELL, OTHER))
    made = Paper().lines(
        ["A headline that goes over the whole width of the page, as headlines do"], top=800, left=60, size=14
    )
    if by_rows:
        for number, (one, two) in enumerate(zip(left, right, strict=False)):
            made.lines([one], left=60, top=760 - 13 * number).lines([two], left=320, top=760 - 13 * number)
    else:
        made.lines(left, left=60).lines(right, left=320)
    text = " ".join(load(made.turn().save()).text.split())
    shorter = min(len(left), len(right)) if by_rows else None
    assert " ".join(left[:shorter]) in text
    assert " ".join(right[:shorter]) in text


def test_the_columns_of_a_table_stay_in_their_rows() -> None:
    made = Paper()
    for number in range(12):
        made.lines([f"Town {number}"], left=72, top=760 - 14 * number).lines(
            [f"{number} March"], left=320, top=760 - 14 * number
        )
    lines = load(made.turn().save()).text.split("\n")
    assert lines == [f"| Town {number} | {number} March |" for number in range(12)]


def test_lists_keep_their_items() -> None:
    items = [
        "• the first of the items is rather long and goes on in the line that",
        "  follows it here",
        "• the second",
    ]
    made = Paper().paragraph("These are the items that were found on the table in the morning of the day after:")
    text = load(made.lines(items, top=700).turn().save()).text
    assert [block.kind for block in parse(text).blocks if block.kind == "list_item"] == ["list_item"] * 2
    assert "goes on in the line that follows it here\n• the second" in text


def test_without_an_outline_headings_are_known_by_their_place() -> None:
    made = Paper()
    for top, number in ((760, 1), (500, 2)):
        made.lines([f"Chapter {number}"], top=top, size=16).paragraph(FELL, top=top - 40)
    structure = parse(load(made.turn().save()).text)
    assert [heading.title for heading in structure.headings] == ["Chapter 1", "Chapter 2"]


def test_headers_of_short_chapters_go_with_the_others() -> None:
    made = Paper()
    for number in range(1, 13):
        chapter = 1 if number < 8 else number
        made.lines(
            [f"{number}    The events of chapter {chapter}" if number != 10 else "10    Appendix"], top=810, size=9
        )
        made.paragraph(" ".join(f"{word}{'abcdefghijklm'[number]}" for word in FELL.split())).turn()
    text = load(made.save()).text
    assert "events" not in text
    assert "Appendix" not in text
    assert text.count("bridge") == 12


def test_the_first_lines_of_two_pages_are_no_header() -> None:
    made = Paper().lines(["The town fell.", "Then it rose."]).turn().lines(["The town fell.", "And again."]).turn()
    assert load(made.save()).text.count("The town fell.") == 2


def test_turned_pages_are_read_like_others() -> None:
    made = Paper()
    made.canvas.setPageRotation(90)
    made.canvas.translate(595, 0)
    made.canvas.rotate(90)
    made.paragraph(FELL, top=500).turn()
    assert load(made.save()).text == FELL


def test_scanned_pages_are_reported(tmp_path: Path, encoder: Encoder) -> None:
    made = Paper().paragraph(FELL).turn().picture().turn().picture().turn().paragraph(OTHER).turn().picture().turn()
    data = made.save()
    document = load(data, "scan.pdf")
    assert document.unread == (2, 3, 5)
    assert on_page(document, "harvest") == 4
    (tmp_path / "scan.pdf").write_bytes(data)
    library = Library(tmp_path / "data", encoder)
    report = ingest_paths(library, [tmp_path / "scan.pdf"], max_bytes=20_000_000)
    assert [change.status for change in report.documents] == ["added"]
    assert [item.reason.split(",")[0] for item in report.skipped] == ["Pages 2-3"]
    assert "Pages 2-3, 5 hold no readable text" in report.skipped[0].reason
    kept = library.document(document.id, document.version)
    assert (kept.pages, kept.text, kept.unread) == (document.pages, document.text, ())
    change = put_document(Library(tmp_path / "uploads", encoder), document)
    assert (change.status, change.note) == ("added", report.skipped[0].reason)
    library.close()


def test_the_service_tells_pages(live_server: str) -> None:
    with httpx.Client(base_url=live_server, timeout=60) as client:
        change = client.post("/v1/documents", files={"file": ("chapters.pdf", paper(4))}).json()
        text = client.get(f"/v1/documents/{change['document_id']}/text").json()
        assert len(text["pages"]) == 4
        quote = client.post("/v1/lookup", json={"quote": FELL, "documents": ["chapters"]}).json()
        found = {result["citation"]["page"] for result in quote["results"]}
        assert found
        assert found <= {1, 2, 3, 4}
        for result in quote["results"]:
            start = result["citation"]["start"]
            assert result["citation"]["page"] == sum(page <= start for page in text["pages"])
        assert client.delete("/v1/documents/chapters").status_code == 200


def test_a_scanned_file_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"pictures of its 2 pages.*OCR") as caught:
        load(Paper().picture().turn().picture().turn().save())
    assert caught.value.code == "no_readable_text"


def test_a_long_file_is_read() -> None:
    document = load(paper(500))
    assert len(document.pages) == 500
    assert on_page(document, "Chapter 500") == 500
    assert "Annual report" not in document.text
