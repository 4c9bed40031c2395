/* The mail in its frame.
 *
 * The frame is sandboxed without scripts and without an origin: the page cannot ask it where it is scrolled. So the
 * frame is as tall as its mail, the page scrolls around it, and a new version takes the old one's place only once it
 * is there: the reader's eye stays where it was.
 */

import { byId, say } from "./dom.js";

export const WIDTHS = { desktop: 600, phone: 375 };

const device = byId("device");
const screen = byId("screen");
let current = null;
let coming = null;

/** Put the mail at that address into the frame; `view` is desktop or phone, `height` in pixels of the mail. */
export function show({ address, view, height }) {
  const turned = device.dataset.view !== view;
  if (coming?.dataset.address === address || (!coming && current?.dataset.address === address)) {
    settle(view, height);
    return;
  }
  coming?.remove();
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.title = screen.dataset.title;
  frame.dataset.address = address;
  frame.className = "coming";
  frame.width = WIDTHS[view];
  frame.height = height;
  frame.addEventListener("load", () => arrive(frame, { view, height, turned }));
  coming = frame;
  frame.src = address;
  screen.append(frame);
}

function arrive(frame, { view, height, turned }) {
  if (frame !== coming) return;
  coming = null;
  current?.remove();
  current = frame;
  frame.className = "";
  settle(view, height);
  if (turned) screen.scrollTop = 0;
}

function settle(view, height) {
  device.dataset.view = view;
  screen.dataset.height = height;
  fit();
}

/** Nothing to show yet. */
export function empty() {
  coming?.remove();
  current?.remove();
  coming = current = null;
  device.dataset.view = "none";
  screen.style.height = "";
}

/** On a narrow window the mail is drawn smaller, as a whole. */
function fit() {
  if (!current) return;
  const width = WIDTHS[device.dataset.view];
  const room = device.parentElement.clientWidth - 2 * margin();
  const scale = Math.min(1, room / width);
  current.width = width;
  current.height = screen.dataset.height;
  current.style.transform = scale < 1 ? `scale(${scale})` : "";
  device.style.setProperty("--mail-width", `${Math.floor(width * scale)}px`);
  device.style.setProperty("--mail-height", `${Math.ceil(screen.dataset.height * scale)}px`);
}

const margin = () => (matchMedia("(max-width: 760px)").matches ? 0 : 24);

new ResizeObserver(fit).observe(device.parentElement);
