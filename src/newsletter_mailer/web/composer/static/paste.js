/* What is pasted from Word or the web becomes the Markdown that says the same, and nothing else. */

import { inert, style } from "./inert.js";
import { type } from "./typing.js";

const SILENT = new Set(["SCRIPT", "STYLE", "HEAD", "TITLE", "META", "LINK", "IMG", "SVG", "OBJECT", "TEMPLATE", "BUTTON", "O:P"]);
const BLOCKS = new Set(["P", "DIV", "SECTION", "ARTICLE", "HEADER", "FOOTER", "MAIN", "TABLE", "TR", "FIGURE", "BLOCKQUOTE", "PRE", "UL", "OL", "LI", "H1", "H2", "H3", "H4", "H5", "H6", "HR", "DL", "DT", "DD"]);
const LINK = /^(?:https?:\/\/|mailto:|tel:)\S+$/i;
const SPECIAL = /[\\`*_[\]<>]/g;
const WORD_LIST = /mso-list:\s*l\d+\s+level(\d)/i;

/** Markdown of foreign HTML: paragraphs, headings, bold, italic, links and lists. */
export function markdown(html) {
  return blocks(inert(html).body).join("\n\n").replace(/\n{3,}/g, "\n\n").trim();
}

/** The blocks of an element, each as a text. */
function blocks(parent) {
  const found = [];
  let line = "";
  const end = () => {
    const text = tidy(line);
    if (text) found.push(begun(text));
    line = "";
  };
  for (const node of parent.childNodes) {
    if (node.nodeType === Node.ELEMENT_NODE && isBlock(node)) {
      end();
      found.push(...block(node, found));
    } else {
      line += inline(node);
    }
  }
  end();
  return found;
}

const isBlock = (node) => BLOCKS.has(node.tagName) || [...node.children].some((child) => !SILENT.has(child.tagName) && isBlock(child));

function block(node, before) {
  const heading = node.tagName.match(/^H([1-6])$/);
  const item = (node.dataset?.style ?? "").match(WORD_LIST);
  if (SILENT.has(node.tagName)) return [];
  if (heading) return marked(heading[1] < 3 ? "## " : "### ", tidy(inlines(node).replace(/\*\*/g, "")));
  if (item) return wordItem(node, Number(item[1]), before);
  if (node.tagName === "UL" || node.tagName === "OL") return marked("", list(node, ""));
  if (node.tagName === "HR") return ["---"];
  if (node.tagName === "TR") return marked("", [...node.children].map((cell) => blocks(cell).join(" ")).filter(Boolean).join(" · "));
  if (node.tagName === "BLOCKQUOTE") return marked("", blocks(node).join("\n\n").replace(/^/gm, "> "));
  return blocks(node);
}

const marked = (before, text) => (text ? [before + text] : []);

function list(node, indent) {
  let number = Number(node.getAttribute("start") ?? 1);
  const lines = [];
  for (const item of node.children) {
    if (item.tagName === "UL" || item.tagName === "OL") lines.push(list(item, `${indent}  `));
    if (item.tagName !== "LI") continue;
    const bullet = node.tagName === "OL" ? `${number++}. ` : "- ";
    const inner = [...item.children].filter((child) => child.tagName === "UL" || child.tagName === "OL");
    const text = tidy([...item.childNodes].filter((child) => !inner.includes(child)).map(inlineOf).join(" "));
    lines.push(`${indent}${bullet}${text}`, ...inner.map((each) => list(each, indent + " ".repeat(bullet.length))));
  }
  return lines.filter((line) => line.trim()).join("\n");
}

const inlineOf = (node) => (node.nodeType === Node.ELEMENT_NODE && isBlock(node) ? blocks(node).join(" ") : inline(node));

/** Word writes a list as paragraphs with a bullet of its own. Items after each other are one list. */
function wordItem(node, level, before) {
  const copy = node.cloneNode(true);
  const signs = [...copy.querySelectorAll("[data-style]")].filter((each) => style(each, "mso-list") === "ignore");
  const numbered = signs.some((each) => /\d|^\s*[a-z][.)]/i.test(each.textContent));
  signs.forEach((each) => each.remove());
  const line = `${"  ".repeat(level - 1)}${numbered ? "1." : "-"} ${tidy(inlines(copy))}`;
  if (!/^\s*(?:-|1\.) /.test(before.at(-1) ?? "")) return [line];
  before.push(`${before.pop()}\n${line}`);
  return [];
}

const inlines = (node) => [...node.childNodes].map(inline).join("");

function inline(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data.replace(/[^\S\u00a0\u202f]+/g, " "));
  if (node.nodeType !== Node.ELEMENT_NODE || SILENT.has(node.tagName)) return "";
  if (node.tagName === "BR") return "\\\n";
  const text = inlines(node);
  if (node.tagName === "A") return anchor(node, text);
  return around(text, weight(node));
}

/** Merge tags stay what they are. */
const escaped = (text) => text.split(/(\{\{.*?\}\})/).map((part, index) => (index % 2 ? part : part.replace(SPECIAL, "\\$&"))).join("");

function anchor(node, text) {
  const address = (node.getAttribute("href") ?? "").trim();
  const words = tidy(text).replace(/\n/g, " ");
  if (!words || !LINK.test(address)) return text;
  return `[${words}](${address.replace(/[()\\]/g, percent)})`;
}

const percent = (sign) => `%${sign.charCodeAt(0).toString(16)}`;

function weight(node) {
  const heavy = style(node, "font-weight");
  const slanted = style(node, "font-style");
  const bold = heavy ? Number(heavy) >= 600 || heavy === "bold" : /^(?:B|STRONG)$/.test(node.tagName);
  const italic = slanted ? slanted === "italic" : /^(?:I|EM)$/.test(node.tagName);
  return (bold ? "**" : "") + (italic ? "*" : "");
}

/** Signs stand close to their words: spaces go outside. */
function around(text, sign) {
  const [, before, words, after] = text.match(/^([\s\u00a0]*)([\s\S]*?)([\s\u00a0]*)$/);
  if (!sign || !words || words.startsWith("*")) return text;
  return `${before}${sign}${words}${[...sign].reverse().join("")}${after}`;
}

const tidy = (text) => text.replace(/(?:\\\n\s*)+$/, "").replace(/^(?:\s*\\\n)+/, "").replace(/ *\\\n */g, "\\\n").replace(/ {2,}/g, " ").trim();

/** A paragraph that only looks like a list, a heading or a quotation stays one. */
const begun = (text) => text.replace(/^(?=[-+#>]\s)/, "\\").replace(/^(\d+)([.)]\s)/, "$1\\$2");

/** Into a text with markup: HTML as Markdown. */
export function richPaste(input) {
  input.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html");
    if (!html) return;
    event.preventDefault();
    type(input, markdown(html) || event.clipboardData.getData("text/plain"));
  });
}

/** Into a text of one line: words only. */
export function plainPaste(input) {
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    type(input, text.replace(/\s*[\r\n]+\s*/g, " ").trim());
  });
}
