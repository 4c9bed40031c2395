/* The mail in its frame.
 *
 * The frame is sandboxed: no script runs in it. It is as tall as its mail, the page scrolls around it, and a new version
 * takes the old one's place only once it is there: the reader's eye stays where it was.
 */

import { byId, say } from "./dom.js";

export const WIDTHS = { desktop: 600, phone: 375 };

const device = byId("device");
const screen = byId("screen");
let current = null;
let coming = null;

/** The frame that is seen, or null. */
export const frame = () => current;

/** Put the mail at that address into the frame; `view` is desktop or phone, `height` in pixels of the mail, about.
 *  `arrived(frame)` is told when it is there. */
export function show({ address, view, height, arrived }) {
  const turned = device.dataset.view !== view;
  if (coming?.dataset.address === address || (!coming && current?.dataset.address === address)) {
    settle(view, height);
    return;
  }
  coming?.remove();
  const made = document.createElement("iframe");
  made.setAttribute("sandbox", "allow-same-origin"); // so that the page can ask it which block was clicked
  made.setAttribute("referrerpolicy", "no-referrer");
  made.title = screen.dataset.title;
  made.dataset.address = address;
  made.className = "coming";
  made.width = WIDTHS[view];
  made.height = height;
  made.addEventListener("load", () => {
    if (made !== coming) return;
    arrive(made, { view, height, turned });
    arrived?.(made);
  });
  coming = made;
  made.src = address;
  screen.append(made);
}

function arrive(made, { view, height, turned }) {
  coming = null;
  current?.remove();
  current = made;
  made.className = "";
  settle(view, made.contentDocument?.body ? tall(made) : height);
  if (turned) screen.scrollTop = 0;
}

/** As tall as the mail is. */
const tall = ({ contentDocument: mail }) => Math.ceil(mail.body.getBoundingClientRect().bottom + mail.documentElement.scrollTop);

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
