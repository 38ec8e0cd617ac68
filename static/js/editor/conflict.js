/* Conflict: when somebody else was faster, the answer brings the fresh drawing and what can be done; this shows it. */

export function watch(root) {
  root.addEventListener("answered", ({ detail }) => {
    if (detail.status === 409) document.getElementById("conflict").showModal();
  });
}
