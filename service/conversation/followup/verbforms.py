"""The forms of a verb that turning a question round needs: what stands after "did", and what says it is past."""

from __future__ import annotations

from service.evidence import grammar

_PASTS = dict(
    pair.split(":")
    for pair in [
        "become:became",
        "begin:began",
        "break:broke",
        "bring:brought",
        "build:built",
        "buy:bought",
        "catch:caught",
        "choose:chose",
        "come:came",
        "cut:cut",
        "deal:dealt",
        "do:did",
        "draw:drew",
        "drive:drove",
        "eat:ate",
        "fall:fell",
        "feed:fed",
        "feel:felt",
        "fight:fought",
        "find:found",
        "flee:fled",
        "fly:flew",
        "forget:forgot",
        "get:got",
        "give:gave",
        "go:went",
        "grow:grew",
        "have:had",
        "hear:heard",
        "hide:hid",
        "hit:hit",
        "hold:held",
        "hurt:hurt",
        "keep:kept",
        "know:knew",
        "lay:laid",
        "lead:led",
        "leave:left",
        "lend:lent",
        "lose:lost",
        "make:made",
        "mean:meant",
        "meet:met",
        "overthrow:overthrew",
        "pay:paid",
        "put:put",
        "quit:quit",
        "read:read",
        "ride:rode",
        "ring:rang",
        "rise:rose",
        "run:ran",
        "say:said",
        "see:saw",
        "seek:sought",
        "sell:sold",
        "send:sent",
        "set:set",
        "shake:shook",
        "shoot:shot",
        "sing:sang",
        "sink:sank",
        "sit:sat",
        "sleep:slept",
        "speak:spoke",
        "spend:spent",
        "split:split",
        "spread:spread",
        "stand:stood",
        "steal:stole",
        "strike:struck",
        "swear:swore",
        "sweep:swept",
        "swim:swam",
        "take:took",
        "teach:taught",
        "tear:tore",
        "tell:told",
        "think:thought",
        "throw:threw",
        "undergo:underwent",
        "understand:understood",
        "wear:wore",
        "win:won",
        "withdraw:withdrew",
        "write:wrote",
    ]
)
_BASES = {past: base for base, past in _PASTS.items() if past != base} | {
    "overthrown": "overthrow", "written": "write", "taken": "take",
}  # fmt: skip
_VOWELS = "aeiou"


def past_of(base: str) -> str:
    """Return the past of a verb: "capture" gives "captured", "lead" gives "led"."""
    if base in _PASTS:
        return _PASTS[base]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ied"
    return base + "ed"


def base_of(past: str) -> str | None:
    """Return the verb that a past form belongs to, None where the lists do not tell."""
    if past in _BASES:
        return _BASES[past]
    if past in _PASTS.values():
        return past
    if past.endswith("ied"):
        return past[:-3] + "y"
    if not past.endswith("ed"):
        return None
    known = [form for form in (past[:-1], past[:-2], past[:-3]) if grammar.is_base_verb(form)]
    if known:
        return known[0]
    doubled = len(past) > 4 and past[-3] == past[-4] and past[-3] not in "slfz"
    return past[:-3] if doubled else None
