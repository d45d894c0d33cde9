"""A reply's events as pieces of Markdown, in the order they become known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from service.answers import Answer, Answered, Conflicting, Declined, DeclineReason
from service.conversation.chat import Event
from service.conversation.exchange import Understood
from service.exports import escaped
from service.llm.written import Problem, Sentence, Written
from service.openai.footnotes import Footnotes, place_of
from service.quotes import Citation

READ_AS = "*Read as: "
CONFLICT = "The documents disagree:"
LEFT_OUT = "*Left out, since no quote bears it out: "
BROKEN_OFF = "*The language model's text breaks off here; this is the answer in the documents' own words:*"
REFUSALS: dict[DeclineReason, str] = {
    "not_in_documents": "The documents do not say.",
    "nothing_retrieved": "The documents do not say: there was nothing to search in.",
    "ambiguous_question": "This can be read in more than one way. Which do you mean?",
}
_NEAREST = "The nearest passages, which do not answer the question:"
_NEAREST_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more of the content, and annotations of what stands in it; a footnote's marker is never cut."""

    text: str
    annotations: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program wants to know of a reply and its text does not say; `problem` is the language model's."""

    status: Literal["answered", "conflicting", "declined"]
    confidence: float
    reason: DeclineReason | None
    standalone_question: str
    problem: Problem | None


class Content:
    """Writes one reply; `pieces` takes its events in order.

    An annotation's indices are code points of the whole content, end exclusive: the words its quote supports.
    """

    def __init__(self, base_url: str, *, footnotes: bool, worded: bool) -> None:
        """Write nothing yet; `worded` tells that a language model words answers."""
        self._notes = Footnotes(base_url, shown=footnotes)
        self._worded = worded
        self._length = 0
        self._message = self._question = ""
        self._answer: Answer | None = None
        self._sentences = 0
        self._problem: Problem | None = None

    def pieces(self, event: Event) -> Iterator[Piece]:
        """Yield what an event adds to the content."""
        if isinstance(event, Understood):
            # Told with the answer: how a message is read may still change.
            self._message, self._question = event.message, event.standalone_question
        elif isinstance(event, Answered | Conflicting | Declined):
            yield from self._read_as(event.read_as or self._question)
            self._answer = event
            self._notes.number(
                [*event.citations, *(quote for rival in event.alternatives for quote in rival.citations)]
            )
            if not self._worded or isinstance(event, Declined):
                yield from self._found(event)
        elif isinstance(event, Sentence):
            yield self._sentence(event)
        elif isinstance(event, Written):
            yield from self._ended(event)

    def outcome(self) -> Outcome:
        """Return what came of it; raises ValueError before the answer."""
        answer = self._answer
        if answer is None:
            raise ValueError("there is no answer yet")
        return Outcome(answer.status, answer.confidence, answer.reason, self._question, self._problem)

    def _read_as(self, question: str) -> Iterator[Piece]:
        self._question = question
        if question != self._message:
            yield self._piece(f"{READ_AS}{escaped(question)}*\n\n")

    def _found(self, answer: Answer) -> Iterator[Piece]:
        """Write an answer in the documents' own words, or that there is none."""
        if isinstance(answer, Declined):
            yield from self._declined(answer)
            return
        if isinstance(answer, Answered):
            yield self._words("", answer.answer, answer.citations)
        else:
            yield self._piece(CONFLICT)
            for place, rival in enumerate(answer.alternatives):
                yield self._words(_item(place), rival.answer, rival.citations)
        yield from self._definitions()

    def _declined(self, answer: Declined) -> Iterator[Piece]:
        yield self._piece(REFUSALS[answer.reason])
        for place, reading in enumerate(answer.candidates):
            yield self._piece(_item(place) + escaped(reading))
        if not (self._notes.shown and answer.nearest):
            return
        yield self._piece(f"\n\n{_NEAREST}")
        for place, citation in enumerate(answer.nearest):
            link = f"[{escaped(place_of(citation))}]({self._notes.url(citation)})"
            yield self._piece(f"{_item(place)}{link}: “{escaped(_opening(citation.text))}”")

    def _sentence(self, sentence: Sentence) -> Piece:
        before = " " if self._sentences else ""
        self._sentences += 1
        return self._words(before, sentence.text, [self._notes.quote(one) for one in sentence.citations])

    def _ended(self, written: Written) -> Iterator[Piece]:
        """Say what a language model's wording lacks; without any of it the answer stands as it was found."""
        self._problem = written.problem
        if written.dropped:
            note = f"{LEFT_OUT}{written.dropped} {'sentence' if written.dropped == 1 else 'sentences'}.*"
            yield self._piece(f"\n\n{note}" if self._sentences else f"{note}\n\n")
        if self._sentences and written.problem is None:
            yield from self._definitions()
        elif self._answer is not None:
            if self._sentences:
                # What was sent is borne out by its quotes, but it may stop short of the answer.
                yield self._piece(f"\n\n{BROKEN_OFF}\n\n")
            yield from self._found(self._answer)

    def _words(self, before: str, words: str, citations: Sequence[Citation]) -> Piece:
        """Write words with their markers; the annotations lie over the words."""
        text = escaped(words)
        if text.endswith("!"):
            # Before a marker it would begin an image.
            text = f"{text[:-1]}\\!"
        start = self._length + len(before)
        annotations = self._notes.annotations(citations, start, start + len(text))
        return self._piece(before + text + self._notes.markers(citations), annotations)

    def _definitions(self) -> Iterator[Piece]:
        for definition in self._notes.definitions():
            yield self._piece(f"\n\n{definition}")

    def _piece(self, text: str, annotations: tuple[dict[str, Any], ...] = ()) -> Piece:
        self._length += len(text)
        return Piece(text, annotations)


def _item(place: int) -> str:
    """Begin an item of a list, the first after a blank line."""
    return "\n- " if place else "\n\n- "


def _opening(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _NEAREST_CHARACTERS:
        return line
    return line[:_NEAREST_CHARACTERS].rsplit(" ", 1)[0] + " …"
