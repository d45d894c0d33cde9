"""Front matter: what stands between two lines of dashes at the head of a Markdown file, read and never taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.metadata import MAX_AUTHOR, NO_DESCRIPTION, Description, found_metadata, one_line, split_tags

_WITHIN = 20_000
_FENCED = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_MARKDOWN = (".md", ".markdown")


def read_front_matter(text: str, *, name: str) -> Description:
    """Return what the front matter of a Markdown file says; nothing for other files, and for unusable YAML."""
    fenced = _FENCED.match(text[:_WITHIN]) if name.lower().endswith(_MARKDOWN) else None
    if fenced is None:
        return NO_DESCRIPTION
    # Few files have any.
    import yaml  # type: ignore[import-untyped]  # its types are a package of their own

    try:
        # A few lines of aliases can stand for more than the memory holds.
        if "*" in fenced[1] and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(fenced[1])):
            return NO_DESCRIPTION
        # Every value as it is written: 2012-04 is a month and no is Norwegian.
        said = yaml.load(fenced[1], Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and mappings only
    except (yaml.YAMLError, RecursionError, ValueError):
        return NO_DESCRIPTION
    if not isinstance(said, Mapping):
        return NO_DESCRIPTION
    metadata = found_metadata(
        author="; ".join(_values(said, "author", "authors")[:MAX_AUTHOR]),
        date=_first(said, "date", "published"),
        language=_first(said, "language", "lang"),
        tags=_tags(said),
        address=_first(said, "address", "source", "url", "canonical_url", "link"),
    )
    return Description(one_line(_first(said, "title")) or None, metadata)


def _tags(said: Mapping[object, object]) -> list[str]:
    values = _values(said, "tags", "keywords")
    return split_tags(values[0]) if len(values) == 1 else values


def _first(said: Mapping[object, object], *names: str) -> str:
    return next(iter(_values(said, *names)), "")


def _values(said: Mapping[object, object], *names: str) -> list[str]:
    """Return the texts under the first of those names that has any; an author may be a mapping with a name."""
    for name in names:
        value = said.get(name)
        items = value if isinstance(value, list) else [value]
        texts = [item.get("name") if isinstance(item, Mapping) else item for item in items]
        if found := [text for text in texts if isinstance(text, str) and text.strip()]:
            return found
    return []
