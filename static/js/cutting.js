/* Cutting a picture to the banner's shape. The window shows what customers will see; the picture moves behind it, under a
   finger, the mouse or three sliders. The server cuts and draws anew: from here go the file and where the window stood. */

const SORTS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const WIDTH = 933; // pixels of the banner
const LARGEST = 6 * 1024 * 1024; // bytes, pixels a side and in all: what the server takes
const [SIDE, PIXELS] = [4096, 16e6];
const SOFT = 1.25; // so many of the banner's pixels to one of the picture's: then one sees it
const clamp = (share) => Math.min(1, Math.max(0, share));

class Cutter {
  constructor(dialog) {
    this.dialog = dialog;
    this.place = dialog.querySelector(".cutter");
    this.window = dialog.querySelector(".cutter-window");
    [this.picture, this.file, this.use, this.wrong] = ["img", "input[type=file]", "[data-uses]", ".error"].map((each) => dialog.querySelector(each));
    this.hint = dialog.querySelector("[data-hint]");
    this.usual = this.hint.textContent;
    this.sliders = Object.fromEntries([...dialog.querySelectorAll("input[type=range]")].map((each) => [each.name, each]));
    this.listen();
  }

  listen() {
    document.addEventListener("click", ({ target }) => target.closest("[data-cuts]") && this.open(target.closest("[data-cuts]")));
    this.file.addEventListener("change", () => this.file.files.length && this.read(this.file.files[0]));
    this.picture.addEventListener("load", () => this.begin());
    this.picture.addEventListener("error", () => this.say(this.place.dataset.unread));
    this.use.addEventListener("click", () => this.send());
    for (const slider of Object.values(this.sliders)) slider.addEventListener("input", () => this.draw());
    this.window.addEventListener("pointerdown", (event) => this.press(event));
    this.window.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.window.addEventListener(end, () => (this.held = null));
    new ResizeObserver(() => this.draw()).observe(this.window);
  }

  open(button) {
    this.field = document.getElementById(button.dataset.cuts);
    this.dialog.showModal();
    if (this.picture.hidden) this.file.click();
  }

  read(file) {
    this.say("");
    this.use.disabled = true;
    if (!SORTS.includes(file.type)) return this.say(this.place.dataset.unfit);
    if (file.size > LARGEST) return this.say(this.place.dataset.heavy);
    const reader = new FileReader();
    reader.addEventListener("load", () => (this.picture.src = reader.result));
    return reader.readAsDataURL(file);
  }

  begin() {
    const { naturalWidth: width, naturalHeight: height } = this.picture;
    if (Math.max(width, height) > SIDE || width * height > PIXELS) return this.say(this.place.dataset.large);
    this.picture.hidden = false;
    this.window.querySelector("p").hidden = true;
    this.dialog.querySelector(".cutter-moves").hidden = false;
    for (const [name, slider] of Object.entries(this.sliders)) slider.value = name === "zoom" ? 100 : 50;
    this.use.disabled = false;
    this.draw();
    this.window.scrollIntoView({ block: "nearest" });
  }

  /** How far the picture reaches beyond the window, in pixels of the page. */
  get free() {
    const { clientWidth: width, clientHeight: height } = this.window;
    const scale = Math.max(width / this.picture.naturalWidth, height / this.picture.naturalHeight) * this.share("zoom");
    return { scale, x: this.picture.naturalWidth * scale - width, y: this.picture.naturalHeight * scale - height };
  }

  share(name) {
    return this.sliders[name].value / 100;
  }

  draw() {
    if (this.picture.hidden || !this.window.clientWidth) return;
    const { scale, x, y } = this.free;
    this.sliders.x.disabled = x < 1;
    this.sliders.y.disabled = y < 1;
    this.hint.textContent = scale * WIDTH > this.window.clientWidth * SOFT ? this.place.dataset.small : this.usual;
    this.picture.style.width = `${this.picture.naturalWidth * scale}px`;
    this.picture.style.translate = `${-x * this.share("x")}px ${-y * this.share("y")}px`;
  }

  press(event) {
    if (this.picture.hidden || event.button) return;
    this.window.setPointerCapture(event.pointerId);
    this.held = { x: event.clientX, y: event.clientY, at: { x: this.share("x"), y: this.share("y") } };
  }

  drag(event) {
    if (!this.held) return;
    const { free } = this;
    for (const [name, by] of [["x", event.clientX - this.held.x], ["y", event.clientY - this.held.y]]) {
      if (free[name] >= 1) this.sliders[name].value = 100 * clamp(this.held.at[name] - by / free[name]);
    }
    this.draw();
  }

  async send() {
    const body = new FormData();
    body.set("file", this.file.files[0]);
    body.set("preset", "banner");
    for (const name of Object.keys(this.sliders)) body.set(name, this.share(name));
    this.use.disabled = true;
    const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
    const answer = await fetch(this.place.dataset.sendsTo, { method: "POST", body, headers }).then((got) => got.json()).catch(() => ({}));
    this.use.disabled = false;
    if (!answer.url) return this.say(answer.problem ?? this.place.dataset.lost);
    return this.done(answer.url);
  }

  /** Mails and shops show it from elsewhere, so the field holds its whole address. */
  done(address) {
    this.dialog.close();
    const field = document.getElementById(this.field.id);
    field.value = new URL(address, this.place.dataset.base).href;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    const seen = field.closest("[data-pictured]")?.querySelector("img");
    if (seen) [seen.src, seen.hidden] = [address, false];
    field.focus();
  }

  say(words) {
    this.wrong.hidden = !words;
    this.wrong.textContent = words;
  }
}

/** Let the buttons that cut a picture do so; until then they are not shown. */
export function start() {
  const dialog = document.getElementById("cutter");
  if (dialog) new Cutter(dialog);
  document.documentElement.toggleAttribute("data-can-cut", Boolean(dialog));
}
