// The box for the next question: it sends, and while an answer is on its way it keeps what is typed and offers to stop.

import { input } from "./box.js";
import { byId } from "./dom.js";
import { lastQuestion } from "./thread.js";

let send = () => {};
let running = null;

const { form, field, fill, focus } = input("ask", submit);
const stop = byId("stop");
const ask = form.querySelector(".primary");

function submit() {
  const text = field.value.trim();
  if (text === "" || running !== null) return focus();
  fill("");
  send(text);
}

/** Call `wanted(text)` with each question that is sent. */
export function onSend(wanted) {
  send = wanted;
}

/** Show that an answer is on its way, which `abort` stops, or (null) that none is. */
export function busy(abort) {
  const focused = document.activeElement === stop;
  running = abort;
  form.classList.toggle("busy", abort !== null);
  stop.hidden = abort === null;
  ask.hidden = abort !== null;
  if (focused && abort === null) focus();
}

/** Put a question back into the box, unless another is being typed there. */
export function takeUp(text) {
  if (field.value.trim() === "") fill(text);
  focus();
}

stop.addEventListener("click", () => running?.());
field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowUp" || field.value !== "" || event.isComposing) return;
  const last = lastQuestion();
  if (last === "") return;
  event.preventDefault();
  fill(last);
});

export const focusQuestion = focus;
