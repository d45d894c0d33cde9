"""Where a question really begins: greetings, politeness and "is it true that" taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_FILLER = re.compile(
    r"(?:so|hey|hi|hello|hiya|ok|okay|well|um|uh|hmm|please|pls|and|but|also|now|then|actually|btw|by the way|anyway|"
    r"wait|sorry|excuse me|right|alright|thanks|thank you|good (?:morning|evening|afternoon)|just curious|"
    r"i(?:['’]m| am) (?:just )?curious|(?:a )?quick question|(?:one|another) (?:more )?(?:question|thing)|"
    r"one more(?: thing)?|just checking|just to (?:check|confirm|be sure)|there|"
    r"according to (?:the|this|these|your|my) (?:text|documents?|articles?|sources?|files?))"
    r"(?:\s*[,.!:;–—-]+\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_DOCUMENT = (
    r"(?:it|they|anyone|anybody|we|i|you|"
    r"(?:the|this|these|that|your|my|any)(?: of the)? (?:documents?|texts?|articles?|sources?|files?|pages?))"
)
_SAYS = r"(?:say|state|mention|know|explain|specify|show|claim|indicate|confirm|tell(?: us| me)?)"
_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_ASKING = re.compile(
    r"(?:(?:can|could|would|will) (?:you|someone|anyone|anybody|i|we)(?: please| also| just)*"
    r"(?=\s+(?:tell|say|list|name|give|show|explain|describe|summari[sz]e|remind|find|look|help|clarify|provide|"
    r"enumerate|identify|confirm|verify|check|agree|let|know|please|see|ask|get a list)\b)"
    r"|(?:please )?(?:tell|remind) (?:me|us)|let (?:me|us) know|(?:may|can|could) i ask(?: you)?"
    r"|(?:do|would|might) you (?:happen to )?(?:know|remember)(?= )|do you have any (?:idea|information on|info on)"
    r"|i(?:['’]d| would)? (?:want|like|need) to (?:know|check|confirm|ask)(?: you)?|i (?:just )?wonder|"
    r"i(?: was|['’]m| am) wondering|(?:confirm|verify|check|find out|clarify|say|ask|agree|see)(?= (?:that|if|whether))"
    rf"|(?:do|does|did) {_DOCUMENT} {_SAYS}(?: (?:exactly|anything about))?"
    rf"(?=,? (?:that|if|whether|{_WH})\b)"
    rf"|is it (?:known|clear|stated|mentioned|said)(?= (?:if|whether|{_WH})\b))[,:]?\s+(?=\S)",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"(?:if|whether)(?: or not)?\s+(?=\S)", re.IGNORECASE)
_THAT = re.compile(r"that\s+(?=\S)", re.IGNORECASE)
_IS_TRUE = re.compile(
    r"(?:(?:is|was)(?:n['’]?t)? (?:it|this)(?: not)?(?: really| actually| also)? "
    r"(?:(?:true|correct|right|accurate|certain|a fact|fair to say),? that"
    r"|(?:true|correct)(?=,? (?!(?:to|for|of|or|about|in|when|if)\b))|the case that)"
    r"|am i (?:right|correct)(?: in (?:thinking|saying)| to (?:think|say))?(?: that)?"
    r"|would (?:it be|i be|you be) (?:right|correct|true|fair|accurate) (?:to say|in saying)(?: that)?"
    rf"|(?:is it|(?:do|would) you) (?:think|believe|say|agree|said)(?: that)?(?! {_WH}\b)"
    r"|are you (?:sure|certain|aware)(?: that)?(?! (?:of|about|if|whether)\b))[,:]?\s+(?=\S)",
    re.IGNORECASE,
)
_AUXILIARY = (
    r"(?:am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)"
    r"(?:n['’]?t)?|can['’]?t|cannot|won['’]?t|shan['’]?t|ain['’]?t"
)
AUXILIARY = re.compile(rf"(?:{_AUXILIARY})\b(?=\s+\S)", re.IGNORECASE)
_FRONTED = re.compile(
    r"((?:in|on|during|after|before|by|at|as of|according to|under|since|following|despite)\b"
    r"(?! (?:what|which|whom))[^,?]{1,80}),"
    rf"\s+(?=(?:{_AUXILIARY})\s)",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"\s*,\s*(?:right|correct|yes|no|true|is(?:n['’]t)? (?:that|it|this) (?:so|right|correct|true|the case)|"
    rf"(?:{_AUXILIARY}) (?:he|she|it|they|there|we|you|i)(?: not)?)\s*$",
    re.IGNORECASE,
)
# "Dr. Will Smith" is no sentence end: three small letters must stand before the full stop.
_ASIDE = re.compile(rf"^[^?]*[^\W\d_A-Z]{{3}}[.!]\s+(?=(?i:{_AUXILIARY})\s[^.!]*$)")
_THANKS = re.compile(r"\b(?:please|pls|thanks|thank you|thx|cheers)(?: (?:a lot|so much|very much))?[\s.!?]*$", re.I)
_OR_NOT = re.compile(r",?\s+or (?:not|no|what)\s*$", re.IGNORECASE)
_ENDS = ' \t\r\n"“”?!.…'

Form = Literal["statement", "whether", "question"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A question without its lead-in and end mark.

    `form` is "statement" where the rest is one already ("is it true that ..."), "whether" after if or whether, else
    "question". `front` is an adverbial that stood before the auxiliary ("In 2012").
    """

    text: str
    form: Form
    front: str = ""


def open_question(question: str) -> Opened:
    """Return what `question` asks once everything chatty around it is taken off."""
    text = _trimmed(" ".join(question.split()))
    form: Form = "question"
    while step := _one_off(text):
        text, form = step
        if form != "question":
            break
    text = _OR_NOT.sub("", text)
    if form == "question" and (tag := _TAG.search(text)) and not _asks(text):
        return Opened(text[: tag.start()], "statement")
    if form == "question" and (front := _FRONTED.match(text)):
        return Opened(text[front.end() :], form, front[1])
    return Opened(text, form)


def _trimmed(text: str) -> str:
    text = text.strip(_ENDS)
    thanks = _THANKS.search(text)
    return (thanks and text[: thanks.start()].strip(_ENDS + ",")) or text


def _asks(text: str) -> bool:
    return AUXILIARY.match(text) is not None or re.match(rf"{_WH}\b", text, re.IGNORECASE) is not None


def _one_off(text: str) -> tuple[str, Form] | None:
    """One lead-in less, or None where there is none left."""
    if found := _IS_TRUE.match(text):
        rest = text[found.end() :]
        return (rest, "question") if _asks(rest) else (rest, "statement")
    if found := _ASKING.match(text):
        rest = text[found.end() :]
        if whether := _WHETHER.match(rest):
            return rest[whether.end() :], "whether"
        if that := _THAT.match(rest):
            return rest[that.end() :], "statement"
        return rest, "question"
    if found := _FILLER.match(text) or _ASIDE.match(text):
        return text[found.end() :], "question"
    return None
