"""The rows follow-ups are fitted and measured on, and what fitting makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.followups import dialogue
from eval.fit_followups import Case, choose, fit, read_cases
from eval.rewrites import Follow, overlap, read_follows
from index.errors import ModelError
from service.conversation.exchange import Exchange
from service.conversation.followup.ranking import NONE_SIGNS, SIGNS, WEIGHTS, load_ranker
from service.conversation.followup.reading import Reader


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def row(source: str, row_id: str, history: list[str], question: str, rewrite: str) -> dict[str, object]:
    return {"src": source, "id": row_id, "history": history, "question": question, "rewrite": rewrite}


def test_earlier_turns_read_as_they_were_written_out(tmp_path: Path) -> None:
    rows = [
        row("canard", "C_a_0_1", ["Anna Borg", "Early life"], "Where was she born?", "Where was Anna Borg born?"),
        row("canard", "C_a_0_2", ["Anna Borg", "Early life", "Where was she born?", "Orvik", "Why?", "I don't know."],
            "When?", "When was Anna Borg born?"),
    ]  # fmt: skip
    second = read_follows(write_rows(tmp_path / "rows.jsonl", rows))[1]
    assert second.history == (
        Exchange("Tell me about Anna Borg.", None, ()),
        Exchange("Where was Anna Borg born?", "Orvik", ()),
        Exchange("Why?", None, ()),
    )
    assert second.conversation == "C_a"
    assert not second.is_standalone


def test_assistant_turns_and_spaced_tokens_are_put_right(tmp_path: Path) -> None:
    rows = [
        row("mudoco_news", "m_1", [], "What 's the news ?", "What 's the news ?"),
        row("mudoco_news", "m_2", ["What 's the news ?"], "None .", "None ."),
    ]
    (only,) = read_follows(write_rows(tmp_path / "rows.jsonl", rows))
    assert only.message == "What's the news?"
    assert only.is_standalone


def test_a_conversation_stays_in_one_part() -> None:
    parts = {Follow(str(turn), "cast20", "81", (), "a", "a").part for turn in range(20)}
    assert len(parts) == 1
    every = {Follow("1", "cast20", str(number), (), "a", "a").part for number in range(60)}
    assert every == {"fit", "choose", "report"}


def test_overlap_is_the_share_of_words_in_common() -> None:
    assert overlap("Who took Orvik?", "who took orvik") == 1
    assert overlap("Who took it?", "Who took Orvik?") == pytest.approx(2 / 3)
    assert overlap("yes", "no") == 0


def follow(message: str, rewrite: str) -> Follow:
    history = (Exchange("Who leads the Dockers' Union?", "Anna Borg", ()),)
    return Follow("1", "cast20", "1", history, message, rewrite)


def test_a_case_knows_which_phrase_was_meant() -> None:
    (case,) = read_cases(follow("When was she born?", "When was Anna Borg born?"))
    assert case.right.sum() == 1
    assert case.signs.shape == (len(case.right), len(SIGNS))
    (kept,) = read_cases(follow("When was she born?", "When was she born?"))
    assert not kept.right.any()


def test_fitting_learns_what_is_right() -> None:
    signs = np.zeros((2, len(SIGNS)))
    signs[0, SIGNS.index("evidence")] = 1.0
    none = np.zeros(len(NONE_SIGNS))
    none[0] = 1.0
    cases = [Case(signs, none, np.array([True, False]), 1.0)] * 400
    numbers = fit(cases)
    assert numbers[SIGNS.index("evidence")] > 0
    sure, report = choose(cases, numbers)
    assert report["right_of_filled"] == 1
    assert report["filled"] == 400
    assert 0.2 <= sure <= 0.8


def test_the_packaged_numbers_fit_the_signs(tmp_path: Path) -> None:
    ranker = load_ranker()
    assert ranker.weights.shape == (len(SIGNS),)
    assert ranker.none.shape == (len(NONE_SIGNS),)
    content = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    altered = tmp_path / "weights.json"
    altered.write_text(json.dumps({**content, "signs": content["signs"][1:]}), encoding="utf-8")
    with pytest.raises(ModelError, match="fit_followups"):
        load_ranker(altered)


def test_a_dialogue_is_read_from_its_oldest_turn() -> None:
    message, history = dialogue(
        Reader(), "user:when was she born?\tagent:Anna Borg\tuser:Who leads the Dockers' Union?\tagent:Hello"
    )
    assert message == "when was she born?"
    assert history == [Exchange("Who leads the Dockers' Union?", "Anna Borg", ())]
