/* The buttons above a text: they write Markdown into it, so that whoever knows the signs needs none of them. */

import { ask } from "./asking.js";
import { element, say } from "./dom.js";
import { tags } from "./tags.js";
import { retype, type } from "./typing.js";

const SIGNS = { bold: "**", italic: "*" };
const KEYS = { b: "bold", i: "italic", k: "link" };
const DRAWN = {
  bold: "M5 3h4a2.5 2.5 0 0 1 0 5H5zM5 8h5a2.5 2.5 0 0 1 0 5H5z",
  italic: "M7 3h5M4 13h5M9.5 3l-3 10",
  link: "M7 9a2.5 2.5 0 0 0 3.6 0l2.2-2.2a2.5 2.5 0 0 0-3.6-3.6L8.3 4M9 7a2.5 2.5 0 0 0-3.6 0L3.2 9.2a2.5 2.5 0 0 0 3.6 3.6L7.7 12",
  list: "M6 4h8M6 8h8M6 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  tag: "M5.5 2.5C3.5 2.5 5 7 2.5 8c2.5 1 1 5.5 3 5.5M10.5 2.5c2 0 .5 4.5 3 5.5-2.5 1-1 5.5-3 5.5",
};
const DO = { bold: surround, italic: surround, link: asLink, list: asList, tag: asTag };

/** The buttons of that name for a field. */
export function toolbar(input, names) {
  const buttons = names.map((name, index) => button(input, name, index));
  const bar = element("div", { class: "toolbar", role: "toolbar", "aria-label": say("formatting"), "aria-controls": input.id }, ...buttons);
  bar.addEventListener("keydown", (event) => walk(event, buttons));
  if (names.includes("bold")) input.addEventListener("keydown", (event) => shortcut(event, input));
  return bar;
}

function button(input, name, index) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", DRAWN[name]);
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(path);
  const made = element("button", { type: "button", title: say(`tool_${name}`), "aria-label": say(`tool_${name}`), tabindex: index ? "-1" : "0", "data-tool": name }, drawing);
  made.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its selection
  made.addEventListener("click", () => DO[name](input, name));
  return made;
}

/** One stop for the tab key, arrows inside (WAI-ARIA toolbar). */
function walk(event, buttons) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
  for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
  next.focus();
}

function shortcut(event, input) {
  const name = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && KEYS[event.key.toLowerCase()];
  if (!name) return;
  event.preventDefault();
  DO[name](input, name);
}

/** Signs around the selection, or away when they are there. */
function surround(input, name) {
  const sign = SIGNS[name];
  const size = sign.length;
  const { selectionStart: from, selectionEnd: to, value } = input;
  const text = value.slice(from, to);
  const stars = /\**$/.exec(value.slice(0, from))[0].length;
  const set = name === "bold" ? stars >= 2 : stars % 2 === 1;
  if (set && value.startsWith(sign, to)) {
    retype(input, { from: from - size, to: to + size, text, start: from - size, end: to - size });
    return;
  }
  const [, before, words, after] = text.match(/^(\s*)([\s\S]*?)(\s*)$/);
  const start = from + before.length + size;
  retype(input, { from, to, text: `${before}${sign}${words}${sign}${after}`, start, end: start + words.length });
}

/** Each line of the selection an item, or none any more. */
function asList(input) {
  const { value } = input;
  const from = value.lastIndexOf("\n", input.selectionStart - 1) + 1;
  const found = value.indexOf("\n", Math.max(input.selectionEnd - 1, input.selectionStart));
  const to = found < 0 ? value.length : found;
  const lines = value.slice(from, to).split("\n");
  const listed = lines.every((line) => !line.trim() || /^\s*- /.test(line));
  const items = lines.map((line) => (listed && lines.some((each) => each.trim()) ? line.replace(/^(\s*)- /, "$1") : line.trim() || lines.length === 1 ? `- ${line}` : line));
  const apart = !listed && from > 0 && value.slice(0, from - 1).split("\n").at(-1).trim() && !/^\s*- /.test(value.slice(0, from - 1).split("\n").at(-1));
  const text = (apart ? "\n" : "") + items.join("\n");
  retype(input, { from, to, text, start: from + text.length, end: from + text.length });
}

async function asLink(input) {
  const { selectionStart: from, selectionEnd: to, value } = input;
  const chosen = value.slice(from, to);
  const isAddress = /^(https?:\/\/|mailto:)\S+$/.test(chosen);
  const answer = await ask({
    title: say("linkTitle"),
    fields: [
      { name: "words", label: say("linkWords"), value: isAddress ? "" : chosen },
      { name: "address", label: say("linkAddress"), value: isAddress ? chosen : "", placeholder: "https://", help: say("linkHelp") },
    ],
    done: say("linkDone"),
    first: chosen && !isAddress ? "address" : "words",
  });
  input.focus();
  input.setSelectionRange(from, to);
  const address = whole(answer?.address ?? "");
  if (address) type(input, `[${answer.words.trim() || address}](${address})`);
}

/** An address as a link needs it: people write "example.org" and "ann@example.org". */
function whole(address) {
  const text = address.trim().replace(/[()\s]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  if (!text || /^(?:https?:|mailto:|tel:|%7B%7B|\{\{)/i.test(text)) return text;
  return text.includes("@") ? `mailto:${text}` : `https://${text}`;
}

async function asTag(input) {
  const { selectionStart: from, selectionEnd: to } = input;
  const known = tags();
  const answer = await ask({
    title: say("tagTitle"),
    lead: say("tagLead"),
    fields: [
      { name: "expression", label: say("tagWhat"), choices: known.map(({ expression, label }) => ({ value: expression, label })) },
      { name: "fallback", label: say("tagFallback"), value: "", help: say("tagFallbackHelp") },
    ],
    done: say("tagDone"),
    first: "expression",
  });
  input.focus();
  input.setSelectionRange(from, to);
  if (!answer) return;
  const fallback = answer.fallback.trim().replaceAll('"', "”").replace(/[\\{}]/g, ""); // signs of the tag itself
  type(input, fallback ? `{{ ${answer.expression} or "${fallback}" }}` : `{{ ${answer.expression} }}`);
}
