/* The clipboard: chosen steps leave as JSON for another automation and as words for everything else, and come back as
   one gesture. The server says what the steps are; the browser only carries them. */

import { say } from "../toast.js";

const TYPE = "application/json";
const KEPT = "relance-steps";

export class Clipboard {
  constructor(editor) {
    this.editor = editor;
    this.carried = null;
    document.addEventListener("copy", (event) => this.copied(event));
    document.addEventListener("paste", (event) => this.pasted(event));
  }

  /** Copy steps. The browser allows it for a few seconds after the press, time enough to ask the server. */
  async copy(ids) {
    const answer = await fetch(`${this.editor.root.dataset.clip}?ids=${ids.join(",")}`);
    if (!answer.ok) return say("failed");
    this.carried = await answer.json();
    const json = JSON.stringify(this.carried.clip);
    remember(json);
    if (!document.execCommand("copy")) await navigator.clipboard?.writeText(json);
    this.carried = null;
    return say("copied");
  }

  copied(event) {
    if (!this.carried) return;
    event.preventDefault();
    event.clipboardData.setData(TYPE, JSON.stringify(this.carried.clip));
    event.clipboardData.setData("text/plain", this.carried.words);
  }

  pasted(event) {
    if (event.target.closest?.("input, textarea, select, dialog")) return;
    const clip = steps(event.clipboardData.getData(TYPE)) ?? steps(event.clipboardData.getData("text/plain"));
    if (!clip) return;
    event.preventDefault();
    this.editor.paste(clip);
  }

  /** What was last copied in this browser, for where a menu asks and no key was pressed. */
  get last() {
    return steps(localStorage.getItem(KEPT));
  }
}

function remember(json) {
  try {
    localStorage.setItem(KEPT, json);
  } catch {
    // A browser that keeps nothing still has its clipboard.
  }
}

/** The steps in a text, or null when it is about something else. */
function steps(text) {
  try {
    const found = JSON.parse(text);
    return Array.isArray(found?.nodes) ? found : null;
  } catch {
    return null;
  }
}
