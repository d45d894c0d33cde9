// The tab that checks a text: what is typed, pasted or dropped goes to the service, one text at a time.

import * as api from "./api.js";
import { input } from "./box.js";
import { checkedView } from "./checked.js";
import { byId, problem } from "./dom.js";
import { readText, receiveFiles, tooLong } from "./files.js";
import { points } from "./text.js";

const notice = byId("check-notice");
const result = byId("check-result");
const { form, field, fill, limit, focus } = input("check", submit, (event) => event.ctrlKey || event.metaKey);
let running = null;

function say(message) {
  notice.replaceChildren(message === "" ? "" : problem(new Error(message)));
}

/** Say so if the text is over the limit; tell whether it is. */
function refused() {
  const length = field.value.length > limit ? points(field.value) : 0;
  say(length > limit ? tooLong("The text", length, limit) : "");
  return length > limit;
}

async function submit() {
  const text = field.value;
  if (text.trim() === "") return focus();
  if (refused()) return focus();
  running?.abort();
  const mine = (running = new AbortController());
  const view = checkedView(result, text, () => mine.abort());
  form.classList.add("busy");
  try {
    for await (const { event, data } of api.check(text, mine.signal)) {
      if (mine === running) view.events[event]?.(data);
    }
  } catch (error) {
    if (mine !== running) return;
    if (mine.signal.aborted) view.stopped();
    else view.failed(error, submit);
  } finally {
    if (mine === running) form.classList.remove("busy");
  }
}

async function take([file]) {
  try {
    fill(await readText(file, limit));
    focus();
  } catch (error) {
    say(error.message);
  }
}

field.addEventListener("input", refused);
receiveFiles(form, byId("check-file"), take);

/** The tab is shown; `moves`: the focus goes into it. */
export const openCheck = (moves) => moves && focus();
