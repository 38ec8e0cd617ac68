/* Rules: rows of a condition are added, removed and given the right answer for what they look at. The rows themselves
   are the server's templates; names count up from the highest there is. */

const html = (id, name) => document.getElementById(id).innerHTML.replaceAll("NAME", name);

function fresh(group) {
  const numbers = [...group.children].map((each) => each.dataset.rule ?? each.dataset.rules ?? "").map((name) => +name.split("-").pop() || 0);
  return `${group.dataset.rules}-${Math.max(-1, ...numbers) + 1}`;
}

function append(group, id) {
  const foot = group.querySelector(":scope > .rules-foot");
  foot.insertAdjacentHTML("beforebegin", html(id, fresh(group)));
  return foot.previousElementSibling;
}

/** A click on one of the builder's buttons; true when something was taken away, which is to be saved. */
export function pressed(target) {
  const group = target.closest("[data-rules]");
  if (target.closest("[data-adds-rule]")) append(group, "rule-new").querySelector("select").focus();
  else if (target.closest("[data-adds-group]")) append(append(group, "rules-new"), "rule-new").querySelector("select").focus();
  else if (target.closest("[data-removes-rule]")) return removed(target.closest(".rule"));
  else if (target.closest("[data-removes-group]")) return removed(group);
  return false;
}

function removed(element) {
  const rest = element.parentElement;
  element.remove();
  rest.querySelector("select, button")?.focus();
  return true;
}

/** Another subject asks for other comparisons and another kind of value. */
export function changed(target) {
  if (!target.matches(".rule-subject")) return;
  const row = target.closest(".rule");
  const { type } = target.selectedOptions[0].dataset;
  row.querySelector(".rule-answer").innerHTML = html(`answer-${type}`, row.dataset.rule);
  row.querySelector(".rule-answer :is(input, select:last-of-type)")?.focus();
}

/** Whether every row says what it compares with. A row that is still being written is not sent. */
export const complete = (form) => [...form.querySelectorAll(".rule :is(input, select)")].every((each) => each.checkValidity());
