"""Texts that people send, refused when they cannot be used."""

from __future__ import annotations

from index.errors import InputError, TooLarge

MAX_QUESTION_CHARACTERS = 2_000


def checked_text(text: str, name: str, most: int = MAX_QUESTION_CHARACTERS, *, strip: bool = True) -> str:
    """Return a text, without the space around it unless `strip` is false; `name` is what messages call it.

    Raises InputError when it has half a character or no word, TooLarge beyond `most` characters.
    """
    text = text.strip() if strip else text
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"The {name} has half a character (a lone surrogate); remove it.", code=f"bad_{name}")
    if not any(character.isalnum() for character in text):
        raise InputError(f"The {name} is empty or has no words; write a few.", code=f"empty_{name}")
    if len(text) > most:
        raise TooLarge(
            f"The {name} has {len(text)} characters and the limit is {most}; shorten it.",
            code=f"{name}_too_long",
        )
    return text
