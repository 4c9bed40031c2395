/* A picture of the issue: dropped, pasted or chosen. The server makes it fit and puts it beside the issue. */

import { element, kilobytes, say } from "./dom.js";

const KINDS = "image/png,image/jpeg,image/gif,image/webp";

/** The control of a picture's file. */
export function pictureField(_field, { id, change, root }) {
  const shown = element("img", { alt: "", hidden: true });
  const name = element("span", { class: "file-name" });
  const words = element("p", { class: "help", role: "status" });
  const chosen = element("input", { type: "file", accept: KINDS, hidden: true });
  const button = element("button", { type: "button", id, class: "quiet", onclick: () => chosen.click() }, say("choosePicture"));
  const node = element("div", { class: "picture", tabindex: "-1" },
    element("span", { class: "thumb" }, shown),
    element("div", { class: "of-picture" }, name, button, chosen, words));

  async function take(file) {
    node.dataset.state = "busy";
    words.textContent = say("addingPicture", { name: file.name });
    const answer = await upload(root, file);
    delete node.dataset.state;
    words.textContent = answer.src ? say("pictureAdded", { size: kilobytes(answer.bytes) }) : [answer.what, answer.hint].filter(Boolean).join(" — ");
    words.classList.toggle("wrong", !answer.src);
    if (!answer.src) return;
    show(answer.src);
    change(answer.src);
  }

  function show(src) {
    if (node.dataset.src === (src ?? "")) return;
    node.dataset.src = src ?? "";
    name.textContent = src ? src.split("/").pop() : say("noPicture");
    name.title = src ?? "";
    button.textContent = say(src ? "otherPicture" : "choosePicture");
    shown.hidden = true;
    if (!src) return;
    shown.onload = () => { shown.hidden = false; };
    shown.src = `${root}/picture?${new URLSearchParams({ src })}`;
  }

  chosen.addEventListener("change", () => {
    if (chosen.files[0]) take(chosen.files[0]);
    chosen.value = "";
  });
  droppable(node, take);
  return { node, input: button, show };
}

/** Whatever stands in that element takes pictures that are dropped or pasted on it. */
function droppable(node, take) {
  let over = 0;
  const mark = (step) => {
    over = Math.max(0, over + step);
    node.classList.toggle("over", over > 0);
  };
  const first = (items) => [...(items?.files ?? [])].find((file) => file.type.startsWith("image/"));
  node.addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
  node.addEventListener("dragleave", () => mark(-1));
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    over = 0;
    mark(0);
    const file = first(event.dataTransfer);
    if (file) take(file);
  });
  node.addEventListener("paste", (event) => {
    const file = first(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}

/** The answer of the server: `{src, bytes}`, or `{what, hint}`. */
async function upload(root, file) {
  const headers = { "Content-Type": "application/octet-stream", "X-Name": encodeURIComponent(file.name) };
  const answer = await fetch(`${root}/pictures`, { method: "POST", headers, body: file }).catch(() => null);
  if (!answer) return { what: say("pictureLost"), hint: say("pictureLostHelp") };
  return answer.json().catch(() => ({ what: say("pictureLost"), hint: "" }));
}

// A picture that misses its place is not opened instead of the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
