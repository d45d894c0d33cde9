"""Lookups over a library: titles and texts as they are now, and the section of the very version that is cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import SEEDS, make_document
from index.documents import Span
from index.errors import NotFound
from index.library import Library
from index.structure import parse
from service import quotations, sections
from service.quotations import Quotations
from service.quotes import Address
from service.sections import Sections

SENTENCE = "The rebels seized control of Kidal."


@pytest.fixture
def library(tmp_path, encoder):
    opened = Library(tmp_path / "data", encoder)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(library, tmp_path, encoder):
    """The same library opened by another process."""
    opened = Library(tmp_path / "data", encoder)
    yield opened
    opened.close()


def seed(number):
    (path,) = SEEDS.glob(f"{number}_*.txt")
    with path.open(encoding="utf-8", newline="") as file:
        return make_document(file.read(), number)


def section(document, words):
    start = document.text.index(words)
    return Sections().section_of(document, Span(start, start + len(words)))


# --- what other writers change


def test_a_new_title_is_cited_at_once(library, elsewhere):
    lookups = Quotations(library)
    for writer, title in ((library, "One"), (library, "Two"), (elsewhere, "Three")):
        writer.add(make_document(SENTENCE, title=title))
        (found,) = lookups.look_up(SENTENCE, None).results
        assert found.citation.title == title
        address = Address("doc", found.citation.version, found.citation.span)
        assert lookups.resolve(address).citation.title == title


def test_what_another_process_purged_is_neither_served_nor_kept(library, elsewhere):
    lookups = Quotations(library)
    library.add(make_document(SENTENCE))
    citation = lookups.look_up(SENTENCE, None).results[0].citation
    address = Address("doc", citation.version, citation.span)
    assert lookups.resolve(address).status == "current"
    elsewhere.remove("doc", purge=True)
    assert lookups.look_up(SENTENCE, None).match == "absent"
    assert not lookups._prepared
    assert not lookups._sections.document_ids()
    with pytest.raises(NotFound):
        lookups.resolve(address)


def test_a_purge_between_listing_and_reading_hides_that_document_only(library, elsewhere, monkeypatch):
    lookups = Quotations(library)
    for name in ("a", "b"):
        library.add(make_document(SENTENCE, name))
    list_all = library.store.records

    def list_then_purge(**options):
        listed = list_all(**options)
        if elsewhere.store.find_record("a") is not None:
            elsewhere.remove("a", purge=True)
        return listed

    monkeypatch.setattr(library.store, "records", list_then_purge)
    assert [found.citation.document_id for found in lookups.look_up(SENTENCE, None).results] == ["b"]
    library.add(make_document(SENTENCE, "a"))
    with pytest.raises(NotFound):
        lookups.look_up(SENTENCE, ["a"])


# --- sections


def test_a_heading_stands_in_its_own_section():
    war = seed("003")
    assert section(war, "==Course of the conflict==") == ("Course of the conflict",)
    assert section(war, "Course of the conflict") == ("Course of the conflict",)
    assert section(war, "===January 2012===") == ("Course of the conflict", "January 2012")
    assert section(war, "===February===") == ("Course of the conflict", "February")


def test_a_span_over_a_heading_stands_where_it_starts():
    text = "Intro text.\n\n# Title\n\nLead.\n\n## One\n\nFirst.\n\n## Two\n\nSecond."
    document = make_document(text)
    assert section(document, "First.\n\n## Two\n\nSecond.") == ("One",)
    assert section(document, "## Two\n\nSecond.") == ("Two",)
    assert section(document, "# Title") == section(document, "Lead.") == section(document, "Intro") == ()
    assert section(make_document("One\u2028== Two ==\nText."), "== Two") == section(
        make_document("== Two ==\nText."), "T"
    )


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem[:3])
def test_blocks_stand_in_the_section_that_parsing_gave_them(path: Path):
    document = seed(path.stem[:3])
    teller = Sections()
    for block in parse(document.text).blocks:
        assert teller.section_of(document, block.span) == block.section


def test_every_version_keeps_its_own_sections(library):
    lookups = Quotations(library)
    old = make_document(f"# Title\n\n## Old\n\n{SENTENCE}\n")
    new = make_document(f"# Title\n\nMore was added here.\n\n## New\n\n{SENTENCE}\n")
    start = old.text.index(SENTENCE)
    address = Address("doc", old.version, Span(start, start + len(SENTENCE)))
    library.add(old)
    assert lookups.resolve(address).citation.section == ("Old",)
    library.add(new)
    resolution = lookups.resolve(address)
    assert (resolution.status, resolution.citation.section) == ("moved", ("Old",))
    assert resolution.current.section == ("New",)
    library.remove("doc")
    resolution = lookups.resolve(address)
    assert (resolution.status, resolution.citation.section) == ("gone", ("Old",))


def test_a_document_is_parsed_once_for_all_its_sections(library, monkeypatch):
    parsed = []
    monkeypatch.setattr(sections, "parse", lambda text: parsed.append(len(text)) or parse(text))
    text = "".join(f"## Part {n}\n\nWords of part {n}. {SENTENCE}\n\n" for n in range(16_000))
    library.store.put(make_document(text), [], path="", recipe="")
    lookups = Quotations(library)
    assert lookups.look_up(SENTENCE, None).results[-1].citation.section == ("Part 19",)

    for _ in range(5):
        assert len(lookups.look_up(SENTENCE, None).results) == 20
    # Once for all lookups and all of their results; a scan for each would cost a second here.
    assert parsed == [len(text)]


def test_an_outline_larger_than_the_cache_is_still_kept(monkeypatch):
    parsed = []
    monkeypatch.setattr(sections, "parse", lambda text: parsed.append(text) or parse(text))
    monkeypatch.setattr(sections, "_KEPT_HEADINGS", 3)
    teller = Sections()
    document = make_document("".join(f"## Part {n}\n\nText.\n\n" for n in range(10)))
    for _ in range(3):
        assert section_at(teller, document, "Part 7") == ("Part 7",)
    assert len(parsed) == 1


def section_at(teller, document, words):
    start = document.text.index(words)
    return teller.section_of(document, Span(start, start + len(words)))


def test_a_large_library_compares_the_likeliest(library, monkeypatch):
    monkeypatch.setattr(quotations, "_COMPARE_ALL_CHARACTERS", 0)
    monkeypatch.setattr(quotations, "_COMPARED_DOCUMENTS", 1)
    library.add(make_document(SENTENCE, "a"))
    library.add(make_document("Photosynthesis turns light into sugar.", "b"))
    assert Quotations(library).look_up(SENTENCE, None).results[0].citation.document_id == "a"
