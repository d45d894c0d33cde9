// A text while and after it is checked: progress, how many of each verdict, the text in place, and files of it.

import { VERDICTS, summaryLine } from "./claims.js";
import { detail } from "./detail.js";
import { announce, count, el, problem } from "./dom.js";
import { downloads } from "./downloads.js";
import { filters } from "./filters.js";
import { markedText } from "./marks.js";
import { QUOTATIONS, passedOverWords } from "./stretches.js";

const ANNOUNCED_EVERY = 5000;

/** Progress with a way to stop it; screen readers hear of it now and then. */
function progress(stop) {
  const bar = el("progress", { "aria-label": "Claims checked" });
  const words = el("span", {}, "Reading the text…");
  const button = el("button", { type: "button", class: "button stop", click: stop }, "Stop");
  const node = el("div", { class: "progress" }, bar, words, button);
  let announced = Date.now();

  function at(done, of) {
    bar.max = Math.max(of, 1);
    bar.value = done;
    words.textContent = `${done.toLocaleString("en")} of ${count(of, "claim")}`;
    if (Date.now() - announced < ANNOUNCED_EVERY) return;
    announced = Date.now();
    announce(words.textContent);
  }

  return { node, at };
}

function passedOverList(passedOver) {
  if (passedOver.length === 0) return "";
  const rows = passedOver.map(({ text, kind }) => el("li", {}, el("q", {}, text), " ", el("span", { class: "quiet" }, passedOverWords(kind))));
  const title = el("summary", {}, `${count(passedOver.length, "stretch", "stretches")} not checked (dimmed)`);
  return el("details", { class: "others" }, title, el("ul", { class: "passed-list" }, rows));
}

function quotationsNote(quotations) {
  if (!quotations.some(({ lookup }) => lookup.match in QUOTATIONS)) return "";
  const outlined = el("span", { class: "sample" }, "Outlined");
  return el("p", { class: "quiet" }, outlined, ": a quotation that the documents say differently or do not have.");
}

/** Show `text` in `root` as it is checked; `stop` is called when a person has seen enough. */
export function checkedView(root, text, stop) {
  const bar = progress(stop);
  const summary = el("p", { class: "summary", tabindex: "-1" });
  const body = el("div", { class: "checked-text", role: "group", "aria-label": "The text with its claims marked" });
  const after = el("div", { class: "checked-after" });
  const marks = markedText(body, text, (mark) => beside.open(mark));
  const beside = detail(marks.current);
  const chips = filters((labels) => {
    marks.show(labels);
    if (beside.shown()?.claim && !labels.has(beside.shown().claim.verdict)) beside.clear();
  });
  const counts = Object.fromEntries(Object.keys(VERDICTS).map((label) => [label, 0]));
  let outline = { statements: 0, passed_over: [], quotations: [] };

  body.addEventListener("focusin", (event) => beside.follow(marks.at(event.target)));
  body.addEventListener("keydown", beside.escape);
  root.replaceChildren(bar.node, summary, chips.node, el("div", { class: "checked-body" }, body, beside.node), after);
  root.hidden = false;
  root.setAttribute("aria-busy", "true");

  function start(found) {
    outline = found;
    marks.start(outline);
    bar.at(0, outline.statements);
  }

  function verdict(claim) {
    counts[claim.verdict] += 1;
    marks.add(claim);
    chips.add(claim.verdict);
    bar.at(claim.done, claim.of);
  }

  function end(sentence, ...nodes) {
    bar.node.remove();
    root.setAttribute("aria-busy", "false");
    summary.textContent = sentence;
    after.replaceChildren(quotationsNote(outline.quotations), passedOverList(outline.passed_over), ...nodes);
    announce(sentence);
  }

  function done() {
    marks.finish();
    end(summaryLine(counts), downloads(text));
  }

  function stopped() {
    const checked = Object.values(counts).reduce((sum, number) => sum + number, 0);
    end(`Stopped after ${checked.toLocaleString("en")} of ${count(outline.statements, "claim")}; the rest of the text was not checked.`);
    summary.focus();
  }

  function failed(error, again) {
    end("");
    summary.replaceChildren(problem(error, again));
  }

  return { events: { start, verdict, done }, stopped, failed };
}
