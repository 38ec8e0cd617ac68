/* Helpers of one field of words: marks around what is selected, fields put in where the caret stands, its length told. */

const written = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

function put(field, text, from, to, caret = from + text.length) {
  field.focus();
  field.setRangeText(text, from, to, "end");
  field.setSelectionRange(caret, caret);
  written(field);
}

/** Put words in at the caret. */
export function insert(field, words) {
  put(field, words, field.selectionStart, field.selectionEnd);
}

/** Set a mark (** or *, "link" or "list") around what is selected in the field. */
export function mark(field, how) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  if (how === "list") {
    const start = value.lastIndexOf("\n", from - 1) + 1;
    return put(field, value.slice(start, to).split("\n").map((line) => `- ${line.replace(/^- /, "")}`).join("\n"), start, to);
  }
  if (how === "link") return put(field, `[${chosen}](https://)`, from, to, from + chosen.length + (chosen ? 11 : 1));
  return put(field, `${how}${chosen}${how}`, from, to, chosen ? undefined : from + how.length);
}

/** Say how long each counted line is, in the words that the page has for it. */
export function count(root) {
  for (const hint of root.querySelectorAll("[data-hint]")) {
    const length = document.getElementById(hint.dataset.hint).value.length;
    const state = length < hint.dataset.best ? "short" : length > hint.dataset.most ? "long" : "good";
    hint.textContent = length ? hint.dataset[state].replace("{n}", length) : "";
    hint.dataset.state = state;
  }
}
