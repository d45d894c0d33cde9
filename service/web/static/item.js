// One conversation in the list: open it, and behind a button rename it, save it as a file, or delete it.

import { conversationHash } from "./address.js";
import * as api from "./api.js";
import { announce, count, el, problem } from "./dom.js";

const LONGEST_TITLE = 200;

/** A day in short; the year only where it is another. */
function day(moment) {
  const date = new Date(moment);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year });
}

/** Make the list item; `hooks`: opened(), renamed(title) of the conversation that is shown, removed(id). */
export function item(first, hooks) {
  const id = first.conversation_id;
  const title = el("span", { class: "conversation-title" });
  const facts = el("span", { class: "quiet facts" });
  const link = el("a", { href: conversationHash(id), click: hooks.opened }, title, facts);
  const menu = el("button", { type: "button", class: "icon menu", "aria-expanded": "false", click: toggle }, "⋯");
  const row = el("div", { class: "conversation-row" }, link, menu);
  const below = el("div", { class: "conversation-more" });
  const node = el("li", { class: "conversation", "data-conversation": id, keydown: escape }, row, below);
  let info = first;

  function update(fresh) {
    info = fresh;
    title.textContent = info.title;
    facts.textContent = `${count(info.turns, "question")} · ${day(info.updated_at)}`;
    link.title = info.title;
    menu.setAttribute("aria-label", `Options for ${info.title}`);
  }

  function shut() {
    below.replaceChildren();
    menu.setAttribute("aria-expanded", "false");
  }

  function open(...nodes) {
    below.replaceChildren(...nodes);
    menu.setAttribute("aria-expanded", "true");
    below.querySelector("input, .first")?.focus();
  }

  function toggle() {
    if (below.firstChild !== null) return shut();
    const choice = (label, click, first = false) => el("button", { type: "button", class: first ? "plain first" : "plain", click }, label);
    const save = (label, format) => el("a", { class: "plain", href: api.exportAddress(id, format), download: "" }, label);
    open(
      el(
        "div",
        { class: "choices-list", role: "group", "aria-label": `Options for ${info.title}` },
        choice("Rename", rename, true),
        save("Save as Markdown", "markdown"),
        save("Save as JSON", "json"),
        choice("Delete", confirm),
      ),
    );
  }

  function rename() {
    const field = el("input", { type: "text", maxlength: String(LONGEST_TITLE), "aria-label": "Title of the conversation", required: true });
    field.value = info.title;
    const form = el("form", { class: "rename" }, field, el("p", { class: "actions" }, el("button", { type: "submit", class: "button" }, "Save"), keep("Cancel")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await tried(async () => {
        update(await api.renameConversation(id, field.value));
        if (link.hasAttribute("aria-current")) hooks.renamed(info.title);
        leave();
        announce("Renamed");
      });
    });
    open(form);
    field.select();
  }

  function confirm() {
    const remove = el("button", { type: "button", class: "danger" }, "Delete");
    remove.addEventListener("click", () =>
      tried(async () => {
        await api.removeConversation(id);
        announce(`Deleted “${info.title}”`);
        hooks.removed(id);
      }),
    );
    const safe = keep("Keep");
    safe.classList.add("first");
    open(el("div", { class: "confirm" }, el("p", {}, "Delete this conversation and its answers?"), el("p", { class: "actions" }, remove, safe)));
  }

  const keep = (label) => el("button", { type: "button", class: "plain", click: leave }, label);

  /** Do `work`, and say what went wrong beside what is still open. */
  async function tried(work) {
    const asked = below.firstChild;
    try {
      await work();
    } catch (error) {
      if (below.firstChild === asked) below.replaceChildren(asked, problem(error));
    }
  }

  function leave() {
    shut();
    menu.focus();
  }

  function escape(event) {
    if (event.key !== "Escape" || below.firstChild === null) return;
    event.preventDefault();
    leave();
  }

  update(first);
  return { node, link, update };
}
