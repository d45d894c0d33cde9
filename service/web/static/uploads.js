// Files on their way into the index, one after the other, each with how far it is and what became of it.

import * as api from "./api.js";
import { announce, el } from "./dom.js";

const OUTCOMES = { added: "Added", updated: "Updated", unchanged: "Already there, unchanged:" };

function row(name) {
  const bar = el("progress", { max: "1", "aria-label": `Adding ${name}` });
  bar.value = 0;
  const words = el("span", {}, `Waiting to add ${name}`);
  const node = el("li", { class: "upload" }, words, bar);

  function sent(share) {
    if (share < 1) {
      bar.value = share;
      words.textContent = `Uploading ${name}, ${Math.floor(share * 100)} %`;
    } else {
      bar.removeAttribute("value");
      words.textContent = `Indexing ${name}…`;
    }
  }

  function end(sentence, wrong) {
    bar.remove();
    words.textContent = sentence;
    node.classList.toggle("problem", wrong);
    announce(sentence);
  }

  return { node, sent, end };
}

/** Add files and show in `root` how far each is. */
export async function upload(files, root) {
  const rows = files.map(({ name }) => row(name));
  root.replaceChildren(...rows.map(({ node }) => node));
  for (const [index, file] of files.entries()) {
    const shown = rows[index];
    shown.sent(0);
    try {
      const { status, note } = await api.addDocument(file, shown.sent);
      shown.end([`${OUTCOMES[status] ?? status} ${file.name}`, note].filter(Boolean).join(". "), false);
    } catch (error) {
      shown.end(`${file.name}: ${error.message}`, true);
    }
  }
}
