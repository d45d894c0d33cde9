// The box one types in: a key that sends, a clear button, a quiet counter near the limit, one request at a time.

import { byId, problem } from "./dom.js";
import { points } from "./text.js";

const COUNT_FROM = 0.9;

const enter = (event) => !event.shiftKey;

/** Wire the form `name`, which calls `submit` when it is sent, by button or by the Enter key if `sends(event)`. */
export function input(name, submit, sends = enter) {
  const form = byId(`${name}-form`);
  const field = form.querySelector("textarea");
  const clear = form.querySelector(".clear");
  const counter = form.parentElement.querySelector(".counter");
  const limit = Number(field.dataset.limit ?? field.maxLength);

  function refresh() {
    clear.hidden = field.value === "";
    const near = field.value.length >= limit * COUNT_FROM;
    counter.textContent = near ? `${points(field.value).toLocaleString("en")} of ${limit.toLocaleString("en")} characters` : "";
  }

  function fill(text) {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !sends(event)) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", refresh);
  clear.addEventListener("click", () => {
    fill("");
    field.focus();
  });
  refresh();

  return { form, field, fill, limit, focus: () => field.focus() };
}

/** Wire the form `name`: `send(text, signal)` fetches, `render(reply, text)` gives {verdict, evidence} nodes. */
export function box(name, send, render) {
  const { form, field, fill, focus } = input(name, submit);
  const result = byId(`${name}-result`);
  let running = null;

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

  return {
    focus,
    submit: (text) => {
      fill(text);
      submit();
    },
  };
}
