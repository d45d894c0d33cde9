"""Closed word classes and common verbs: enough English to tell a subject's end without a parser."""

from __future__ import annotations

import re


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


PRONOUNS = _set(
    "i you he she it we they there one someone somebody anyone anybody everyone everybody nobody something "
    "anything everything nothing this that these those"
)
DEMONSTRATIVES = _set("this that these those one")
ARTICLES = _set("a an the")
DETERMINERS = ARTICLES | _set(
    "his her its their our my your this that these those some any all no each every both many most several few "
    "either neither another other one two three four five six seven eight nine ten"
)
PREPOSITIONS = _set(
    "of in on at by with from to for under over into onto about against between among during before after since "
    "until through across near within without behind beyond above below around towards toward despite via like as "
    "than inside outside along upon throughout per off out up down"
)
CONJUNCTIONS = _set("and or but nor & plus if when while because although whether")
RELATIVES = _set("who which that whom whose where")
PARTICLES = _set("ag al el bin ben ibn de di da du del della der den van von la le ould abu abd y dos das san st")
AUXILIARIES = _set("is are was were be been am do does did has have had can could will would should may might must")
ADVERBS = _set(
    "not also ever never always still already really actually yet just even only once now often again soon then "
    "ago very well too quite rather almost currently perhaps indeed"
)
ADJECTIVES = _set(
    "able alive happy sad tasty loyal famous friendly dead big small large great old new young rich "
    "poor long short high low good bad better worse best "
    "worst real true false free safe dangerous common rare similar different same responsible available aware "
    "present absent open closed ready independent important necessary popular involved human active legal illegal "
    "federal national international local public private foreign military political economic social financial "
    "central former current early late first second third last next main major minor northern southern eastern "
    "western electric blue red green black white hot cold warm wet dry full empty easy hard difficult fast slow "
    "strong weak clean dirty healthy sick ill pregnant guilty innocent equal due worth part more less several "
    "french german wild sure certain likely unlikely native nuclear solar royal modern ancient recent vocal "
    "silent loud cheap expensive comfortable noticeable bright dark heavy light wide narrow thick thin flat round "
    "related married armed"
)
# These stand between subject and verb, seldom inside a subject.
MID_ADVERBS = _set("also ever never always still already really actually yet often again currently indeed")
SUBORDINATORS = _set("if when while because although whether")
NOMINATIVES = _set("i you he she we they")
IRREGULAR_PASTS = _set(
    "been began begun broke broken brought built bought caught came chose chosen cut dealt did done drew drawn "
    "drove driven ate eaten fell fallen fed felt fought found flew flown forgot forgotten froze frozen gave given "
    "went gone grew grown got had held heard hid hidden hit hung hurt kept knew known laid led left lent lost "
    "made meant met paid put ran read said saw seen sent set shot shown shut sang sung sank sunk sat sold spent "
    "spoke spoken spread stole stolen stood struck swam swore sworn taught thought threw thrown told took taken "
    "tore torn understood won wore worn wrote written overthrew overthrown withdrew withdrawn undertook born bred "
    "bound dug fled forced rose risen rode ridden became become swept slept burnt wound woven sought sprang shook "
    "shaken underwent undergone cost bore"
)
VERBS = _set(
    "absorb accept accompany achieve acquire act adapt add admit adopt affect agree aim allow amend announce "
    "annex appear apply appoint approve arise arrest arrive ask assassinate assist assume attain attend attract "
    "avoid awaken become begin believe belong betray bomb border borrow break bring build burn buy call can "
    "capture carry cease celebrate change choose claim close collaborate collapse collect come comment commit "
    "compete complete comply comprise conceal concede condemn conduct confirm conquer consider consist contain "
    "continue contribute convert convince cooperate correspond create cross declare defeat defect defend defy "
    "demand deny depend deploy describe desert destroy detain deteriorate determine develop die differ disagree "
    "disappear discover drain dismiss disobey dissolve divide donate drink drive earn eat elect eliminate emerge "
    "employ enable encourage end endorse enforce enjoy enlist ensure enter erupt escape establish evacuate exceed "
    "exist expand expect expel experience explain explode export express extend face fail fall feature feed feel "
    "fight find finish fit flee float fly follow forbid force forget form free gain gather get give go govern "
    "graduate grow guarantee happen hear help hide hire hold hope identify ignore imply import impose improve "
    "include increase indicate inflict influence inherit injure inspire install intend interact intervene "
    "introduce invade invent invest investigate invite involve join keep kidnap kill know lack land lay lead "
    "learn leave lend let lie like limit live loot lose maintain make manage marry mean meet mention migrate move "
    "murder need negotiate obtain occupy occur offer open operate oppose organise organize originate oust "
    "overthrow own participate pay perform permit persuade pledge possess prefer prepare preserve prevent "
    "proclaim produce prohibit promise promote propose prosecute protect prove provide publish pump punish "
    "purchase pursue put quit raise reach react read realise realize receive recognise recognize recommend "
    "recover recruit reduce refuse regain reject remain remember remove renounce replace represent require rescue "
    "resemble reside resign resolve respond restore retain retire retreat reveal revolve say secure see seek seem "
    "seize sell send separate serve settle share shoot shut sing sink sit sleep smoke solve speak spend stab "
    "stand start starve stay steal stop strengthen struggle study succeed suffer suggest surrender survive "
    "suspend swim take teach tell tend think threaten throw trade train travel treat try understand undergo unite "
    "urge use vanish violate wait wake want warn wear weigh win wish withdraw withstand witness worry write yield"
)
# Words that name a thing as often as an act: a verb only where the neighbours agree.
NOUN_VERBS = _set(
    "advance aid answer appeal approach assault attack award back balance ban bank base battle benefit blame "
    "block boycott campaign care cause challenge charge claim combat conflict contact contest contract control "
    "cost cover crash crew damage date deal debate decline decrease delay design desire dislike display drop "
    "exchange favor favour field figure film fire focus fuel fund grant guard guide halt hate head host house "
    "impact interest issue journey judge label last launch level list load look love march mark match matter "
    "measure merge murder name note object order park plan play plot point post practice practise present press "
    "profit program project protest purge question raid rain range rank rate record reform release report request "
    "result return review revolt reward ride ring rise risk rival rule run score search set shape shelter ship "
    "show siege sign sound speed split sponsor spread stage state step stem store strike supply support surface "
    "surge surprise switch talk target taste team test tour track transfer turn unit update value view visit "
    "voice vote walk war water win work wound"
)
_NOT_PARTICIPLES = _set(
    "king thing ring wing spring building being morning evening wedding seed speed breed need bed shed red "
    "hundred feed weed creed deed ceiling painting uprising string sing bring steed indeed wing beijing embed "
    "sacred naked"
)
_NOT_ADJECTIVES = _set(
    "olive native executive detective motive archive drive hive dive five capital festival hospital criminal "
    "official general animal material rival journal canal metal signal arrival proposal cardinal admiral republic "
    "music public clinic topic traffic fabric critic academic mechanic table cable vehicle bible article people "
    "variable terrorist trial approval survival withdrawal individual professional initiative objective "
    "representative relative perspective alternative incentive logic arctic atlantic antic magic plastic epidemic "
    "pandemic ethic"
)
_ADJECTIVE_END = re.compile(r"[a-z]{2,}(?:ful|ous|ive|able|ible|less|al|ic|ish)$")


def is_participle(word: str) -> bool:
    """Whether `word` looks like a past or present participle or an irregular past."""
    if word in IRREGULAR_PASTS:
        return True
    return word not in _NOT_PARTICIPLES and re.fullmatch(r"[a-z]{2,}(?:ed|ing)", word) is not None


def is_adjective(word: str) -> bool:
    """Whether `word` is, or ends like, an adjective."""
    return word in ADJECTIVES or (word not in _NOT_ADJECTIVES and _ADJECTIVE_END.fullmatch(word) is not None)


def is_adverb(word: str) -> bool:
    """Whether `word` is, or ends like, an adverb."""
    return word in ADVERBS or (len(word) > 4 and word.endswith("ly") and word not in {"family", "assembly", "italy"})


def is_base_verb(word: str) -> bool:
    """Whether `word` can be a verb without ending."""
    return word in VERBS or word in NOUN_VERBS or word in {"be", "have", "do"}


def is_third_person(word: str) -> bool:
    """Whether `word` can be a verb ending in -s ("borders")."""
    stems = (word[:-1], word[:-2], word[:-3] + "y") if word.endswith("s") else ()
    return any(is_base_verb(stem) for stem in stems)


def looks_plural(word: str) -> bool:
    """Whether `word` (folded) looks like a plural noun; -ss, -us, -is and -ics do not."""
    if word in _IRREGULAR_PLURALS:
        return True
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "ics"))
        and word not in _SINGULAR_S
    )


_IRREGULAR_PLURALS = _set(
    "people men women children feet teeth mice geese criteria phenomena policemen servicemen businessmen "
    "spokesmen countrymen fishermen gunmen alumni bacteria hypotheses crises theses analyses bases"
)
# Number cannot be read off these words; the verb tells (or nothing does).
UNCOUNTED = _set("series species means headquarters aircraft spacecraft sheep fish deer offspring barracks crossroads")
_SINGULAR_S = UNCOUNTED | _set(
    "news lens gas bias atlas canvas texas kansas paris arkansas always perhaps christmas alias diabetes measles "
    "does has was yes hans james charles hamas brussels wales athens naples cyprus laos honduras thomas its his "
    "this us"
)
