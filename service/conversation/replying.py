"""The documents' reply to a message as it was understood, asked more widely where they do not answer it as it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from service.answers import Answer, Declined, ambiguous
from service.bounds import MAX_QUESTION_CHARACTERS
from service.conversation.exchange import InContext, Understood
from service.pipeline import Step

Asking = Callable[[str], Iterator[Step]]


def replies(understood: Understood, asking: Asking) -> Iterator[InContext | Step]:
    """Yield the steps of the answer to a message, the answer last.

    One that leans on what was said before, and that the documents do not answer as it reads, is asked once more with
    what was talked about beside it; if they answer that, InContext says so before. An ambiguous one is asked back.
    `asking` yields the steps of a question's answer.
    """
    if understood.candidates:
        yield ambiguous(understood.candidates)
        return
    for step in asking(understood.standalone_question):
        wider = _wider(understood) if _is_silent(step) else None
        steps = [] if wider is None else list(asking(wider))
        if not steps or _is_silent(steps[-1]):
            yield step
            continue
        yield InContext(understood.topic or "")
        yield from steps


def last_reply(understood: Understood, ask: Callable[[str], Answer]) -> Answer:
    """Return the answer that `replies` ends with; `ask` answers a question."""
    *_, answer = replies(understood, lambda question: iter([ask(question)]))
    if isinstance(answer, Answer):
        return answer
    raise AssertionError("a message ends with an answer")


def _wider(understood: Understood) -> str | None:
    """Return the question with its topic in brackets, None without one or where both are too long."""
    if understood.topic is None:
        return None
    question = f"{understood.standalone_question.rstrip(' ?.!')} ({understood.topic})?"
    return question if len(question) <= MAX_QUESTION_CHARACTERS else None


def _is_silent(step: InContext | Step) -> bool:
    return isinstance(step, Declined) and step.reason == "not_in_documents"
