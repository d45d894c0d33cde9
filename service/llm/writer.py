"""The writer: an answer's quotes to a fluent text by a language model, of which only borne-out sentences are kept."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from urllib.parse import urlsplit

from index.errors import InputError
from service.answers import Answered, Conflicting
from service.checking.kinds import classify
from service.evidence.model import EvidenceModel
from service.evidence.reader import EvidenceReader
from service.llm.drafts import Draft, drafts
from service.llm.grounding import bearing
from service.llm.instructions import instructs
from service.llm.plain import plain
from service.llm.prompt import Message, compose, quotes_of, usable
from service.llm.rivals import Rivals
from service.llm.written import NoReply, Problem, Sentence, Written
from service.quotes import Citation
from service.settings import Settings

# A reply of more sentences is not what was asked for, and each costs time to check.
MAX_DRAFTS = 40
_NO_STATEMENT = ("question", "greeting", "instruction")
_KEY = re.compile(r"[!-~]*")
_log = logging.getLogger(__name__)
Reply = Generator[str, None, None]


class Writer:
    """Words answers with a language model. Thread-safe."""

    def __init__(
        self,
        model: str,
        reply: Callable[[Sequence[Message], threading.Event | None], Reply],
        evidence: Callable[[], EvidenceModel],
    ) -> None:
        """Join the parts; `open_writer` builds the usual ones. `model` is the language model's name."""
        self.model = model
        self._reply = reply
        self._evidence = evidence

    def write(
        self, question: str, answer: Answered | Conflicting, stopped: threading.Event | None = None
    ) -> Iterator[Sentence | Written]:
        """Yield sentences as they prove to be borne out, while the model's reply arrives, then the Written.

        Sentences are provisional until then: where the reply breaks off, the Written has a problem and no sentences.
        Of rival answers nothing is yielded before all of them have been shown. Never raises for what the server does,
        but Stopped soon after `stopped` is set: then nobody waits for the words.
        """
        quotes = quotes_of(answer)
        shown = usable(quotes)
        page = _Page(self._evidence(), answer, quotes, shown)
        if not shown:
            yield page.without("nothing_entailed", self.model)
            return
        try:
            with closing(self._reply(compose(question, answer, shown), stopped)) as pieces:
                for draft in drafts(pieces):
                    yield from page.add(draft)
        except NoReply as failure:
            _log.warning("The language model %r was of no use for an answer: %s.", self.model, failure.problem)
            yield page.without(failure.problem, self.model)
            return
        yield page.finish(self.model)


class _Page:
    """What has been written so far for one answer."""

    def __init__(
        self,
        evidence: EvidenceModel,
        answer: Answered | Conflicting,
        quotes: Sequence[Citation],
        shown: Mapping[int, Citation],
    ) -> None:
        self._evidence = evidence
        self._numbers = {quote.id: number for number, quote in enumerate(quotes, start=1)}
        self._shown = shown
        self._rivals = Rivals(answer)
        self._seen: set[str] = set()
        self._kept: list[Sentence] = []
        self._told = 0
        self._drafts = 0
        self._dropped = 0

    def add(self, draft: Draft) -> Iterator[Sentence]:
        """Check a sentence; yield what may be told now. Raises NoReply where there is no end of them."""
        self._drafts += 1
        if self._drafts > MAX_DRAFTS:
            raise NoReply("nonsense")
        sentence = self._check(draft)
        if sentence is None:
            self._dropped += 1
        elif sentence.text not in self._seen:
            self._seen.add(sentence.text)
            self._kept.append(sentence)
            self._rivals.show(sentence)
        if not self._rivals.hidden:
            yield from self._kept[self._told :]
            self._told = len(self._kept)

    def _check(self, draft: Draft) -> Sentence | None:
        cited = [self._shown[number] for number in draft.numbers if number in self._shown]
        said = plain(draft.text) if cited else None
        if said is None or classify(said) in _NO_STATEMENT or instructs(said):
            return None
        proof = bearing(self._evidence, said, cited)
        # Without an end, the next sentence would run into it.
        text = said if said[-1] in '.!?…"”’»)' else f"{said}."
        return Sentence(text, tuple(citation.id for citation in proof)) if proof else None

    def without(self, problem: Problem, model: str) -> Written:
        """Return that nothing was written, and why."""
        return Written("", (), self._dropped, model, problem)

    def finish(self, model: str) -> Written:
        """Return what was written."""
        if not self._drafts:
            return self.without("nonsense", model)
        if not self._kept:
            return self.without("nothing_entailed", model)
        if self._rivals.hidden:
            return self.without("nonsense", model)
        text = " ".join(f"{sentence.text} {self._markers(sentence)}" for sentence in self._kept)
        return Written(text, tuple(self._kept), self._dropped, model, None)

    def _markers(self, sentence: Sentence) -> str:
        return "".join(f"[{self._numbers[name]}]" for name in sentence.citations)


def open_writer(settings: Settings, reader: EvidenceReader) -> Writer | None:
    """Return the writer that the settings ask for, None where no server is set; nothing is contacted yet.

    Raises InputError for settings that cannot work, or where the `openai` package is missing.
    """
    if settings.llm_url is None:
        return None
    _check_url(settings.llm_url)
    if not settings.llm_model:
        raise InputError(
            "CITECHECK_LLM_URL is set and CITECHECK_LLM_MODEL is not; name the model to ask for.", code="bad_setting"
        )
    if _KEY.fullmatch(settings.llm_key.get_secret_value()) is None:
        raise InputError("CITECHECK_LLM_KEY holds blanks or characters no key has; copy it again.", code="bad_setting")
    try:
        from service.llm.reply import open_server, stream_reply
    except ImportError as error:
        raise InputError(
            "CITECHECK_LLM_URL needs a package that is not installed; run pip install citecheck[llm].",
            code="llm_not_installed",
        ) from error
    server = open_server(settings.llm_url, settings.llm_key, settings.llm_model, settings.llm_timeout)
    return Writer(settings.llm_model, lambda *asked: stream_reply(server, *asked), lambda: reader.model)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    # Name, key and the like in a URL end up in logs.
    if not fits or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "CITECHECK_LLM_URL is no plain http or https URL; write one like http://127.0.0.1:11434/v1, and put a key "
            "into CITECHECK_LLM_KEY.",
            code="bad_setting",
        )
