"""Dublin Core properties, as Word documents and EPUB books carry them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from index.metadata import Metadata, found_metadata, split_tags

_CREATED = ("created", "issued", "date")


def parse_properties(data: bytes) -> Any:  # noqa: ANN401 - lxml is untyped
    """Return the root of an XML file, nothing outside it read; raises etree.XMLSyntaxError for what is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser=parser)


def core_metadata(properties: Any) -> Metadata:  # noqa: ANN401 - lxml is untyped
    """Return the metadata among the children of an element, whichever namespace their names are in."""
    dates = [text for name in _CREATED for text in texts_of(properties, name)]
    addresses = [*texts_of(properties, "source"), *texts_of(properties, "identifier")]
    listed = texts_of(properties, "keywords")
    return found_metadata(
        author="; ".join(texts_of(properties, "creator")),
        date=next(iter(dates), ""),
        language=next(iter(texts_of(properties, "language")), ""),
        tags=[*texts_of(properties, "subject"), *(tag for text in listed for tag in split_tags(text))],
        address=_web_address(addresses),
    )


def texts_of(properties: Any, name: str) -> list[str]:  # noqa: ANN401 - lxml is untyped
    """Return the texts of the children of that name, each in one line."""
    texts = (" ".join("".join(child.itertext()).split()) for child in properties.findall(f"{{*}}{name}"))
    return [text for text in texts if text]


def _web_address(texts: Sequence[str]) -> str:
    """Return the first that leads somewhere: most identifiers are numbers of books."""
    return next((text for text in texts if text.lower().startswith(("http://", "https://", "doi:"))), "")
