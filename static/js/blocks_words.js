/* Helpers of one line of words: fields put in where the caret stands, its length told. */

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

/** Say how long each counted line is, in the words that the page has for it. */
export function count(root) {
  for (const hint of root.querySelectorAll("[data-hint]")) {
    const length = document.getElementById(hint.dataset.hint).value.length;
    const state = length < hint.dataset.best ? "short" : length > hint.dataset.most ? "long" : "good";
    hint.textContent = length ? hint.dataset[state].replace("{n}", length) : "";
    hint.dataset.state = state;
  }
}
