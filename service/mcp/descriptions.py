"""What a model is told of each tool: when to choose it, what its result means and what to do with it."""

from __future__ import annotations

ASK = (
    "Answer one question from the indexed documents, with verbatim quotes that prove it. Use this first whenever the "
    "user wants a fact that the documents may hold. The status tells what to do. 'answered': give the answer with its "
    "quotes, word for word, each with its address (the citation's id). 'conflicting': the documents give rival "
    "answers; give all of them with their quotes. 'declined' is a refusal and means that the documents do not say "
    "('reason' tells why): tell the user that; 'nearest' holds the closest passages, which are no answer. After a "
    "refusal you may ask once more in other words or use search, but never fill the gap from memory."
)

CHECK = (
    "Check what a text claims against the indexed documents: every claim gets a verdict with verbatim quotes for and "
    "against. Use it to fact-check a draft, an article or your own answer before you give it. Send 'text', whose "
    "claims are found for you, or 'claims', self-contained sentences; not both. 'supported' and 'refuted' carry "
    "quotes on their side, 'conflicting' on both sides: the documents disagree. 'not_enough_info' is a refusal: the "
    "documents do not decide it, which makes a claim neither true nor false. Quotations inside the text are looked up "
    "too. A long text takes a while (about 0.2 seconds a claim): ask for progress."
)

LOOKUP = (
    "Tell whether the documents say a quotation word for word, and where. Use it on words that somebody put in "
    "quotation marks, also on your own quotes before you show them; to find information use ask or search. 'exact' "
    "and 'normalized' (only typography differs) mean that the quotation is true; 'altered' that the documents nearly "
    "say it, with every difference listed; 'absent' that they do not say it."
)

SEARCH = (
    "Rank passages of the documents for a query, verbatim and with their addresses. Use it to read around a matter or "
    "when ask declines; it does not judge whether a passage answers anything, so prefer ask for a question and check "
    "for a claim."
)

RESOLVE_CITATION = (
    "Open the address of a quote (c1:document@version:start-end): its words, the text before and after them, and "
    "whether they still stand in the document: 'current', 'moved', 'changed' or 'gone'. Addresses into older versions "
    "of a document keep resolving."
)

LIST_DOCUMENTS = (
    "List the indexed documents by id, with their titles, sizes, authors, dates and tags. Use it to learn what the "
    "documents are about, or to get ids, tags and dates that narrow the other tools. Pages of 100; use 'offset' for "
    "the next."
)

ADD_DOCUMENT = (
    "Add a text to the documents; it can be asked about as soon as this returns. Only for texts that the user wants "
    "to be a source, never for what you wrote yourself. Adding the same text under the same title again changes "
    "nothing; another text becomes another document, even under the same title."
)

REMOVE_DOCUMENT = (
    "Take a document out of the index, so that it is no longer searched or quoted. Ask the user first. Old citations "
    "of it still resolve, as 'gone'."
)
