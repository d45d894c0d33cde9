// A text file read in the browser: picked or dropped, as UTF-8, or a sentence that says why not.

const READABLE = /\.(txt|text|md|markdown)$/iu;
const MOST_BYTES_PER_CHARACTER = 4;

/** The text of a file; throws an Error with a sentence to show. */
export async function readText(file, limit) {
  if (!READABLE.test(file.name)) {
    throw new Error(`“${file.name}” is not a .txt or .md file. Copy its text and paste it here.`);
  }
  if (file.size > limit * MOST_BYTES_PER_CHARACTER) throw new Error(tooLong(`“${file.name}”`, null, limit));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`“${file.name}” is not UTF-8 text. Save it as UTF-8, or copy its text and paste it here.`);
  }
}

/** What to say of a text over the limit; `length` is null where nobody counted. */
export function tooLong(what, length, limit) {
  const most = limit.toLocaleString("en");
  const has = length === null ? `has more than ${most} characters` : `has ${length.toLocaleString("en")} characters`;
  return `${what} ${has}; at most ${most} are checked at once. Check it in parts: leave one part here, and the next one after it.`;
}

/** Call `take(files)` with the files that are picked in `picker` or dropped on `target`. */
export function receiveFiles(target, picker, take) {
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  target.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    target.classList.add("dropping");
  });
  target.addEventListener("dragleave", (event) => {
    if (!target.contains(event.relatedTarget)) target.classList.remove("dropping");
  });
  target.addEventListener("drop", (event) => {
    target.classList.remove("dropping");
    if (!carries(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  picker.addEventListener("change", () => {
    const files = [...picker.files];
    picker.value = "";
    if (files.length > 0) take(files);
  });
}
