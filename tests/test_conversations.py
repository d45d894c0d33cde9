"""The store of conversations: what was kept comes back, whatever happens in between."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import make_document
from index.documents import Span
from index.errors import CitecheckError, InputError, NotFound, StoreError
from service.answers import Alternative, Answer, ambiguous, answered, conflicting, declined
from service.conversation.export import as_markdown
from service.conversation.records import UNTITLED, RequestKey, new_id
from service.conversation.store import ConversationStore
from service.conversation.titles import title_of
from service.conversation.turns import Draft, Feedback, conversation_json, exchange_of, turn_json
from service.llm.written import Sentence, Written
from service.quotes import Citation, make_citation

TEXT = "The lamplighter painted 7 doors — “cobalt” 🟦 — in 1931.\nIn 1932 she painted 8."
WRITTEN = Written("She painted them. [1]", (Sentence("She painted them.", ("c1:x",)),), 1, "a-model", None)


def cite(start: int, end: int, document_id: str = "doc") -> Citation:
    return make_citation(make_document(TEXT, document_id), Span(start, end), section=("A", "B"), highlight=None)


ANSWERS: tuple[Answer, ...] = (
    answered("7 doors", 0.875, (cite(0, 30), cite(3, 12))),
    conflicting((Alternative("1931", 0.5, (cite(0, 20),)), Alternative("1932", 0.25, (cite(40, 60, "other"),)))),
    declined("not_in_documents", 0.125, (cite(0, 9),)),
    declined("nothing_retrieved", 0.0, ()),
    ambiguous(("Who led the first?", "Who led the second?")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore(tmp_path)
    yield opened
    opened.close()


def draft(answer: Answer = ANSWERS[0], message: str = "How many?", written: Written | None = None) -> Draft:
    return Draft(message, "How many doors?", "Quillhaven painter", answer, written)


def begin(store: ConversationStore, *answers: Answer) -> str:
    chosen = new_id()
    for number, answer in enumerate(answers or ANSWERS[:1]):
        store.append(chosen, draft(answer), None, begins=number == 0)
    return chosen


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("written", [None, WRITTEN])
def test_a_turn_comes_back_as_it_was_after_a_restart(tmp_path: Path, answer: Answer, written: Written | None) -> None:
    first = ConversationStore(tmp_path)
    kept = first.append(new_id(), draft(answer, "What’s that?\n“So”", written), None, begins=True)
    first.close()
    again = ConversationStore(tmp_path)
    (turn,) = again.conversation(kept.conversation_id).turns
    assert turn == kept
    assert (turn.answer, turn.written, turn.message) == (answer, written, "What’s that?\n“So”")
    assert turn_json(turn)["status"] == answer.status
    again.close()


@given(message=st.text(min_size=1, max_size=300).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_any_message_is_kept_character_for_character(store: ConversationStore, message: str) -> None:
    turn = store.append(new_id(), draft(message=message), None, begins=True)
    assert store.turn(turn.conversation_id, 1).message == message
    title = title_of(message)
    assert len(title) <= 81
    assert "\n" not in title


def test_turns_count_from_one_and_the_last_few_come_oldest_first(store: ConversationStore) -> None:
    chosen = begin(store, *ANSWERS)
    assert [turn.turn for turn in store.conversation(chosen).turns] == [1, 2, 3, 4, 5]
    assert [turn.turn for turn in store.turns(chosen, 2)] == [4, 5]
    assert store.turns(new_id(), 2) == ()
    assert exchange_of(store.turn(chosen, 1)).evidence == (TEXT[0:30], TEXT[3:12])


def test_the_list_has_the_last_used_first_in_pages(store: ConversationStore) -> None:
    ids = [begin(store) for _ in range(3)]
    store.append(ids[0], draft(), None, begins=False)
    listed = store.list(limit=2, offset=0)
    assert [one.conversation_id for one in listed.conversations] == [ids[0], ids[2]]
    assert (listed.total, listed.conversations[0].turns) == (3, 2)
    assert [one.conversation_id for one in store.list(limit=2, offset=2).conversations] == [ids[1]]


def test_a_title_is_the_first_question_until_a_person_chooses_one(store: ConversationStore) -> None:
    empty = store.create(None)
    assert (empty.title, empty.turns) == (UNTITLED, 0)
    store.append(empty.conversation_id, draft(), None, begins=False)
    assert store.info(empty.conversation_id).title == "How many?"
    assert store.rename(empty.conversation_id, "  Doors \n of Quillhaven ").title == "Doors of Quillhaven"
    store.append(empty.conversation_id, draft(message="Another?"), None, begins=False)
    assert store.info(empty.conversation_id).title == "Doors of Quillhaven"
    named = store.create("Named")
    store.append(named.conversation_id, draft(), None, begins=False)
    assert store.info(named.conversation_id).title == "Named"
    for bad in ("", "  \n", "x" * 201, "\ud800"):
        with pytest.raises(InputError, match="title has 1 to 200"):
            store.rename(empty.conversation_id, bad)


def test_a_retry_finds_the_turn_of_its_first_try(store: ConversationStore) -> None:
    request = RequestKey("key", "fingerprint")
    assert store.made_by(request) is None
    first = store.append(new_id(), draft(), request, begins=True)
    assert store.made_by(request) == first
    assert store.append(new_id(), draft(ANSWERS[2]), request, begins=True) == first
    assert store.list(limit=9, offset=0).total == 1
    with pytest.raises(InputError, match="another request"):
        store.made_by(RequestKey("key", "other"))


def test_tries_of_one_request_at_once_make_one_turn(tmp_path: Path) -> None:
    stores = [ConversationStore(tmp_path) for _ in range(6)]
    made = []

    def attempt(store: ConversationStore) -> None:
        made.append(store.append(new_id(), draft(), RequestKey("k", "f"), begins=True))

    threads = [threading.Thread(target=attempt, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1
    for store in stores:
        store.close()


def test_turns_added_at_once_all_get_a_number(store: ConversationStore) -> None:
    chosen = begin(store)
    threads = [
        threading.Thread(target=store.append, args=(chosen, draft(), None), kwargs={"begins": False}) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [turn.turn for turn in store.conversation(chosen).turns] == list(range(1, 14))


def test_feedback_replaces_what_was_given_before(store: ConversationStore) -> None:
    chosen = begin(store)
    assert store.turn(chosen, 1).feedback is None
    store.give_feedback(chosen, 1, Feedback("wrong", "no"))
    kept = store.give_feedback(chosen, 1, Feedback("evidence_wrong", ""))
    assert kept.feedback == Feedback("evidence_wrong", "")
    with pytest.raises(NotFound, match="no turn 2"):
        store.give_feedback(chosen, 2, Feedback("right", ""))


def test_what_is_removed_is_gone_from_the_file_too(store: ConversationStore, tmp_path: Path) -> None:
    chosen, other = begin(store), begin(store)
    store.append(chosen, draft(message="The zebrafinch secret"), RequestKey("k", "f"), begins=False)
    store.give_feedback(chosen, 2, Feedback("right", "the zebrafinch comment"))
    store.remove(chosen)
    for call in (store.info, store.conversation, store.remove):
        with pytest.raises(NotFound, match="no conversation"):
            call(chosen)
    assert store.turns(chosen, 9) == ()
    assert store.info(other).turns == 1
    # The name of its request is free again.
    assert store.made_by(RequestKey("k", "other")) is None
    assert not any(b"zebrafinch" in path.read_bytes() for path in tmp_path.glob("conversations.sqlite*"))


def test_a_turn_cannot_join_a_conversation_removed_meanwhile(store: ConversationStore) -> None:
    with pytest.raises(NotFound):
        store.append(new_id(), draft(), None, begins=False)
    assert store.list(limit=9, offset=0).total == 0


def test_purging_a_document_erases_the_turns_that_show_its_words(store: ConversationStore, tmp_path: Path) -> None:
    chosen = begin(store, *ANSWERS)
    assert store.forget("other") == 1
    assert [turn.turn for turn in store.conversation(chosen).turns] == [1, 3, 4, 5]
    assert store.forget("doc") == 2
    assert store.forget("doc") == 0
    assert not any(b"lamplighter" in path.read_bytes() for path in tmp_path.glob("conversations.sqlite*"))
    # A number is not given out again: somebody may have linked to it.
    assert store.append(chosen, draft(), None, begins=False).turn == 6


def test_a_conversation_has_a_bounded_number_of_turns(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.conversation.records.MAX_TURNS", 2)
    chosen = begin(store, *ANSWERS[:2])
    with pytest.raises(CitecheckError, match="at most 2 turns; begin a new one"):
        store.append(chosen, draft(), None, begins=False)


def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('keep me')")
    with pytest.raises(StoreError, match=r"conversations\.sqlite in .* cannot be used: The file is not this release's"):
        ConversationStore(tmp_path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT * FROM notes").fetchall() == [("keep me",)]
    path.write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(StoreError):
        ConversationStore(tmp_path)


def test_the_export_escapes_what_people_and_documents_wrote(store: ConversationStore) -> None:
    hostile = make_document("<script>alert(1)</script> [x](http://evil) # no", "doc", title="*Bold* <b>")
    quote = make_citation(hostile, Span(0, 40), section=())
    turn = store.append(new_id(), draft(answered("<script>", 0.5, (quote,)), "# Me\n- <img>"), None, begins=True)
    store.give_feedback(turn.conversation_id, 1, Feedback("wrong", "[y](z)"))
    text = as_markdown(store.conversation(turn.conversation_id))
    for raw in ("<script", "<img", "<b>", "[x](", "[y]("):
        assert raw not in text.replace("\\" + raw[0], ""), raw
    assert quote.id in text


def test_the_export_has_every_answer_with_its_quotes(store: ConversationStore) -> None:
    chosen = begin(store, *ANSWERS)
    store.append(chosen, draft(written=WRITTEN), None, begins=False)
    found = store.conversation(chosen)
    text = as_markdown(found)
    for part in ("7 doors", "The documents disagree", "1932", "The documents do not say", "Who led the second?"):
        assert part in text
    assert "In the words of a-model" in text
    assert "With what was talked about: Quillhaven painter" in text
    shape = conversation_json(found)
    assert len(shape["turns"]) == 6
    assert shape["turns"][1]["alternatives"][1]["citations"][0]["document_id"] == "other"
    assert shape["turns"][4]["candidates"] == ["Who led the first?", "Who led the second?"]
