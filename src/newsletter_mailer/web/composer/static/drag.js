/* Cards that are moved with the mouse or a finger: pointer events, for a tablet knows no drag and drop. */

const EDGE = 60; // px from the border of the scrolled box, from where it scrolls along

/** `handle` moves `node` among its siblings; `done(from)` is told when it was let go at another place. */
export function draggable(handle, node, { may, stays, done }) {
  handle.addEventListener("pointerdown", (event) => {
    if (event.button || !may()) return;
    event.preventDefault();
    const from = place(node);
    handle.setPointerCapture(event.pointerId);
    node.classList.add("dragged");
    const move = (moved) => follow(node, moved.clientY, stays);
    const end = (cancelled) => {
      node.classList.remove("dragged");
      for (const kind of ["pointermove", "pointerup", "pointercancel"]) handle.removeEventListener(kind, { pointermove: move, pointerup: drop, pointercancel: cancel }[kind]);
      removeEventListener("keydown", escape, true);
      if (cancelled) back(node, from);
      else if (place(node) !== from) done(from);
    };
    const drop = () => end(false);
    const cancel = () => end(true);
    const escape = (pressed) => pressed.key === "Escape" && cancel();
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", cancel);
    addEventListener("keydown", escape, true);
  });
}

const place = (node) => [...node.parentElement.children].indexOf(node);

function back(node, to) {
  const others = [...node.parentElement.children].filter((each) => each !== node);
  node.parentElement.insertBefore(node, others[to] ?? null);
}

/** The neighbours go round it: a node that is moved itself would lose the pointer. */
function follow(node, y, stays) {
  scrollAlong(node, y);
  const { previousElementSibling: before, nextElementSibling: after } = node;
  if (before && !stays(before) && y < middle(before)) node.after(before);
  else if (after && !stays(after) && y > middle(after)) node.before(after);
}

function middle(node) {
  const { top, height } = node.getBoundingClientRect();
  return top + height / 2;
}

function scrollAlong(node, y) {
  const box = node.closest(".writing") ?? document.scrollingElement;
  const { top, bottom } = box.getBoundingClientRect();
  if (y < top + EDGE) box.scrollTop -= 12;
  else if (y > bottom - EDGE) box.scrollTop += 12;
}
