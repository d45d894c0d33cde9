"""What kind of statement a sentence is: a claim, or something that documents could not decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from index.analysis import fold
from service.checking.verbs import Token, has_finite_verb, has_verb_like, in_unknown_language, read_tokens
from service.evidence import grammar
from service.evidence.quantities import parse_date
from service.verdicts import PassedOverKind

StatementKind = Literal["claim"] | PassedOverKind

_MIN_WORDS = 2
_LEAD_WORDS = 6
_SHORT = 60
_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_DO = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”]")
_WHOLE_QUOTE = re.compile(r"[“\"«„]([^“”\"«»„]*)[”\"»“][.!?]?")
_WEB = re.compile(r"(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]{1,255}")

_NAMES = r"(?:[ ,]+[^\W\d_][\w'’.-]*){0,4}"
_GREETING = re.compile(
    rf"(?:(?:hello|hi|hey|hiya|dear|greetings|salutations){_NAMES}|good (?:morning|afternoon|evening|night|day){_NAMES}"
    r"|(?:best|kind|kindest|warm|warmest|many)? ?(?:regards|wishes|thanks)"
    rf"(?: (?:a lot|so much|very much|again|in advance|everyone|everybody|all))*{_NAMES}"
    r"|(?:thank you|thanks) (?:very much |so much |a lot |again )?(?:for|in advance)\b.*|thank you\b.{0,40}"
    r"|(?:yours )?(?:sincerely|faithfully|truly|respectfully)(?: yours)?"
    rf"|cheers{_NAMES}|(?:good)?bye{_NAMES}|see you (?:soon|later|then|tomorrow)|take care|(?:welcome|congratulations)"
    r"(?: (?:to|on)? ?(?:\w+ ?){0,5})?)[\s,.!:–—-]*",
    re.IGNORECASE | re.DOTALL,
)
_OPENING_GREETING = re.compile(
    r"(?:(?:hello|hi|hey|hiya|greetings)(?: (?:all|everyone|everybody|there|again|team|folks))?"
    r"|good (?:morning|afternoon|evening)|thanks|thank you)[,!.:–—-]+\s*",
    re.IGNORECASE,
)
# Long pieces that thank or greet by their first words only: "Thanks to the mill, Orvik grew."
_NO_GREETING = re.compile(r"thanks to\b|dear (?:bread|food|grain|fuel)\b|welcome as\b", re.IGNORECASE)

_QUESTION = re.compile(
    rf"(?:(?:and|but|so|or) )?(?:{_WH}(?: (?:many|much|long|often|far|old|big|large))?(?: [\w'’-]+){{0,2}}? {_DO}"
    rf"|{_DO})(?:n['’]t)? (?P<subject>\S+)",
    re.IGNORECASE,
)
_WH_FIRST = re.compile(rf"{_WH} [\w'’-]+(?: |$)", re.IGNORECASE)
_CONDITION = re.compile(r"(?:had|were|should) ", re.IGNORECASE)

_PLEASE = re.compile(r"(?:and |so |but )?(?:please|kindly|pls)\b(?! note that)", re.IGNORECASE)
_IMPERATIVE = re.compile(
    r"(?:(?:also|then|now|just|first|always|never)[, ]+)?"
    r"(?:(?:read|click|see|check|visit|subscribe|sign|log|follow|share|tell|give|let|look|listen|watch|download|"
    r"contact|call|send|verify|compare|summari[sz]e|explain|write|list|translate|consider|imagine|scroll|tap|press|"
    r"select|choose|enter|enjoy|keep|make|take|try|use|add|go|come|join|stop|help|find|learn|get|buy|donate|register)"
    r" (?:more|here|also|below|above|this|these|it|me|us|the|our|your|my|if|whether|how|why|what|who|up|out|in|on|at|"
    r"for|to|now|sure|a|an|whatever|yourself|them|him|her|through)\b"
    r"|(?:do not|don['’]t|let['’]s|let us) \w+|skip to\b|(?:read|learn|find out|see|show) more\b)",
    re.IGNORECASE,
)

_I = r"\b(?:i|we)(?:['’](?:m|re|d|ve))?"
_FEEL = (
    r"(?:think|believe|feel|hope|wish|guess|suppose|suspect|doubt|love|hate|like|prefer|fear|dislike|adore|agree|"
    r"disagree|thought|felt|hoped|loved|hated|find|reckon|assume|imagine|trust|worry|regret|want|recommend)"
)
_FIRST_PERSON = re.compile(
    rf"{_I}(?: (?:am|are|was|were|do|don['’]t|do not|would|really|still|also|just|personally|honestly|strongly|firmly|"
    r"so|very|too|truly|absolutely|certainly|sincerely|not|must|have to|can['’]t help but))* "
    rf"(?:{_FEEL}|say|admit|sure|glad|happy|sad|afraid|sorry|convinced|proud|angry|shocked|delighted|disappointed|"
    r"certain|grateful)\b"
    r"|\b(?:in|to) my (?:humble |honest |personal )?(?:view|opinion|mind|eyes|experience|book)\b|\bif you ask me\b"
    r"|\bas far as i(?: am|['’]m) concerned\b|\b(?:imo|imho)\b|\bmakes? (?:me|us) (?:feel|sad|happy|angry|proud)\b"
    r"|\bmy (?:favou?rite|guess|feeling|hope|fear|impression)\b|\bfor my part\b|\bpersonally, ",
    re.IGNORECASE,
)
_VALUE = (
    r"(?:beautiful|lovely|wonderful|gorgeous|stunning|amazing|awesome|fantastic|brilliant|great|nice|pretty|ugly|awful|"
    r"terrible|horrible|dreadful|disgusting|disgraceful|shameful|delightful|charming|magnificent|marvellous|marvelous|"
    r"superb|splendid|excellent|perfect|boring|interesting|fascinating|ridiculous|stupid|silly|absurd|outrageous|"
    r"unacceptable|unforgivable|heartbreaking|inspiring|admirable|despicable|pathetic|tragic|sad|unfair|unfortunate|"
    r"regrettable|good|bad|best|worst|better|worse|incredible|adorable|delicious|wise|foolish)"
)
_IT_IS = re.compile(
    r"(?:(?:and|but|so|well)[, ]+)?(?:it|that|this|there)(?:['’]s| is| was| would be| seems)(?: \w+ly| really| very|"
    r" so| such| quite| rather| only| just)* (?:(?:a |an |no |the )?(?:\w+ )?(?:shame|pity|disgrace|scandal|outrage|"
    rf"pleasure|joy|tragedy|delight|blessing|idea|doubt|{_VALUE} (?:thing|idea|news)))\b"
    rf"|(?:it)(?:['’]s| is| was| would be| seems)(?: \w+ly| very| so| quite| rather| just)* {_VALUE}\b"
    r"|what an? \w+|how (?!many|much|long|often|far|old)\w+!|shame on\b|hopefully\b|thank god\b|wow\b",
    re.IGNORECASE,
)
_IS_VALUED = re.compile(
    r"\b(?:is|are|was|were|looks?|seems?|feels?|sounds?|remains?|['’]s)(?: (?:a|an|the|one of the|very|so|such|really|"
    r"truly|quite|most|more|simply|just|absolutely|rather|too|by far|still|always|such an?))* "
    rf"(?P<value>{_VALUE})\b(?! (?:at|for|known|enough)\b)",
    re.IGNORECASE,
)
_NORM = re.compile(
    r"\b(?:should|ought to|shouldn['’]t)\b(?! (?:not )?be (?:confused|noted|distinguished))", re.IGNORECASE
)
_PREDICTION = re.compile(
    r"\b(?:will|['’]ll|would|won['’]t|going to)(?: not)? (?:most |very |almost |quite )?"
    r"(?:probably|likely|surely|certainly|definitely|undoubtedly|inevitably|hopefully|doubtless|never|soon)\b"
    r"|\b(?:probably|hopefully|surely|undoubtedly) (?:will|won['’]t)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|stat(?:ed?|es|ing)|claim(?:s|ed|ing)?|argu(?:ed?|es|ing)|demand(?:s|ed|ing)?|"
    r"call(?:s|ed|ing)? (?:for|on)|"
    r"suggest(?:s|ed|ing)?|recommend(?:s|ed|ing)?|agree(?:s|d|ing)?|insist(?:s|ed|ing)?|decid(?:ed?|es|ing)|"
    r"wr(?:ote|ites?|itten)|told|tells?|urg(?:ed?|es|ing)|propos(?:ed?|es|ing|als?)|declar(?:ed?|es|ing)|"
    r"announc(?:ed?|es|ing)|rul(?:ed|es|ing)|warn(?:s|ed|ing)?|report(?:s|ed|ing)?|accord(?:ing)? to|add(?:s|ed)|"
    r"call(?:s|ed|ing)|describ(?:ed?|es|ing)|consider(?:s|ed)|believ(?:ed?|es|ing)|thought|thinks|hope(?:d|s)|"
    r"predict(?:s|ed|ing)?|expect(?:s|ed)?|promis(?:ed?|es|ing)|den(?:y|ied|ies)|accus(?:ed?|es)|stipulat(?:ed?|es)|"
    r"whether|if|that|known as|asked|vow(?:s|ed)|pledg(?:ed?|es)|stress(?:ed|es)|voted?|maintain(?:s|ed)|"
    r"den(?:ounced?|ounces)|named|titled|entitled|regarded)\b",
    re.IGNORECASE,
)


def classify(text: str) -> StatementKind:
    """Return what kind of statement one sentence is; it is judged by its words alone."""
    bare = text.strip(" \t\r\n*_")
    greeted = _OPENING_GREETING.match(bare)
    if _is_greeting(bare) or (greeted is not None and greeted.end() == len(bare)):
        return "greeting"
    if greeted is not None:
        bare = bare[greeted.end() :]
    whole = _WHOLE_QUOTE.fullmatch(bare)
    asked = _asks(bare) or (whole is not None and whole[1].endswith("?"))
    if asked:
        return "question"
    said = whole[1] if whole else _QUOTED.sub(" “” ", bare)
    tokens = read_tokens(bare, 0, len(bare))
    if _is_instruction(said):
        return "instruction"
    if _is_opinion(said):
        return "opinion"
    return "fragment" if _is_fragment(bare, tokens) else "claim"


def _is_greeting(text: str) -> bool:
    if _NO_GREETING.match(text) or _GREETING.fullmatch(text) is None:
        return False
    return not has_finite_verb(read_tokens(text, 0, len(text))) or text.lower().startswith(("thank", "see you"))


def _asks(text: str) -> bool:
    """Whether a sentence ends as a question, or forgets to but has the word order of one."""
    end = text.rstrip(")]*_ ")
    if end.endswith("?"):
        return not end.endswith("(?")
    form = _QUESTION.match(text)
    if form is None and len(text) <= _SHORT and end[-1:].isalnum() and _WH_FIRST.match(text):
        # "What happened next" is a question or the heading over its answer.
        return "," not in text
    if form is None or (_CONDITION.match(text) and "," in text):
        return False
    if end[-1:] in ".!…;":
        # "When was the mill built." asks; "What is known is this." does not.
        subject = form["subject"]
        nominal = fold(subject) in grammar.DETERMINERS | grammar.PRONOUNS or subject[:1].isupper()
        return nominal and not _relative_subject(text)
    return True


def _relative_subject(text: str) -> bool:
    """Whether a clause that begins with a question word is only the subject of a statement that follows."""
    tokens = read_tokens(text, 0, len(text))
    verbs = [token for token in tokens if not token.capital and token.word in grammar.AUXILIARIES]
    return len(verbs) > 1


def _is_instruction(text: str) -> bool:
    if _PLEASE.match(text):
        return True
    return _IMPERATIVE.match(text) is not None and not re.match(r"\w+ (?:in|on|at|to|for)\b.*\b(?:was|were|is)\b", text)


def _is_opinion(text: str) -> bool:
    if found := _FIRST_PERSON.search(text):
        return not _reports(text, found.start())
    if _IT_IS.match(text):
        return not any(map(str.isdigit, text))
    if found := _NORM.search(text) or _PREDICTION.search(text):
        return not _reports(text, found.start())
    valued = _IS_VALUED.search(text)
    if valued is None or _reports(text, valued.start()) or any(map(str.isdigit, text)):
        return False
    return _ends_soon(text[valued.end() :])


def _reports(text: str, cue: int) -> bool:
    """Whether somebody else's words are reported: before the cue, or after a comma ("..., the mayor said")."""
    before, after = text[:cue], text[cue:].rpartition(", ")[2]
    return _REPORTED.search(before) is not None or (", " in text[cue:] and _REPORTED.search(after[:60]) is not None)


def _ends_soon(rest: str) -> bool:
    """Whether little more is said than the valuation: "a great mill in Orvik", not "the best-paid mayor until ..."."""
    return not rest.startswith("-") and len(rest.split()) <= 8 and "," not in rest


def _is_fragment(text: str, tokens: Sequence[Token]) -> bool:
    unlinked = _WEB.sub(" ", text).strip()
    spoken = [token for token in tokens if any(map(str.isalpha, token.word))]
    if not any(map(str.isalpha, unlinked)) or parse_date(unlinked) is not None:
        return True
    if not unlinked.isascii() and not any("LATIN" in name for name in _scripts(unlinked)):
        # Scripts without our word lists, some without spaces: whatever ends a sentence may claim something.
        return len(unlinked) < _MIN_WORDS
    # "Borg wrote this:" only leads to what comes next.
    if len(spoken) < _MIN_WORDS or (unlinked.endswith(":") and len(spoken) <= _LEAD_WORDS):
        return True
    ended = unlinked.rstrip('"”’»)]* ')[-1:] in (".", "!", "…", ";")
    if not ended:
        return not has_finite_verb(tokens)
    return not has_verb_like(tokens) and not in_unknown_language(tokens)


def _scripts(text: str) -> set[str]:
    return {"LATIN" if fold(character)[:1].isascii() else "OTHER" for character in text if character.isalpha()}
