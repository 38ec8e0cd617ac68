/* The logo: choosing a file is keeping it. */

document.querySelector("[data-logo] input[type=file]")?.addEventListener("change", ({ target }) => target.files.length && target.form.requestSubmit());
