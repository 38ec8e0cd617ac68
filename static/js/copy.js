/* [data-copies=ID] copies what #ID holds. Without a clipboard (a page over plain http has none) it selects it instead. */

import { say } from "./toast.js";

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    say("copied");
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    say("selected");
  }
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies]");
    if (button) copy(document.getElementById(button.dataset.copies));
  });
}
