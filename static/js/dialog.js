/* Native <dialog>: <button command="show-modal" commandfor="id"> opens it, also before this module has arrived;
   [data-closes] inside or a press on the veil closes it. */

const NATIVE = "commandForElement" in HTMLButtonElement.prototype;

export function start() {
  document.addEventListener("click", (event) => {
    if (!NATIVE) open(event.target.closest("[command=show-modal]"));
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    if (event.target.matches?.("dialog.dialog") && outside(event)) event.target.close();
  });
}

function open(button) {
  if (button) document.getElementById(button.getAttribute("commandfor"))?.showModal();
}

function outside({ target, clientX, clientY }) {
  const box = target.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
