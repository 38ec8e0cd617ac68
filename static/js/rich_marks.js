/* The light marks of wording (**bold**, *italic*, [words](target), "- " points, Liquid) as nodes, and nodes as marks.
   What the server reads is the text with its marks; this only shows it as it will look. */

const LIQUID = /\{%-?\s*if\b[^%]*%\}[^%]*\{%-?\s*endif\s*-?%\}|\{\{[^{}]*\}\}/g;
const PATH = /\b(?:customer|cart|order|product|coupon|shop|event)(?:\.[a-z_]+)+/;
const HELD = /\ue100(\d+)\ue101/;
const MARK = new RegExp(
  ["\\*\\*(\\S(?:[^*\\n]*\\S)?)\\*\\*", "(?<![*\\w])\\*(?![*\\s])([^*\\n]*[^*\\s])\\*(?![*\\w])",
    "\\[([^\\]\\n]{1,200})\\]\\(([^\\s()<>\"]+)\\)", HELD.source].join("|"),
);
const POINT = /^[ \t]*[-•] (.*)$/;
const node = (name, ...children) => {
  const made = document.createElement(name);
  made.append(...children);
  return made;
};

/** A field of what is known, as one thing that is kept or deleted whole. */
export function chip(liquid, name) {
  const made = node("span", name);
  made.className = "rich-field";
  made.contentEditable = "false";
  made.dataset.liquid = liquid;
  return made;
}

/** The words in which a piece of Liquid is known, or "" for one that is left as it was written. */
function named(liquid, names) {
  return names.get(liquid.match(PATH)?.[0]) ?? "";
}

/** What names a field, by its path: of the entries of the menu, [words, Liquid]. */
export function namesOf(entries) {
  return new Map(entries.map(([words, liquid]) => [liquid.match(PATH)?.[0], words]));
}

/** Nodes for a wording: a paragraph a line, a list for points that follow each other. */
export function nodes(wording, names) {
  const held = [];
  const lines = wording.replace(LIQUID, (liquid) => (named(liquid, names) ? `\ue100${held.push(liquid) - 1}\ue101` : liquid)).split("\n");
  const made = [];
  for (const line of lines) {
    const point = line.match(POINT);
    const inside = inline(point ? point[1] : line, held, names);
    const last = made.at(-1);
    if (!point) made.push(node("p", ...(inside.length ? inside : [node("br")])));
    else if (last?.nodeName === "UL") last.append(node("li", ...inside));
    else made.push(node("ul", node("li", ...inside)));
  }
  return made;
}

function inline(text, held, names) {
  const found = text.match(MARK);
  if (!found) return text ? [document.createTextNode(text)] : [];
  const before = text.slice(0, found.index);
  const after = inline(text.slice(found.index + found[0].length), held, names);
  return [...(before ? [document.createTextNode(before)] : []), marked(found, held, names), ...after];
}

function marked([, bold, italic, words, target, place], held, names) {
  if (bold) return node("b", ...inline(bold, held, names));
  if (italic) return node("i", ...inline(italic, held, names));
  if (words) return linked(target, ...inline(words, held, names));
  return chip(held[place], named(held[place], names));
}

/** A link that leads nowhere while it is written; where it will lead stands beside its words. */
export function linked(target, ...children) {
  const made = node("a", ...children);
  made.dataset.target = target;
  made.title = target;
  return made;
}

/** The wording that these nodes show. */
export function wording(root) {
  const lines = [];
  for (const child of root.childNodes) lines.push(...linesOf(child));
  return lines.join("\n");
}

/** The lines that one node shows. */
export function linesOf(child) {
  if (child.nodeName === "UL" || child.nodeName === "OL") return [...child.children].map((point) => `- ${words(point).replace(/\n/g, " ")}`).filter((line) => line !== "- ");
  if (child.nodeName === "DIV" && [...child.children].some((each) => /^(DIV|P|UL)$/.test(each.nodeName))) return [...child.childNodes].flatMap(linesOf);
  return words(child).replace(/\n$/, "").split("\n");
}

/** Lines as points, or, where all of them are points already, as lines. */
export function pointed(lines) {
  const all = lines.every((line) => !line || POINT.test(line));
  return lines.map((line) => (all ? line.replace(POINT, "$1") : line && `- ${line.replace(POINT, "$1")}`));
}

function words(given) {
  if (given.nodeType === Node.TEXT_NODE) return given.data.replace(/[\u00a0\u200b]/g, (sign) => (sign === "\u00a0" ? " " : ""));
  if (given.nodeName === "BR") return "\n";
  if (given.dataset?.liquid) return given.dataset.liquid;
  const inside = [...given.childNodes].map(words).join("");
  if (/^(B|STRONG)$/.test(given.nodeName)) return around("**", inside);
  if (/^(I|EM)$/.test(given.nodeName)) return around("*", inside);
  if (given.nodeName === "A" && given.dataset.target) return inside.trim() ? `[${inside}](${given.dataset.target})` : inside;
  return inside;
}

/** A mark stands close to its words: blanks at the edges go outside. */
function around(mark, inside) {
  const [, before, core, after] = inside.match(/^(\s*)(.*?)(\s*)$/s);
  return core ? `${before}${mark}${core}${mark}${after}` : inside;
}
