/* From the preview to the form and back: a click in the mail leads to its field, and the block that is being written
 * is marked in the mail. The mail holds a comment before each block; its words tell which field of the block it is. */

import { byId } from "./dom.js";
import { words } from "./summary.js";

const LANDMARK = /^block (\d+)$/;
const PARAGRAPH = "h1, h2, h3, h4, h5, h6, p, li, a, td, blockquote";

/** Lead clicks in that frame's mail to `go(path)`; `data()` is the issue. */
export function leads(frame, { data, go }) {
  const mail = frame.contentDocument;
  if (!mail) return;
  const marks = landmarks(mail);
  mail.addEventListener("click", (event) => {
    event.preventDefault(); // links of a preview lead nowhere
    const place = blockOf(event.target, marks);
    const block = data()?.blocks?.[place];
    if (block) go(["blocks", place, ...fieldOf(block, event.target)]);
  });
  mail.addEventListener("mouseover", (event) => outline(frame, marks, blockOf(event.target, marks), "hovered"));
  mail.documentElement.addEventListener("mouseleave", () => outline(frame, marks, -1, "hovered"));
}

/** Mark the block of that number in the mail; -1 marks none. Whether it is in sight is not changed. */
export function mark(frame, place) {
  if (frame?.contentDocument) outline(frame, landmarks(frame.contentDocument), place, "written");
}

function landmarks(mail) {
  const walker = mail.createTreeWalker(mail.body ?? mail, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) {
    const place = walker.currentNode.data.match(LANDMARK);
    if (place) found.push({ node: walker.currentNode, place: Number(place[1]) });
  }
  return found;
}

/** The number of the last landmark before that node. */
function blockOf(node, marks) {
  const before = marks.filter((each) => each.node.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);
  return before.at(-1)?.place ?? -1;
}

/** The rectangle around everything between a landmark and the next one. */
function boxOf(marks, place) {
  const index = marks.findIndex((each) => each.place === place);
  if (index < 0) return null;
  const end = marks[index + 1]?.node;
  const boxes = [];
  for (let node = marks[index].node.nextSibling; node && node !== end; node = node.nextSibling) {
    if (node.nodeType === Node.ELEMENT_NODE) boxes.push(node.getBoundingClientRect());
  }
  const seen = boxes.filter(({ height }) => height > 0);
  if (!seen.length) return null;
  return { top: Math.min(...seen.map(({ top }) => top)), bottom: Math.max(...seen.map(({ bottom }) => bottom)) };
}

function outline(frame, marks, place, name) {
  const line = byId(`outline-${name}`);
  const box = boxOf(marks, place);
  line.hidden = !box;
  if (!box) return;
  const scale = frame.getBoundingClientRect().width / frame.clientWidth || 1;
  line.style.top = `${box.top * scale}px`;
  line.style.height = `${(box.bottom - box.top) * scale}px`;
}

/** The way inside a block to the text that was clicked: the shortest one that holds its words, or its picture. */
function fieldOf(block, target) {
  const picture = target.closest("img");
  if (picture) return pictureOf(block, picture.getAttribute("alt") ?? "") ?? [];
  const said = bare(target.closest(PARAGRAPH)?.textContent ?? "");
  if (!said) return [];
  const found = texts(block).filter(({ text }) => text && (text.includes(said) || (said.includes(text) && text.length > 2)));
  found.sort((one, other) => distance(one.text, said) - distance(other.text, said));
  return found[0]?.path ?? [];
}

const distance = (text, said) => Math.abs(text.length - said.length);

/** Letters and digits only: typography, merge tags and markup differ between what is written and what is mailed. */
const bare = (text) => words(text).normalize("NFC").toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

function* walk(value, path) {
  if (typeof value === "string" || typeof value === "number") yield { path, text: String(value) };
  else for (const [key, inner] of Object.entries(value ?? {})) yield* walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

const SILENT = new Set(["type", "src", "link", "when", "picture_position"]);
const texts = (block) => [...walk(block, [])].filter(({ path }) => !SILENT.has(path.at(-1))).map(({ path, text }) => ({ path, text: bare(text) }));

function pictureOf(block, alt) {
  const pictures = [...walk(block, [])].filter(({ path }) => path.at(-1) === "src").map(({ path }) => path);
  const holder = (path) => path.slice(0, -1).reduce((value, key) => value[key], block);
  return pictures.find((path) => alt && bare(String(holder(path).alt ?? "")) === bare(alt)) ?? pictures[0];
}
