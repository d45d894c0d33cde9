// Whether a quote stands in the documents: a verdict in words, and every place it stands.

import * as api from "./api.js";
import { box } from "./box.js";
import { card } from "./citations.js";
import { differences } from "./differences.js";
import { count, el } from "./dom.js";
import { nearestList } from "./nearest.js";

const MARKS = { exact: "✓", normalized: "≈", altered: "≠", absent: "∅" };

const cards = (results, extra = () => []) =>
  el("ol", { class: "cards" }, results.map((result, index) => card(result.citation, index + 1, extra(result))));

const citations = (results) => results.map((result) => result.citation);

function where(results) {
  return results.length === 1 ? `“${results[0].citation.title}”` : count(results.length, "place");
}

const OUTCOMES = {
  exact: (results) => ({ verdict: `These exact words stand in ${where(results)}.`, evidence: [cards(results)] }),
  normalized: (results) => ({
    verdict: `Same words in ${where(results)}; only case, accents, spacing or punctuation marks such as quotes and dashes differ.`,
    evidence: [cards(results)],
  }),
  altered: (results) => ({
    verdict: "Not verbatim: the source says it differently.",
    evidence: [cards(results, (result) => [differences(result.citation, result.differences)])],
  }),
  absent: (results) => ({ verdict: "These words do not stand in the documents.", evidence: nearestList(citations(results)) }),
};

/** What the service found of a quote: {verdict, evidence} nodes. */
export function found({ match, results }) {
  const { verdict, evidence } = OUTCOMES[match](results);
  const mark = el("span", { class: "sign", "aria-hidden": "true" }, MARKS[match]);
  return { verdict: [el("p", { class: "found", "data-match": match }, mark, el("span", {}, verdict))], evidence };
}

const form = box("lookup", api.lookup, found);

/** The tab is shown; `moves`: the focus goes into it. */
export const openLookup = (moves) => moves && form.focus();
