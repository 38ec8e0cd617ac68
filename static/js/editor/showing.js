/* Showing: the drawing or the outline, chosen by a tab. Where nobody chose, a narrow window shows the outline. */

const NARROW = matchMedia("(max-width: 720px)");

export class Shown {
  constructor(editor) {
    Object.assign(this, { editor, root: editor.root, tabs: [...document.querySelectorAll(".views [role=tab]")] });
    this.seen = !this.outline;
    NARROW.addEventListener("change", () => this.mark());
    document.querySelector(".views").addEventListener("keydown", (event) => this.key(event));
    this.mark();
  }

  get outline() {
    return this.root.dataset.shows ? this.root.dataset.shows === "outline" : NARROW.matches;
  }

  show(outline) {
    this.root.dataset.shows = outline ? "outline" : "drawing";
    this.mark();
    // A drawing that was hidden until now knew no width to stand in the middle of.
    if (!outline && !this.seen) this.editor.view.home();
    this.seen ||= !outline;
    this.editor.view.apply();
    if (this.editor.chooser.id) this.editor.reveal(this.editor.chooser.id);
  }

  mark() {
    for (const tab of this.tabs) {
      const chosen = (tab.dataset.does === "outline") === this.outline;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  /** From the skip link: the outline, and its first step. */
  enter() {
    this.show(true);
    document.querySelector("#outline button")?.focus();
  }

  key(event) {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(!this.outline);
    this.tabs.find((tab) => tab.tabIndex === 0).focus();
  }
}
