"""The documents' reply to a message as it was understood, read more widely where they do not answer it as it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from service.answers import Answer, Declined, ambiguous
from service.conversation.exchange import Understood
from service.pipeline import Step

Asking = Callable[[str], Iterator[Step]]


def replies(understood: Understood, asking: Asking) -> Iterator[Understood | Step]:
    """Yield how a message is read and the steps of its answer, the answer last.

    A message that leans on what was said before, and that the documents do not answer as it reads, is asked once more
    with what was talked about beside it; if they answer that, how it is read is told again. An ambiguous one is asked
    back. `asking` yields the steps of a question's answer.
    """
    yield understood
    if understood.candidates:
        yield ambiguous(understood.candidates)
        return
    for step in asking(understood.standalone_question):
        if understood.wider is None or not _is_silent(step):
            yield step
            continue
        wider = list(asking(understood.wider))
        if _is_silent(wider[-1]):
            yield step
            return
        yield replace(understood, standalone_question=understood.wider, wider=None)
        yield from wider


def last_reply(understood: Understood, ask: Callable[[str], Answer]) -> tuple[Understood, Answer]:
    """Return how a message came to be read and its answer."""
    read, answer = understood, None
    for step in replies(understood, lambda question: iter([ask(question)])):
        if isinstance(step, Understood):
            read = step
        else:
            answer = step
    assert answer is not None  # noqa: S101 - the last step of every reply
    return read, answer  # type: ignore[return-value]  # `ask` gives nothing but answers


def _is_silent(step: Understood | Step) -> bool:
    return isinstance(step, Declined) and step.reason == "not_in_documents"
