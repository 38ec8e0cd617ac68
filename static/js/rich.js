/* A field of words that looks as its words will: bold is bold, a list is a list, a field of what is known is one thing.
   Laid over the text area that the form sends; without it, the area itself is there. */

import { chip, linked, linesOf, namesOf, nodes, pointed, wording } from "./rich_marks.js";

const COMMANDS = { "**": "bold", "*": "italic" };

class Rich {
  constructor(area, names) {
    Object.assign(this, { area, names, range: null });
    this.place = this.made();
    area.after(this.place);
    area.hidden = true;
    area.rich = this;
    this.show();
    this.listen();
  }

  get around() {
    return this.area.closest("[data-worded]");
  }

  made() {
    const place = document.createElement("div");
    const label = document.querySelector(`label[for="${CSS.escape(this.area.id)}"]`);
    place.className = "input rich";
    place.contentEditable = "true";
    place.setAttribute("role", "textbox");
    place.setAttribute("aria-multiline", "true");
    this.name(place, label);
    for (const name of ["aria-describedby", "lang"]) if (this.area.hasAttribute(name)) place.setAttribute(name, this.area.getAttribute(name));
    return place;
  }

  /** The label is the field's that is seen, no more that of the area behind it. */
  name(place, label) {
    if (!label) return;
    label.removeAttribute("for");
    label.id = `${this.area.id}-name`;
    place.setAttribute("aria-labelledby", label.id);
    label.addEventListener("click", () => place.focus());
  }

  listen() {
    const { place } = this;
    place.addEventListener("focus", () => document.execCommand("defaultParagraphSeparator", false, "p"));
    place.addEventListener("input", (event) => this.written(event));
    place.addEventListener("blur", ({ relatedTarget }) => this.left(relatedTarget));
    place.addEventListener("paste", (event) => this.pasted(event));
    place.addEventListener("click", ({ target }) => this.pressed(target));
    // A press on a tool leaves the caret where it is.
    this.around.querySelector("[role=toolbar]").addEventListener("pointerdown", (event) => event.preventDefault());
    document.addEventListener("selectionchange", () => this.remember());
  }

  /** Show the area's words; they may hold marks that were typed as such. */
  show() {
    this.place.replaceChildren(...nodes(this.area.value, this.names));
  }

  written(event) {
    event.stopPropagation(); // the area tells it, with its name
    this.area.value = wording(this.place);
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Marks that were typed as such are shown as what they are, once whoever writes goes elsewhere. */
  left(to) {
    if (!to?.closest("[data-worded], #field-menu")) this.show();
  }

  pressed(target) {
    const link = target.closest("a");
    if (link) return this.ask(link);
    const field = target.closest(".rich-field");
    if (field) this.stand(field);
    return undefined;
  }

  /** Put the caret behind a node. */
  stand(behind) {
    this.place.focus();
    getSelection().collapse(behind.parentNode, [...behind.parentNode.childNodes].indexOf(behind) + 1);
  }

  pasted(event) {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  }

  remember() {
    const selection = getSelection();
    if (selection.rangeCount && this.place.contains(selection.anchorNode)) this.range = selection.getRangeAt(0).cloneRange();
  }

  /** Put the caret back where it was, or behind the last word. */
  resume() {
    this.place.focus();
    const selection = getSelection();
    if (this.range && this.place.contains(this.range.startContainer)) {
      selection.removeAllRanges();
      selection.addRange(this.range);
    } else {
      selection.selectAllChildren(this.place.lastElementChild ?? this.place);
      selection.collapseToEnd();
    }
    return selection.getRangeAt(0);
  }

  put(made) {
    const range = this.resume();
    range.deleteContents();
    range.insertNode(made);
    this.stand(made);
    this.place.dispatchEvent(new Event("input"));
  }

  /** Put a field of what is known in at the caret. */
  insert(liquid, name) {
    this.put(chip(liquid, name));
  }

  /** Set or take off bold or italic, make points of lines, or ask where the chosen words lead. */
  mark(how) {
    this.resume();
    if (how === "link") return this.ask();
    return how === "list" ? this.list() : document.execCommand(COMMANDS[how]);
  }

  /** Make the lines that are chosen points of a list, or lines again when they are points. */
  list() {
    const range = this.resume();
    const lines = [...this.place.children].filter((line) => range.intersectsNode(line));
    const made = nodes(pointed(lines.flatMap(linesOf)).join("\n"), this.names);
    lines[0]?.before(...made);
    for (const line of lines) line.remove();
    if (made.length) getSelection().setBaseAndExtent(made[0], 0, made.at(-1), made.at(-1).childNodes.length);
    this.place.dispatchEvent(new Event("input"));
  }

  /** Ask for the target of a link: of one that is there, or of what is chosen. */
  ask(link = null) {
    const panel = this.around.querySelector("[data-links]");
    const field = panel.querySelector("input");
    const range = this.range;
    panel.hidden = false;
    field.value = link?.dataset.target ?? "https://";
    field.focus();
    const done = (taken) => this.answered(panel, field.value.trim(), link, range, taken);
    panel.onclick = ({ target }) => {
      if (target.closest("button")) done(Boolean(target.closest("[data-unlinks]")));
    };
    field.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      done(false);
    };
  }

  answered(panel, target, link, range, taken) {
    panel.hidden = true;
    this.range = range;
    const leads = !taken && /^(cart|order|product|shop|https?:\/\/[^\s()<>"]{2,300})$/.test(target);
    if (!link && leads) return this.put(linked(target, range?.toString() || target));
    if (link) link.replaceWith(...(leads ? [linked(target, ...link.childNodes)] : link.childNodes));
    this.place.dispatchEvent(new Event("input"));
    return this.place.focus();
  }
}

/** Lay a rich field over each text area of the page that asks for one and has none. */
export function enrich(root) {
  const names = namesOf([...document.querySelectorAll("#field-menu [data-field]")].map((each) => [each.textContent.trim(), each.dataset.field]));
  for (const area of root.querySelectorAll("textarea[data-rich]")) {
    if (area.rich?.place.isConnected && area.nextElementSibling === area.rich.place) area.hidden = true;
    else new Rich(area, names);
  }
}
