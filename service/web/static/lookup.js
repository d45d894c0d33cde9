// Whether a quote stands in the documents: a verdict in words, and every place it stands.

import * as api from "./api.js";
import { box } from "./box.js";
import { card, nearestList } from "./citations.js";
import { differences } from "./differences.js";
import { count, el } from "./dom.js";

const MARKS = { exact: "✓", normalized: "≈", altered: "≠", absent: "∅" };

const cards = (citations, extra = () => []) =>
  el("ol", { class: "cards" }, citations.map((citation, index) => card(citation, index + 1, extra(citation))));

function where(citations) {
  return citations.length === 1 ? `“${citations[0].title}”` : `${count(citations.length, "place")}`;
}

const OUTCOMES = {
  exact: (citations) => ({ verdict: `These exact words stand in ${where(citations)}.`, evidence: [cards(citations)] }),
  normalized: (citations) => ({
    verdict: `Same words in ${where(citations)}; only case, accents, spacing or punctuation marks such as quotes and dashes differ.`,
    evidence: [cards(citations)],
  }),
  altered: (citations, quote) => ({
    verdict: "Not verbatim: the source says it differently.",
    evidence: [cards(citations, (citation) => [differences(quote, citation.text)])],
  }),
  absent: (citations) => ({ verdict: "These words do not stand in the documents.", evidence: nearestList(citations) }),
};

const form = box("lookup", api.lookup, ({ match, results }, quote) => {
  const { verdict, evidence } = OUTCOMES[match](results.map((result) => result.citation), quote);
  const mark = el("span", { class: "sign", "aria-hidden": "true" }, MARKS[match]);
  return { verdict: [el("p", { class: "found", "data-match": match }, mark, el("span", {}, verdict))], evidence };
});

export const focusQuote = form.focus;
