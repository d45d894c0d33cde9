// What a person thinks of a turn: right, wrong, or the evidence does not bear it out; kept by the service.

import * as api from "./api.js";
import { announce, el, problem } from "./dom.js";

const VERDICTS = { right: "Right", wrong: "Wrong", evidence_wrong: "Evidence wrong" };
const LONGEST_COMMENT = 2000;

/** Buttons for the turn as it was kept, showing the feedback it has. */
export function feedback({ conversation_id: conversation, turn, feedback: given }) {
  const notice = el("div", { class: "feedback-more" });
  let held = given ?? { verdict: null, comment: "" };

  async function give(verdict, comment, said) {
    try {
      held = (await api.giveFeedback(conversation, turn, verdict, comment)).feedback;
    } catch (error) {
      notice.replaceChildren(problem(error, () => give(verdict, comment, said)));
      return;
    }
    show();
    announce(said);
  }

  /** A comment, or a form for one. */
  function commentForm() {
    const field = el("textarea", { rows: "2", maxlength: String(LONGEST_COMMENT), "aria-label": "Comment (optional)", placeholder: "What is wrong or missing? (optional)" });
    field.value = held.comment;
    const save = el("button", { type: "submit", class: "button" }, "Save comment");
    const form = el("form", { class: "comment-form" }, field, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      give(held.verdict, field.value.trim(), "Comment saved");
    });
    return form;
  }

  function comment() {
    const edit = el("button", { type: "button", class: "plain" }, held.comment === "" ? "Add a comment" : "Edit comment");
    edit.addEventListener("click", () => {
      const form = commentForm();
      notice.replaceChildren(form);
      form.querySelector("textarea").focus({ preventScroll: true });
      form.scrollIntoView({ block: "nearest" });
    });
    return [held.comment === "" ? "" : el("p", { class: "comment" }, held.comment), edit];
  }

  function show() {
    for (const [verdict, button] of buttons) button.setAttribute("aria-pressed", String(verdict === held.verdict));
    notice.replaceChildren(...(held.verdict === null ? [] : comment()));
  }

  const buttons = Object.entries(VERDICTS).map(([verdict, label]) => {
    const button = el("button", { type: "button", class: "choice", "aria-pressed": "false" }, label);
    button.addEventListener("click", () => give(verdict, held.comment, `Marked as ${label.toLowerCase()}`));
    return [verdict, button];
  });
  show();
  const group = el("div", { class: "choices", role: "group", "aria-label": "What do you think of this answer?" }, buttons.map(([, button]) => button));
  return { group, notice };
}
