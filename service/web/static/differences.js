// How a quote differs from its source, word by word, in the order of the source.

import { el } from "./dom.js";

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*|\S/gu;

/** What must agree for two words to be the same: not case, accents, quotation marks or the kind of dash. */
function folded(word) {
  const plain = word.normalize("NFKD").replace(/\p{M}|[\p{Pi}\p{Pf}"'`´]/gu, "");
  return plain.replace(/\p{Pd}/gu, "-").toLowerCase();
}

function words(text) {
  const found = [...text.matchAll(WORD)].map((match) => ({ key: folded(match[0]), start: match.index }));
  return found.filter((word) => word.key !== "");
}

/** Lengths of the longest common subsequences of every pair of tails. */
function commonTails(left, right) {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const same = left[i].key === right[j].key;
      lengths[i][j] = same ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

/** Cut `text` before the words whose indexes are `firsts`, losing nothing. */
function pieces(text, all, firsts) {
  const cuts = firsts.map((first, run) => (run === 0 ? 0 : (all[first]?.start ?? text.length)));
  return cuts.map((cut, run) => text.slice(cut, cuts[run + 1] ?? text.length));
}

/** Runs of words that agree or not: [{same, yours, source}]; each side joined is the whole text again. */
export function compare(quote, source) {
  const [left, right] = [words(quote), words(source)];
  const tails = commonTails(left, right);
  const runs = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const same = left[i]?.key === right[j]?.key;
    if (runs.at(-1)?.same !== same) runs.push({ same, i, j });
    const dropMine = j === right.length || (i < left.length && tails[i + 1][j] >= tails[i][j + 1]);
    if (same || dropMine) i += 1;
    if (same || !dropMine) j += 1;
  }
  const yours = pieces(quote, left, runs.map((run) => run.i));
  const theirs = pieces(source, right, runs.map((run) => run.j));
  return runs.map((run, index) => ({ same: run.same, yours: yours[index], source: theirs[index] }));
}

function labelled(tag, label, words) {
  return words && el(tag, {}, el("span", { class: "tag" }, label), " ", el("span", { class: "words" }, words));
}

function changed({ yours, source }) {
  const space = /\s$/u.test(source || yours) ? " " : "";
  const [mine, its] = [labelled("del", "yours", yours.trim()), labelled("ins", "source", source.trim())];
  return [mine, mine && its && " ", its, space];
}

/** The comparison as nodes; source words before and after the quoted part are context, not differences. */
export function differences(quote, source) {
  const runs = compare(quote, source);
  const nodes = runs.flatMap((run, index) => {
    if (run.same) return [run.source];
    const outer = index === 0 || index === runs.length - 1;
    if (outer && run.yours.trim() === "") return [el("span", { class: "quiet" }, run.source)];
    return changed(run);
  });
  return el("div", { class: "differences" }, el("p", { class: "tag" }, "Your quote against the source"), el("p", {}, nodes));
}
