// One checked claim: its verdict in words, and the quotes for and against it.

import { evidenceList } from "./citations.js";
import { count, el } from "./dom.js";
import { found } from "./lookup.js";
import { nearestList } from "./nearest.js";

/** What each verdict is called: as a legend, in the count of all, and as a sentence. The signs are in the style sheet. */
export const VERDICTS = {
  supported: { legend: "supported", counted: "supported", sentence: "The documents support this." },
  refuted: { legend: "refuted", counted: "refuted", sentence: "The documents refute this." },
  conflicting: { legend: "documents disagree", counted: "disputed", sentence: "The documents disagree on this." },
  not_enough_info: { legend: "not in the documents", counted: "not in the documents", sentence: "The documents do not say." },
};

const REASONS = {
  nothing_retrieved: "Nothing in them resembles this claim.",
  silent: "Passages in them are near it, but none supports or refutes it.",
};

/** How many claims there are, and how many of each verdict, in one sentence. */
export function summaryLine(summary) {
  const parts = Object.entries(VERDICTS).filter(([label]) => summary[label] > 0);
  const total = parts.reduce((sum, [label]) => sum + summary[label], 0);
  if (total === 0) return "Nothing in this text is a claim that documents could decide.";
  return `${count(total, "claim")}: ${parts.map(([label, { counted }]) => `${summary[label].toLocaleString("en")} ${counted}`).join(", ")}`;
}

function group(title, citations) {
  return citations.length > 0 ? [el("h3", { class: "side" }, title), evidenceList(citations)] : [];
}

function quotation({ text, lookup }) {
  const { verdict, evidence } = found(lookup);
  const title = el("h3", { class: "side" }, "Quotation in the text");
  return el("section", { class: "quoted" }, title, el("p", { class: "asked" }, `“${text}”`), verdict, evidence);
}

function claimNodes({ claim, verdict, confidence, standalone, supporting, refuting, reason, nearest }) {
  return [
    el("p", { class: "found" }, el("span", { class: "sign", "data-verdict": verdict }), el("span", {}, VERDICTS[verdict].sentence)),
    el("p", { class: "status" }, el("span", { class: "confidence" }, `confidence ${confidence.toFixed(2)}`)),
    el("p", { class: "asked" }, claim),
    standalone === null ? null : el("p", { class: "reason" }, `Checked as: ${standalone}`),
    reason === null ? null : el("p", { class: "reason" }, REASONS[reason]),
    ...group(count(supporting.length, "quote") + " for it", supporting),
    ...group(count(refuting.length, "quote") + " against it", refuting),
    ...nearestList(nearest, "Closest passages (no proof)"),
  ];
}

/** Everything to show of a claim (null for a quotation that stands in none) and of the quotations in it. */
export function details({ claim, quotations }) {
  return [...(claim === null ? [] : claimNodes(claim)), ...quotations.map(quotation)].filter(Boolean);
}

/** The same in one sentence, for those who hear the page. */
export function spoken({ claim }) {
  if (claim === null) return "What the documents have of this quotation follows the text.";
  const quotes = claim.supporting.length + claim.refuting.length;
  return `${VERDICTS[claim.verdict].sentence} Confidence ${claim.confidence.toFixed(2)}, ${count(quotes, "quote")}.`;
}
