"use strict";
// Rows are made as they are wanted: a page of two thousand items opens as fast as one of twenty.
(() => {
  const PAGE = 60;
  const items = JSON.parse(document.getElementById("items").textContent);
  const list = document.getElementById("list");
  const more = document.getElementById("more");
  const count = document.getElementById("count");
  const form = document.getElementById("filters");
  let shown = [];
  let drawn = 0;

  const make = (tag, kind, text) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  };

  const fill = (name, values) => {
    const select = form.elements[name];
    const chosen = select.value;
    select.replaceChildren(new Option("all", ""), ...[...new Set(values)].sort().map((value) => new Option(value, value)));
    if ([...select.options].some((option) => option.value === chosen)) select.value = chosen;
  };

  const fits = (item, set, type, state, words) =>
    (!set || item.set === set) && (!type || item.type === type) &&
    (!state || item.state === state || item.change === state) &&
    (!words || [item.id, item.asked, item.said, item.wanted].some((text) => (text || "").toLowerCase().includes(words)));

  const quotes = (title, pairs) => {
    const part = make("section");
    part.append(make("h3", "", title));
    if (!pairs.length) part.append(make("p", "quiet", "none"));
    for (const [where, text] of pairs) {
      const quote = make("blockquote", "", text);
      quote.append(make("cite", "", where));
      part.append(quote);
    }
    return part;
  };

  const line = (title, text) => {
    const part = make("section");
    part.append(make("h3", "", title), make("div", "", text));
    return part;
  };

  const detail = (item) => {
    const part = make("div", "detail");
    if (item.hidden) {
      part.append(make("p", "quiet", "A test item: it is counted, and its words are kept back so that it can still measure."));
      return part;
    }
    part.append(line("Asked", item.asked), line("Said", item.said));
    if (item.before !== null) part.append(line("Said before", item.before));
    part.append(line("Gold", item.wanted));
    if (item.violations.length) part.append(line("Broken", item.violations.join(", ")));
    part.append(quotes("Quotes shown", item.quotes), quotes("Gold evidence", item.evidence));
    const scores = Object.entries(item.scores).map(([name, score]) => `${name} ${score}`).join(" · ");
    const facts = [scores, item.confidence === null ? "" : `confidence ${item.confidence.toFixed(3)}`,
      item.latency === null ? "" : `${item.latency.toFixed(0)} ms`];
    part.append(line("Scores", facts.filter(Boolean).join(" · ")));
    return part;
  };

  const row = (item, place) => {
    const part = make("li", "item");
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", `detail-${place}`);
    button.append(make("span", `state-${item.state}`, item.change || item.state), make("span", "where", `${item.set}, ${item.type}`),
      make("span", "asked", item.hidden ? `${item.id} (a test item)` : item.asked));
    if (!item.hidden) button.append(make("span", "told", item.said));
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) return part.lastElementChild.remove();
      const made = detail(item);
      made.id = `detail-${place}`;
      part.append(made);
    });
    part.append(button);
    return part;
  };

  const draw = () => {
    const next = shown.slice(drawn, drawn + PAGE).map((item, offset) => row(item, drawn + offset));
    list.append(...next);
    drawn += next.length;
    more.hidden = drawn >= shown.length;
    return next[0];
  };

  const filter = () => {
    const value = (name) => form.elements[name].value;
    fill("type", items.filter((item) => !value("set") || item.set === value("set")).map((item) => item.type));
    const words = value("text").trim().toLowerCase();
    shown = items.filter((item) => fits(item, value("set"), value("type"), value("state"), words));
    drawn = 0;
    list.replaceChildren();
    count.textContent = `${shown.length} of ${items.length} items`;
    draw();
  };

  fill("set", items.map((item) => item.set));
  fill("state", items.flatMap((item) => (item.change ? [item.state, item.change] : [item.state])));
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => draw().firstElementChild.focus());
  filter();
})();
