/* One control for each kind of field. A control is `{node, show(value), input}`: what is drawn, a way to show another
 * value, and what takes the focus. It calls `change(value)`; undefined means that nothing is to stand there. */

import { element, language, say } from "./dom.js";
import { attachedField, pictureField } from "./pictures.js";
import { plainPaste, richPaste } from "./paste.js";
import { toolbar } from "./toolbar.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The control of a field; `id` is of its input, `root` the issue's address on the server. */
export function control(field, { id, change, root }) {
  const make = { markdown, flag, choice, language: tongue, day, moment, time, file: pictureField, attached: attachedField, line, link, code }[field.kind] ?? words;
  return make(field, { id, change, root });
}

/** What a control gives back for its text: an optional field without words is no field. */
const written = (field, text) => (text.trim() || field.required ? text : undefined);

function words(field, { id, change }) {
  const input = element("textarea", { id, rows: 1, class: "words", spellcheck: "true", "data-grows": true });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) event.preventDefault();
  });
  plainPaste(input);
  const shown = typed(input, field, change);
  return { ...shown, node: element("div", { class: "with-tags" }, input, toolbar(input, ["tag"])) };
}

/** A line of the envelope: how long it is, said while it is written. */
function line(field, { id, change }) {
  const count = element("span", { class: "count", "aria-live": "off" });
  const tell = (value) => { count.textContent = say("letters", { count: [...(value ?? "").replace(/\{\{.*?\}\}/g, "")].length }); };
  const made = words(field, { id, change: (value) => { tell(value); change(value); } });
  return { ...made, node: element("div", { class: "counted" }, made.node, count), show: (value) => { made.show(value); tell(value == null ? "" : String(value)); } };
}

function markdown(field, { id, change }) {
  const input = element("textarea", { id, rows: 4, class: "long", spellcheck: "true", "data-grows": true });
  richPaste(input);
  const shown = typed(input, field, change, flowing);
  return { ...shown, node: element("div", { class: "rich" }, toolbar(input, ["bold", "italic", "link", "list", "tag"]), input) };
}

function code(field, { id, change }) {
  const input = element("textarea", { id, rows: 8, class: "long code", spellcheck: "false", "data-grows": true });
  return { ...typed(input, field, change), node: input };
}

function link(field, { id, change }) {
  const input = element("input", { id, type: "text", inputmode: "url", spellcheck: "false", autocomplete: "off", placeholder: "https://" });
  return { ...typed(input, field, change), node: input };
}

/** A text input or textarea: what is typed is told at once, what comes from elsewhere keeps the caret. */
function typed(input, field, change, shown = (text) => text) {
  let told = "";
  input.addEventListener("input", () => {
    grow(input);
    told = written(field, input.value);
    change(told);
  });
  return {
    input,
    show(value) {
      if (value === told) return;
      told = value;
      const text = value == null ? "" : shown(String(value));
      if (input.value === text) return;
      const { selectionStart: start, selectionEnd: end } = input;
      input.value = text;
      if (document.activeElement === input) input.setSelectionRange(start, end);
      grow(input);
    },
  };
}

const STANDS = /^(?: {0,3}(?:[-+*>#|~`]|\d+[.)])| {4}|\t|\s*$)/;

/** Paragraphs without the line ends of whoever wrote them in an editor: there they mean nothing but a space. */
export function flowing(text) {
  const lines = text.replace(/\n+$/, "").split("\n");
  const joined = [];
  let flows = false;
  for (const line of lines) {
    const stands = STANDS.test(line);
    if (flows && !stands) joined.push(`${joined.pop()} ${line.trim()}`);
    else joined.push(line);
    flows = !stands && !/(?: {2}|\\)$/.test(line);
  }
  return joined.join("\n");
}

/** As tall as its text. */
export function grow(input) {
  if (!input.dataset || input.dataset.grows === undefined) return;
  input.style.height = "auto";
  if (input.scrollHeight) input.style.height = `${input.scrollHeight + 2}px`;
}

function flag(field, { id, change }) {
  const input = element("input", { id, type: "checkbox" });
  input.addEventListener("change", () => change(input.checked === field.default ? undefined : input.checked));
  return { input, node: input, show: (value) => { input.checked = value ?? field.default; } };
}

function choice(field, { id, change }) {
  const options = field.choices.map(({ value, label }) => element("option", { value }, label));
  const input = element("select", { id }, ...options);
  input.addEventListener("change", () => change(input.value === field.default ? undefined : input.value));
  return { input, node: input, show: (value) => offer(input, value ?? field.default ?? field.choices[0].value) };
}

function tongue(field, { id, change }) {
  const names = new Intl.DisplayNames([language], { type: "language" });
  const options = ["fr", "en"].map((value) => element("option", { value }, names.of(value)));
  const input = element("select", { id }, ...options);
  input.addEventListener("change", () => change(input.value));
  return { input, node: input, show: (value) => offer(input, value ?? "fr") };
}

/** Choose a value; one that is not on offer is shown all the same, for it stands in the file. */
function offer(input, value) {
  const known = [...input.options].some((option) => option.value === value);
  if (!known) input.append(element("option", { value }, value));
  input.value = value;
}

function day(field, { id, change }) {
  const input = element("input", { id, type: "date" });
  input.addEventListener("input", () => change(written(field, input.value)));
  return { input, node: input, show: (value) => { input.value = DAY.test(value ?? "") ? value : ""; } };
}

function time(field, { id, change }) {
  const input = element("input", { id, type: "time" });
  input.addEventListener("input", () => change(written(field, input.value)));
  return { input, node: input, show: (value) => { input.value = clockTime(value); } };
}

/** 14, 14h and 8h30 as an input of the browser takes them. */
function clockTime(value) {
  const found = String(value ?? "").trim().match(/^(\d{1,2})(?: ?[hH:] ?(\d{2})?)?/);
  return found ? `${found[1].padStart(2, "0")}:${found[2] ?? "00"}` : "";
}

/** A day, and if wanted the minute. */
function moment(field, { id, change }) {
  const input = element("input", { id, type: "date" });
  const minute = element("input", { type: "time", "aria-label": say("timeOfDay", { label: field.label }) });
  const tell = () => change(input.value ? `${input.value}${minute.value && ` ${minute.value}`}` : undefined);
  for (const each of [input, minute]) each.addEventListener("input", tell);
  return {
    input,
    node: element("div", { class: "pair" }, input, minute),
    show(value) {
      const [on, at = ""] = String(value ?? "").split(/[ T]+/);
      input.value = DAY.test(on) ? on : "";
      minute.value = at && clockTime(at);
    },
  };
}
