"""Gold that users write: every problem is told at once, and chat turns become gold, right or wrong."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import make_document
from eval.adding import Row, Wanted, append, quotes_of, read_quote, row_of
from eval.anchoring import EvidenceRow
from eval.cli import eval_app
from eval.goldfiles import BUILT_IN
from eval.goldset import load_gold
from eval.linting import lint
from index.documents import Document, Span
from index.errors import InputError, NotFound
from service.answers import Alternative, Answer, ambiguous, answered, conflicting, declined
from service.catalogue import read_document
from service.conversation.store import ConversationStore
from service.conversation.turns import Draft, Feedback, Turn
from service.pipeline import Pipeline
from service.quotes import Citation, make_citation

TEXT = "The mill of Orvik burned in 1911. Bread was dear. The mill of Selje burned in 1921. Bread was dear."
TOWNS = make_document(TEXT, "towns")


def find(identity: str) -> Document:
    if identity != TOWNS.id:
        raise NotFound(f"no {identity}", code="unknown_document")
    return TOWNS


def cite(words: str) -> Citation:
    start = TEXT.index(words)
    return make_citation(TOWNS, Span(start, start + len(words)), section=())


ORVIK, SELJE = cite("The mill of Orvik burned in 1911."), cite("The mill of Selje burned in 1921.")


def question(identity: str, **changes: Any) -> dict[str, Any]:
    made = {
        "id": identity,
        "question": "When did the mill of Orvik burn?",
        "type": "date",
        "style": "plain",
        "split": "dev",
        "answerable": True,
        "answers": ["1911"],
        "evidence": [{"document_id": "towns", "quote": ORVIK.text}],
    }
    return {**made, **changes}


def written(folder: Path, name: str, *rows: Any) -> Path:
    path = folder / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_every_problem_of_every_line_of_every_file_is_told(tmp_path: Path) -> None:
    wrong = [{"document_id": "towns", "quote": "Bread was dear."}, {"document_id": "gone", "quote": "x"}]
    written(
        tmp_path,
        "questions.jsonl",
        question("a"),
        question("a"),
        "{",
        question("b", evidence=wrong),
        {"id": "c", "colour": "red"},
        question("d", answers=[]),
    )
    written(tmp_path, "lookups.jsonl", {"id": "l"})
    found = lint(tmp_path, find)
    assert found.items == 1
    assert [path.name for path in found.files] == ["questions.jsonl", "lookups.jsonl"]
    told = [re.match(r"(\S+), line (\d+): (.*)", problem) for problem in found.problems]
    lines = [(one[1], int(one[2])) for one in told if one]
    assert len(lines) == len(found.problems)
    assert list(dict.fromkeys(lines)) == [
        *(("questions.jsonl", number) for number in (2, 3, 4, 5, 6)),
        ("lookups.jsonl", 1),
    ]
    text = "\n".join(found.problems)
    assert "line 4: the quote 'Bread was dear.' stands 2 times" in text
    assert "line 4: there is no document 'gone'" in text
    assert "line 5: colour: unknown key; remove it" in text
    assert "line 5: answers: this key is missing; add it" in text


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_bytes(b"\xff\xfe")
    written(tmp_path, "claims.jsonl", "")
    found = lint(tmp_path, find)
    assert found.items == 0
    assert [bool(re.search(words, "\n".join(found.problems))) for words in ("not UTF-8", "holds no gold claims")] == [
        True,
        True,
    ]


def test_the_built_in_gold_has_no_problems(pipeline: Pipeline) -> None:
    found = lint(BUILT_IN, partial(read_document, pipeline.library))
    assert found.problems == ()
    assert found.items > 400


def turn_of(answer: Answer, verdict: str | None = "right") -> Turn:
    feedback = None if verdict is None else Feedback(verdict, "")  # type: ignore[arg-type]
    return Turn("c1", 2, "and Orvik?", "When did the mill of Orvik burn?", None, answer, None, feedback, "2026-01-01")


NOTHING = Wanted((), (), unanswerable=False)


def made_row(answer: Answer, wanted: Wanted = NOTHING, verdict: str | None = "right") -> Row:
    return row_of(turn_of(answer, verdict), wanted, find, kind="chat", split="dev")


def test_a_right_turn_gives_its_own_answer_and_quotes() -> None:
    row = made_row(answered("1911", 0.9, (ORVIK,)))
    assert (row.id, row.question) == ("chat-c1-2", "When did the mill of Orvik burn?")
    assert (row.answerable, row.answers, row.evidence) == (True, ("1911",), (EvidenceRow("towns", ORVIK.text),))


def test_a_right_refusal_is_unanswerable_and_rivals_are_all_acceptable() -> None:
    refused = made_row(declined("not_in_documents", 0.2, (SELJE,)))
    assert (refused.answerable, refused.type, refused.answers, refused.evidence) == (False, "unanswerable", (), ())
    rivals = conflicting((Alternative("1911", 0.8, (ORVIK,)), Alternative("1921", 0.7, (SELJE,))))
    row = made_row(rivals)
    assert row.answers == ("1911", "1921")
    assert [part.quote for part in row.evidence] == [ORVIK.text, SELJE.text]


def test_a_quote_that_stands_twice_takes_in_what_surrounds_it(tmp_path: Path) -> None:
    row = made_row(answered("dear", 0.9, (cite("Bread was dear."),)))
    (part,) = row.evidence
    assert "Bread was dear." in part.quote
    assert TEXT.count(part.quote) == 1
    append(tmp_path / "gold.jsonl", row, find)


@pytest.mark.parametrize("verdict", [None, "wrong", "evidence_wrong"])
def test_what_nobody_confirmed_needs_the_right_answer(verdict: str | None) -> None:
    answer = answered("1921", 0.9, (SELJE,))
    with pytest.raises(InputError, match="Nobody marked this turn as right; give --answer and --quote"):
        made_row(answer, verdict=verdict)
    said = Wanted(("1911",), quotes_of([f"towns:{ORVIK.text}"]), unanswerable=False)
    row = made_row(answer, said, verdict)
    assert (row.answers, row.evidence) == (("1911",), (EvidenceRow("towns", ORVIK.text),))
    assert made_row(answer, Wanted((), (), unanswerable=True), verdict).answerable is False


def test_what_contradicts_itself_or_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match="not both"):
        made_row(answered("1911", 0.9, (ORVIK,)), Wanted(("1911",), (), unanswerable=True))
    with pytest.raises(InputError, match="asked back"):
        made_row(ambiguous(("this?", "that?")))


@pytest.mark.parametrize("text", ["", "towns", "towns:", ":words", " : "])
def test_what_is_no_quote_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write DOCUMENT:WORDS"):
        read_quote(text)
    assert read_quote("towns: a: b ") == EvidenceRow("towns", "a: b")


def test_a_file_is_added_to_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    append(path, made_row(answered("1911", 0.9, (ORVIK,))), find)
    path.write_text(path.read_text().rstrip("\n"))  # as an editor may leave it
    held = path.read_text()
    with pytest.raises(InputError, match="line 2: the id 'chat-c1-2' was used on line 1"):
        append(path, made_row(answered("1911", 0.9, (ORVIK,))), find)
    false = Row("x", "When?", "date", "chatty", "dev", True, ("1912",), (EvidenceRow("towns", "burned in 1912"),))
    with pytest.raises(InputError, match=r"line 2: the quote 'burned in 1912' is not in towns; it is probably now"):
        append(path, false, find)
    assert path.read_text() == held
    assert [one.name for one in tmp_path.iterdir()] == ["gold.jsonl"]
    good = Row("x", "When?", "date", "chatty", "test", True, ("1921",), (EvidenceRow("towns", SELJE.text),))
    append(path, good, find)
    assert [item.id for item in load_gold(path, find)] == ["chat-c1-2", "x"]
    with pytest.raises(InputError, match="name another"):
        append(tmp_path / "none" / "gold.jsonl", good, find)


@pytest.fixture
def talked(data_folder: Path, pipeline: Pipeline) -> tuple[Path, str]:
    """A data folder with a conversation of one turn that was marked right, as the service keeps it."""
    store = ConversationStore(data_folder)
    conversation = store.create(None).conversation_id
    asked = "When did the MNLA give up its claim that Azawad was independent?"
    store.append(conversation, Draft(asked, asked, None, pipeline.ask(asked), None), None, begins=False)
    store.give_feedback(conversation, 1, Feedback("right", ""))
    store.close()
    return data_folder, conversation


def test_the_commands_add_a_turn_of_the_data_folder_and_find_nothing_wrong_with_it(
    talked: tuple[Path, str], tmp_path: Path
) -> None:
    data, conversation = talked
    gold = tmp_path / "gold.jsonl"
    arguments = ["add", conversation, "1", "--gold", str(gold), "--data", str(data), "--json"]
    added = CliRunner().invoke(eval_app, arguments)
    assert added.exit_code == 0, added.output
    row = json.loads(gold.read_text(encoding="utf-8"))
    assert json.loads(added.stdout) == row
    assert row["answerable"]
    assert row["evidence"]
    linted = CliRunner().invoke(eval_app, ["lint", str(gold), "--data", str(data)])
    assert (linted.exit_code, linted.stdout) == (0, "gold.jsonl: 1 items can be used, 0 problems.\n")
    written(tmp_path, "gold.jsonl", {**row, "evidence": [{**row["evidence"][0], "quote": "not there"}]})
    linted = CliRunner().invoke(eval_app, ["lint", str(gold), "--data", str(data)])
    assert linted.exit_code == 2
    assert "gold.jsonl, line 1: the quote 'not there' is not in" in linted.stdout
    missing = CliRunner().invoke(eval_app, ["add", conversation, "9", "--gold", str(gold), "--data", str(data)])
    assert "has no turn 9" in str(missing.exception)
