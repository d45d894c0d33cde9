// The documents: how many, which, reading one whole, adding and removing them.

import * as api from "./api.js";
import { recount } from "./counts.js";
import { byId, count, el, problem } from "./dom.js";
import { receiveFiles } from "./files.js";
import { openDocument } from "./source.js";
import { upload } from "./uploads.js";
import { whenReady } from "./waiting.js";

const section = byId("panel-documents");
const list = byId("document-list");
const more = byId("documents-more");
const notice = byId("documents-notice");
const EMPTY = "There are no documents yet. Add text or Markdown files, and every answer will quote them word for word.";
const STARTING = "The service is starting…";
let shown = 0;

function say(...nodes) {
  notice.replaceChildren(...nodes);
}

const day = (moment) => new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** Ask once more, in the row itself, before removing. */
function removal({ document_id: id, title }, row) {
  const before = [...row.childNodes];
  const keep = () => {
    row.replaceChildren(...before);
    row.querySelector(".remove").focus();
  };
  const remove = async () => {
    try {
      await api.removeDocument(id);
      await refresh();
      say(`Removed “${title}”.`);
      byId("documents-title").focus();
    } catch (error) {
      say(problem(error));
      keep();
    }
  };
  const keepButton = el("button", { type: "button", class: "plain", click: keep }, "Keep");
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    keep();
  };
  row.replaceChildren(
    el(
      "div",
      { class: "confirm", keydown: escape },
      el("p", {}, `Remove “${title}”? It will no longer be searched.`),
      el("p", { class: "actions" }, el("button", { type: "button", class: "danger", click: remove }, "Remove"), keepButton),
    ),
  );
  keepButton.focus();
}

/** What is known of a document beside its text, as text: an address is shown and leads nowhere. */
function said({ author, date, language, tags, address }) {
  const parts = [author, date, language, tags.join(", "), address].filter(Boolean);
  return parts.length > 0 ? [el("p", { class: "quiet facts said" }, parts.join(" · "))] : [];
}

function row(item) {
  const facts = [count(item.characters, "character"), count(item.passages, "passage"), `added ${day(item.added_at)}`];
  const read = el("button", { type: "button", class: "plain read" }, "Read");
  read.setAttribute("aria-label", `Read ${item.title}`);
  read.addEventListener("click", () => openDocument(item.document_id, read));
  const remove = el("button", { type: "button", class: "plain remove", "aria-label": `Remove ${item.title}` }, "Remove");
  const node = el(
    "li",
    { "data-document": item.document_id },
    el(
      "div",
      { class: "about" },
      el("p", { class: "title" }, item.title),
      ...said(item),
      el("p", { class: "quiet facts" }, facts.join(" · "), el("code", {}, item.document_id)),
    ),
    el("p", { class: "actions" }, read, remove),
  );
  remove.addEventListener("click", () => removal(item, node));
  return node;
}

async function load(offset) {
  const { documents, total } = await whenReady(() => api.documents(offset), () => say(STARTING));
  const rows = documents.map(row);
  if (offset === 0) list.replaceChildren(...rows);
  else list.append(...rows);
  shown = offset + rows.length;
  more.hidden = shown >= total || rows.length === 0;
  recount(total);
  if (total === 0) list.append(el("li", { class: "quiet" }, EMPTY));
}

async function refresh(offset = 0) {
  try {
    await load(offset);
    say();
  } catch (error) {
    say(problem(error, () => refresh(offset)));
  }
}

async function add(files) {
  await upload(files, byId("uploads"));
  await refresh();
}

more.addEventListener("click", () => refresh(shown));
receiveFiles(section, byId("upload"), add);

/** The tab is shown; `moves`: the focus goes into it. */
export function openDocuments(moves) {
  refresh();
  if (moves) byId("documents-title").focus({ preventScroll: true });
}
