/* Pictures and files of the issue: dropped, pasted or chosen. The server looks at them and puts them beside the issue. */

import { element, kilobytes, say } from "./dom.js";

const KINDS = "image/png,image/jpeg,image/gif,image/webp";
const FILES = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.png,.jpg,.jpeg,.ics,.csv,.txt";
const PICTURE = { where: "pictures", kinds: KINDS, none: "noPicture", choose: "choosePicture", other: "otherPicture", fits: (file) => file.type.startsWith("image/") };
const FILE = { where: "files", kinds: FILES, none: "noFile", choose: "chooseFile", other: "otherFile", fits: () => true };

/** The control of a picture's file. */
export const pictureField = (_field, given) => fileField(PICTURE, given);

/** The control of a file that goes along. */
export const attachedField = (_field, given) => fileField(FILE, given);

function fileField(kind, { id, change, root }) {
  const shown = element("img", { alt: "", hidden: true });
  const name = element("span", { class: "file-name" });
  const words = element("p", { class: "help", role: "status" });
  const chosen = element("input", { type: "file", accept: kind.kinds, hidden: true });
  const button = element("button", { type: "button", id, class: "quiet", onclick: () => chosen.click() }, say(kind.choose));
  const node = element("div", { class: "picture", tabindex: "-1", "data-where": kind.where },
    kind === PICTURE ? element("span", { class: "thumb" }, shown) : "",
    element("div", { class: "of-picture" }, name, button, chosen, words));

  async function take(file) {
    node.dataset.state = "busy";
    words.textContent = say("addingPicture", { name: file.name });
    const answer = await upload(`${root}/${kind.where}`, file);
    if (!node.isConnected) return; // what it was for was taken away meanwhile
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
    name.textContent = src ? src.split("/").pop() : say(kind.none);
    name.title = src ?? "";
    button.textContent = say(src ? kind.other : kind.choose);
    shown.hidden = true;
    if (!src || kind !== PICTURE) return;
    shown.onload = () => { shown.hidden = false; };
    shown.src = `${root}/picture?${new URLSearchParams({ src })}`;
  }

  chosen.addEventListener("change", () => {
    if (chosen.files[0]) take(chosen.files[0]);
    chosen.value = "";
  });
  droppable(node, take, kind.fits);
  return { node, input: button, show };
}

/** Whatever stands in that element takes files that are dropped or pasted on it. */
function droppable(node, take, fits) {
  let over = 0;
  const mark = (step) => {
    over = Math.max(0, over + step);
    node.classList.toggle("over", over > 0);
  };
  const first = (items) => [...(items?.files ?? [])].find(fits);
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
async function upload(address, file) {
  const headers = { "Content-Type": "application/octet-stream", "X-Name": encodeURIComponent(file.name) };
  const answer = await fetch(address, { method: "POST", headers, body: file }).catch(() => null);
  if (!answer) return { what: say("pictureLost"), hint: say("pictureLostHelp") };
  return answer.json().catch(() => ({ what: say("pictureLost"), hint: "" }));
}

// A picture that misses its place is not opened instead of the page; words may be dropped into any text.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => {
    if (event.dataTransfer?.types.includes("Files") || !event.target.closest?.("input, textarea")) event.preventDefault();
  });
}
