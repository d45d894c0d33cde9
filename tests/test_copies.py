"""Copies: one passage in several documents is found once and cited once, with all its places."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SEEDS, build_pipeline, make_document
from index.copies import MOST_COPIES
from index.encoder import Encoder
from index.filtering import narrowed
from index.library import Incoming
from index.loading import load_text
from service.conversation.chat import Chat, Scope
from service.conversation.store import ConversationStore
from service.conversation.turns import Turn
from service.pipeline import Pipeline
from service.quotes import parse_address

TEXT = (SEEDS / "003_2ac005a384697a87.txt").read_text(encoding="utf-8")
# As a newspaper would reprint it: other quotation marks, no accents on capitals, lines broken elsewhere.
REPRINTED = TEXT.replace("“", '"').replace("”", '"').replace("’", "'")
QUESTION = "When did the rebels take Timbuktu?"


@pytest.fixture(scope="module")
def repeated(seeded_folder: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The seeds, and one of them four more times."""
    folder = Path(shutil.copytree(seeded_folder, tmp_path_factory.mktemp("copies") / "data"))
    pipeline = build_pipeline(folder, encoder)
    for number in range(4):
        text = f"{REPRINTED}\n\nReprint number {number}.\n"
        pipeline.library.add(load_text(text, document_id=f"reprint{number}", title=f"Reprint {number}", source=""))
    pipeline.library.refresh()
    yield pipeline
    pipeline.library.close()


def copies_resolve(pipeline: Pipeline, citations) -> None:
    for citation in citations:
        for copy in citation.copies:
            document = pipeline.library.document(copy.document_id, copy.version)
            assert document.text[copy.start : copy.end] == copy.text
            resolved = pipeline.resolve(copy.id)
            assert (resolved.status, resolved.citation.text) == ("current", copy.text)
            assert parse_address(copy.id).document_id == copy.document_id != citation.document_id


def test_an_answer_cites_a_repeated_statement_once_with_all_places(pipeline: Pipeline, repeated: Pipeline) -> None:
    alone, among = pipeline.ask(QUESTION), repeated.ask(QUESTION)
    assert (among.status, among.answer) == (alone.status, alone.answer)
    quotes = [*among.citations, *(one for rival in among.alternatives for one in rival.citations)]
    assert any(len(citation.copies) == 4 for citation in quotes)
    for citation in among.citations:
        assert len({copy.document_id for copy in citation.copies}) == len(citation.copies)
    texts = [citation.text.replace("’", "'").replace("“", '"').replace("”", '"') for citation in among.citations]
    assert len(set(texts)) == len(texts)
    copies_resolve(repeated, quotes)


def test_a_search_is_not_crowded_out_by_copies(pipeline: Pipeline, repeated: Pipeline) -> None:
    hits = repeated.search("rebels capture of northern towns", 10).hits
    said = {hit.passage.text.replace("’", "'").replace("“", '"').replace("”", '"') for hit in hits}
    assert len(said) == 10
    assert any(len(hit.passage.copies) == 4 for hit in hits)
    copies_resolve(repeated, [hit.passage for hit in hits])
    assert all(hit.passage.copies == () for hit in pipeline.search("rebels capture of northern towns", 10).hits)


def test_a_verdict_counts_a_reprint_as_no_further_evidence(repeated: Pipeline) -> None:
    (verdict,) = repeated.check("The rebels captured Timbuktu on 1 April 2012.").claims
    for side in (verdict.supporting, verdict.refuting, verdict.nearest):
        texts = [citation.text.replace("’", "'") for citation in side]
        assert len(set(texts)) == len(texts)
        copies_resolve(repeated, side)


def test_what_differs_in_one_word_is_no_copy(tmp_path: Path, encoder: Encoder) -> None:
    built = build_pipeline(tmp_path, encoder)
    said = "The column of {} vehicles reached the old fort of Ouagara before the rains began."
    for name, count in (("one", "forty"), ("two", "sixty"), ("three", "forty")):
        built.library.add(make_document(said.format(count), name))
    hits = built.search("column of vehicles at the fort", 10).hits
    assert sorted((hit.passage.document_id, len(hit.passage.copies)) for hit in hits) in (
        [("one", 1), ("two", 0)],
        [("three", 1), ("two", 0)],
    )
    built.library.close()


def test_rows_of_equal_values_under_other_headings_are_no_copies(tmp_path: Path, encoder: Encoder) -> None:
    built = build_pipeline(tmp_path, encoder)
    rows = "| place | {} |\n| --- | --- |\n| the port of Old Harrow | 1911 |\n| the port of New Harrow | 1912 |\n"
    built.library.add(make_document(rows.format("opened"), "one"))
    built.library.add(make_document(rows.format("closed"), "two"))
    built.library.add(make_document(rows.format("opened"), "three"))
    found = [
        (hit.passage.document_id, [copy.document_id for copy in hit.passage.copies])
        for hit in built.search("port of Old Harrow", 10).hits
    ]
    assert len(found) == 4
    assert all(copies == [] for name, copies in found if name == "two")
    built.library.close()


def test_a_filter_leaves_out_copies_outside_it(repeated: Pipeline) -> None:
    answer = repeated.ask(QUESTION, None, narrowed(("reprint1", "reprint2")))
    places = [copy.document_id for one in answer.citations for copy in one.copies]
    assert {*places, *(one.document_id for one in answer.citations)} <= {"reprint1", "reprint2"}


def test_purging_a_copy_erases_turns_that_show_it(repeated: Pipeline, tmp_path: Path) -> None:
    chat = Chat(repeated, ConversationStore(tmp_path), None)
    *_, turn = chat.converse(QUESTION, None, Scope(None, None, None), None)
    assert isinstance(turn, Turn)
    shown = [copy.document_id for one in turn.answer.citations for copy in one.copies]
    assert shown
    assert chat.store.forget(shown[0]) == 1


def test_a_passage_within_a_longer_one_is_still_listed(tmp_path: Path, encoder: Encoder) -> None:
    built = build_pipeline(tmp_path, encoder)
    said = "The council of Telbury declared the harvest lost on 6 April."
    for name, text in (("a", said), ("b", said), ("c", f"{said} It rained.")):
        built.library.add(make_document(text, name))
    hits = built.search("council of Telbury harvest", 10).hits
    listed = {hit.passage.document_id: [copy.document_id for copy in hit.passage.copies] for hit in hits}
    assert listed in ({"a": ["b"], "c": []}, {"b": ["a"], "c": []})
    built.library.close()


def test_a_hundred_copies_leave_room_for_the_rest(tmp_path: Path, encoder: Encoder) -> None:
    built = build_pipeline(tmp_path, encoder)
    asked = "How many animals did the herd near the river have in April 2012?"
    documents = [make_document(asked, f"form{number}") for number in range(130)]
    documents.append(make_document("In April 2012 the herd near the river had 412 animals.", "real"))
    built.library.add_many([Incoming(document, "", None, None) for document in documents])
    hits = built.search(asked, 10).hits
    assert {hit.passage.document_id[:4] for hit in hits} == {"form", "real"}
    assert max(len(hit.passage.copies) for hit in hits) == MOST_COPIES
    answer = built.ask(asked)
    assert (answer.status, answer.answer) == ("answered", "412")
    built.library.close()
