/* A text is brought along: chosen, dropped anywhere on the page, or pasted with its formats. */

import { byId, say } from "./dom.js";
import { upload } from "./start-post.js";

let rich = ""; // HTML of what was pasted last; the field itself shows only words
let shown = "";
let taken = () => {};

/** Ask for a text; `then` gets what was read in it. */
export function bring(then) {
  taken = then;
  rich = shown = "";
  byId("paste").value = "";
  byId("file").value = "";
  byId("text-wrong").textContent = "";
  byId("text").showModal();
}

/** Files that are dropped on the page, wherever. */
export function dropped(then) {
  addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  for (const over of ["dragleave", "drop"]) addEventListener(over, () => document.body.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    if (!byId("text").open) bring(then);
    send(file.name, file);
  });
}

async function send(name, body) {
  byId("text-wrong").textContent = say("reading");
  const found = await upload("/api/texts", name, body);
  byId("text-wrong").textContent = found.wrong ?? "";
  byId("file").value = "";
  if (found.wrong) return;
  byId("text").close();
  taken(found);
}

byId("file").addEventListener("change", () => {
  const [file] = byId("file").files;
  if (file) send(file.name, file);
});

byId("paste").addEventListener("paste", (event) => {
  const html = event.clipboardData.getData("text/html");
  const [file] = event.clipboardData.files;
  if (!html && file) {
    event.preventDefault();
    send(file.name, file);
    return;
  }
  requestAnimationFrame(() => {
    rich = html;
    shown = byId("paste").value;
  });
});

byId("text").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = byId("paste").value;
  if (!words.trim()) {
    byId("text-wrong").textContent = say("needsText");
    byId("paste").focus();
    return;
  }
  const formatted = rich && words === shown; // whoever changed the words means those
  send(formatted ? "pasted.html" : "", formatted ? rich : words);
});
