/* A menu is a <details class="menu">: it works without this file. With it, a press elsewhere or Escape closes it,
   one is open at a time, and the arrow keys move within it. */

const open = () => document.querySelector("details.menu[open]");

function close(menu, refocus) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

function step(menu, key) {
  const items = [...menu.querySelectorAll(".menu-item")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  items.at(next % items.length)?.focus();
}

export function start() {
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.menu") && event.target.open) {
      document.querySelectorAll("details.menu[open]").forEach((menu) => menu !== event.target && close(menu));
    }
  }, true);
  document.addEventListener("pointerdown", (event) => {
    const menu = open();
    if (menu && !menu.contains(event.target)) close(menu);
  });
  document.addEventListener("keydown", (event) => {
    const menu = open();
    if (!menu?.contains(document.activeElement)) return;
    if (event.key === "Escape") close(menu, true);
    if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      step(menu, event.key);
    }
  });
}
