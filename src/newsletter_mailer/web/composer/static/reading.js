/* The mail as a screen reader reads it: one thing after the other, with what each is. */

import { element, say } from "./dom.js";
import { inert, style } from "./inert.js";

const SILENT = new Set(["STYLE", "SCRIPT", "HEAD", "TITLE"]);
const KINDS = { H1: "heading", H2: "heading", H3: "heading", H4: "heading", H5: "heading", H6: "heading", A: "link", LI: "item", BLOCKQUOTE: "quotation" };

/** The lines of a mail's HTML, as elements. */
export function spoken(html) {
  return [...lines(inert(html).body)].map(({ kind, level, text }) =>
    element("li", { "data-kind": kind },
      kind === "text" ? "" : element("span", { class: "role" }, say(`read_${kind}`, { level })),
      element("span", { class: "said" }, text)));
}

function* lines(node, kind = "text", level = 0) {
  let text = "";
  const flush = function* () {
    const said = text.replace(/[\s\u00ad\u034f\u200b-\u200f\u2007\ufeff]+/g, " ").trim();
    text = "";
    if (said) yield { kind, level, text: said };
  };
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (child.tagName === "BR") text += " ";
    else if (child.nodeType !== Node.ELEMENT_NODE || SILENT.has(child.tagName) || hidden(child)) continue;
    else if (child.tagName === "IMG") {
      yield* flush();
      const alt = child.getAttribute("alt");
      if (alt !== "") yield { kind: alt === null ? "unnamed" : "picture", level, text: alt ?? say("noAlt") };
    } else if (alike(child)) text += child.textContent;
    else {
      yield* flush();
      yield* lines(child, KINDS[child.tagName] ?? kind, Number(child.tagName[1]) || level);
    }
  }
  yield* flush();
}

const alike = (node) => ["B", "STRONG", "I", "EM", "SPAN", "SUP", "SUB", "CODE"].includes(node.tagName) && !node.querySelector("a, img, br");

function hidden(node) {
  if (node.getAttribute("aria-hidden") === "true") return true;
  return style(node, "display").startsWith("none") || style(node, "visibility") === "hidden";
}
