"""A conversation as Markdown for people, every answer with its quotes and their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from service.answers import Answer
from service.conversation.turns import Conversation, Turn
from service.exports import escaped
from service.quotes import Citation

_REASONS = {
    "nothing_retrieved": "There was nothing to search in.",
    "not_in_documents": "The documents do not say.",
    "ambiguous_question": "The question can be read in several ways:",
}
_FEEDBACK = {"right": "right", "wrong": "wrong", "evidence_wrong": "the evidence is wrong"}


def as_markdown(conversation: Conversation) -> str:
    """Return the turns with their quotes; everything people or documents wrote is escaped."""
    info = conversation.info
    lines = [f"# {escaped(info.title)}", "", f"{info.created_at} to {info.updated_at}"]
    for turn in conversation.turns:
        lines += ["", f"## {turn.turn}. {escaped(turn.message)}", "", *_turn(turn)]
    return "\n".join(lines) + "\n"


def _turn(turn: Turn) -> list[str]:
    lines = []
    if turn.standalone_question != turn.message:
        lines += [f"Understood as: {escaped(turn.standalone_question)}", ""]
    if turn.context is not None:
        lines += [f"With what was talked about: {escaped(turn.context)}", ""]
    lines += _answer(turn.answer)
    if turn.written is not None and turn.written.sentences:
        lines += ["", f"In the words of {escaped(turn.written.model)}: {escaped(turn.written.text)}"]
    if turn.feedback is not None:
        comment = f": {escaped(turn.feedback.comment)}" if turn.feedback.comment else ""
        lines += ["", f"Feedback: {_FEEDBACK[turn.feedback.verdict]}{comment}"]
    return lines


def _answer(answer: Answer) -> list[str]:
    if answer.status == "declined":
        readings = [f"- {escaped(reading)}" for reading in answer.candidates]
        closest = ["", "Closest passages, which are no answer:", "", *_quotes(answer.nearest)] if answer.nearest else []
        return [f"**{_REASONS[answer.reason]}**", *(["", *readings] if readings else []), *closest]
    if answer.status == "conflicting":
        lines = ["**The documents disagree:**"]
        for rival in answer.alternatives:
            lines += ["", f"**{escaped(rival.answer)}** (confidence {rival.confidence:.2f})", ""]
            lines += _quotes(rival.citations)
        return lines
    return [
        f"**{escaped(answer.answer)}** (confidence {answer.confidence:.2f})",
        "",
        *_quotes(answer.citations),
    ]


def _quotes(citations: Sequence[Citation]) -> list[str]:
    return [f"- “{escaped(one.text)}” — {escaped(one.title)} (`{one.id}`)" for one in citations]
