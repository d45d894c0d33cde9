// The documents: how many, which, reading one whole, adding and removing them.

import * as api from "./api.js";
import { byId, count, el, problem } from "./dom.js";
import { openDocument } from "./source.js";

const STARTING = "starting";
const ASK_AGAIN_AFTER = 1000;

const section = byId("documents");
const list = byId("document-list");
const more = byId("documents-more");
const notice = byId("documents-notice");
let shown = 0;

function say(...nodes) {
  notice.replaceChildren(...nodes);
}

function recount(total) {
  for (const node of document.querySelectorAll("[data-count]")) node.textContent = count(total, "document");
  for (const node of document.querySelectorAll("[data-total]")) node.textContent = total.toLocaleString("en");
}

const day = (moment) => new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

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
      section.querySelector("summary").focus();
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
      {},
      el("p", { class: "title" }, item.title),
      el("p", { class: "quiet facts" }, facts.join(" · "), el("code", {}, item.document_id)),
    ),
    el("p", { class: "actions" }, read, remove),
  );
  remove.addEventListener("click", () => removal(item, node));
  return node;
}

async function load(offset) {
  const { documents, total } = await api.documents(offset);
  const rows = documents.map(row);
  if (offset === 0) list.replaceChildren(...rows);
  else list.append(...rows);
  shown = offset + rows.length;
  more.hidden = shown >= total || rows.length === 0;
  recount(total);
}

async function refresh(offset = 0) {
  try {
    await load(offset);
    say();
  } catch (error) {
    say(problem(error, () => refresh(offset)));
  }
}

async function upload(files) {
  const lines = [];
  for (const file of files) {
    say(...lines, el("p", {}, `Adding ${file.name}…`));
    try {
      const { status } = await api.addDocument(file);
      const words = { added: "Added", updated: "Updated", unchanged: "Already there, unchanged:" };
      lines.push(el("p", {}, `${words[status] ?? status} ${file.name}`));
    } catch (error) {
      lines.push(el("p", { class: "problem" }, `${file.name}: ${error.message}`));
    }
  }
  await refresh();
  say(...lines);
}

/** A page opened while the service was still loading knows no count yet: ask until there is one. */
async function learnCount() {
  try {
    recount((await api.documents(0)).total);
  } catch (error) {
    if (error.code === STARTING) setTimeout(learnCount, ASK_AGAIN_AFTER);
  }
}

/** Open the section and bring it into view. */
function reveal(event) {
  event.preventDefault();
  section.open = true;
  section.scrollIntoView({ block: "nearest" });
  section.querySelector("summary").focus({ preventScroll: true });
}

section.addEventListener("toggle", () => section.open && refresh());
more.addEventListener("click", () => refresh(shown));
byId("upload").addEventListener("change", async (event) => {
  await upload([...event.target.files]);
  event.target.value = "";
});
if (section.querySelector("[data-total]").textContent === "0") learnCount();
for (const link of document.querySelectorAll("[data-count]")) link.addEventListener("click", reveal);
