// The box one types in: Enter sends, a clear button, a quiet counter near the limit, one request at a time.

import { byId, problem } from "./dom.js";

const COUNT_FROM = 0.9;

/** Wire the form `name`: `send(text, signal)` fetches, `render(reply, text)` gives {verdict, evidence} nodes. */
export function box(name, send, render) {
  const form = byId(`${name}-form`);
  const field = form.querySelector("textarea");
  const clear = form.querySelector(".clear");
  const counter = form.parentElement.querySelector(".counter");
  const result = byId(`${name}-result`);
  let running = null;

  function refresh() {
    clear.hidden = field.value === "";
    const near = field.value.length >= field.maxLength * COUNT_FROM;
    counter.textContent = near ? `${field.value.length.toLocaleString("en")} of ${field.maxLength.toLocaleString("en")} characters` : "";
  }

  function show({ verdict, evidence }) {
    result.querySelector(".verdict").replaceChildren(...verdict);
    result.querySelector(".evidence").replaceChildren(...evidence);
  }

  function busy(now) {
    form.classList.toggle("busy", now);
    result.classList.toggle("busy", now);
    result.setAttribute("aria-busy", String(now));
  }

  async function submit() {
    const text = field.value.trim();
    if (text === "") return field.focus();
    running?.abort();
    const mine = (running = new AbortController());
    busy(true);
    try {
      const reply = await send(text, mine.signal);
      if (mine === running) show(render(reply, text));
    } catch (error) {
      if (mine === running) show({ verdict: [problem(error, submit)], evidence: [] });
    } finally {
      if (mine === running) busy(false);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", refresh);
  clear.addEventListener("click", () => {
    field.value = "";
    refresh();
    field.focus();
  });
  refresh();

  return {
    focus: () => field.focus(),
    submit: (text) => {
      field.value = text;
      refresh();
      submit();
    },
  };
}
