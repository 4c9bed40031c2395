/* A small question in a dialog: the browser's own, so that keys, focus and Escape are as everywhere. */

import { element, say } from "./dom.js";

let number = 0;

/** Ask; the answers by name, or null when the question was closed. `first` gets the focus. */
export function ask({ title, lead = "", fields, done, first }) {
  const inputs = new Map();
  const rows = fields.map((field) => row(field, inputs));
  const name = `question-${++number}`;
  const form = element("form", { method: "dialog" },
    element("h2", { id: name }, title),
    lead && element("p", { class: "lead" }, lead),
    ...rows,
    element("div", { class: "answers" },
      element("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, say("cancel")),
      element("button", { type: "submit", value: "yes", class: "main" }, done)));
  const dialog = element("dialog", { class: "dialog", "aria-labelledby": name }, form);
  document.body.append(dialog);
  dialog.showModal();
  inputs.get(first)?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? Object.fromEntries([...inputs].map(([key, input]) => [key, input.value])) : null);
    });
  });
}

function row({ name, label, value = "", placeholder = "", help = "", choices }, inputs) {
  const id = `answer-${++number}`;
  const input = choices
    ? element("select", { id }, ...choices.map((each) => element("option", { value: each.value }, each.label)))
    : element("input", { id, type: "text", placeholder, autocomplete: "off", "aria-describedby": help && `${id}-help` });
  if (!choices) input.value = value;
  inputs.set(name, input);
  return element("div", { class: "row" },
    element("label", { for: id }, label), input, help && element("p", { class: "help", id: `${id}-help` }, help));
}
