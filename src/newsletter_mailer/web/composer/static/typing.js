/* Text that the page writes for the author, so that the browser's own undo takes it back. */

/** Put a text where the selection is, as if it had been typed. */
export function type(input, text) {
  input.focus();
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (done) return;
  input.setRangeText(text, input.selectionStart, input.selectionEnd, "end"); // a browser without that command
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Put a text in place of a part of the field, then select from `start` to `end`. */
export function retype(input, { from, to, text, start, end }) {
  input.focus();
  input.setSelectionRange(from, to);
  type(input, text);
  input.setSelectionRange(start, end);
}
