/* Saving: one edit after the other, each on the revision that the page shows then, each with a key that makes its
   repetition harmless. What cannot be sent waits here and is tried again. The answers swap their own regions in. */

const AGAIN = [1000, 2000, 5000, 10000];

export class Saver {
  constructor(root, chosen) {
    Object.assign(this, { root, chosen, queue: [], busy: false, tries: 0 });
    addEventListener("online", () => this.retry?.());
    addEventListener("beforeunload", (event) => this.queue.length && event.preventDefault());
  }

  /** Send one edit, {"edit": "move_node", …}. */
  edit(edit) {
    return this.send(this.root.dataset.edits, { edit: JSON.stringify(edit) });
  }

  /** Send fields (an object or FormData) to an address; resolves to the status of the answer, 0 when it was dropped. */
  send(url, fields = {}) {
    const entries = fields instanceof FormData ? [...fields] : Object.entries(fields);
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.slice(0, 36);
    return new Promise((done) => {
      this.queue.push({ url, entries, key, done });
      if (!this.busy) this.run();
    });
  }

  async run() {
    this.busy = true;
    while (this.queue.length) {
      const job = this.queue[0];
      this.say("saving");
      const chosen = this.chosen();
      const status = await this.post(job, chosen);
      if (!status || status === 503) await this.wait();
      else this.finish(job, status, chosen);
    }
    this.busy = false;
  }

  finish(job, status, chosen) {
    this.tries = 0;
    this.queue.shift();
    // After somebody else's change the rest was meant for another drawing.
    if (status === 409) this.queue.splice(0).forEach((dropped) => dropped.done(0));
    this.say();
    job.done(status);
    this.root.dispatchEvent(new CustomEvent("answered", { detail: { status, chosen } }));
  }

  async post({ url, entries, key }, chosen) {
    let request;
    const fill = (event) => {
      if (event.target !== this.root) return;
      request = event.detail.ctx;
      const body = new FormData();
      for (const [name, value] of entries) body.append(name, value);
      for (const [name, value] of Object.entries({ base: revision(), key, chosen })) body.set(name, value);
      request.request.body = body;
    };
    this.root.addEventListener("htmx:config:request", fill);
    await htmx.ajax("POST", url, { source: this.root, swap: "none" });
    this.root.removeEventListener("htmx:config:request", fill);
    return request?.response?.status ?? 0;
  }

  wait() {
    this.say("offline");
    const pause = AGAIN[Math.min(this.tries++, AGAIN.length - 1)];
    return new Promise((go) => {
      const timer = setTimeout(go, pause);
      this.retry = () => (clearTimeout(timer), go());
    });
  }

  say(state = "") {
    const place = document.getElementById("saved");
    const words = document.getElementById("saved-words");
    place.setAttribute("data-live", state);
    if (state && !("shown" in this)) this.shown = words.textContent;
    if (state) words.textContent = place.dataset[state];
    else if (words.textContent === place.dataset.saving || words.textContent === place.dataset.offline) words.textContent = this.shown;
    if (!state) delete this.shown;
  }
}

export const revision = () => document.getElementById("bar").dataset.revision;
