/* Saves, as the server tells them. */

/** Calls `saved` at the start, and `saved(version)` after each save, `lost` when nobody answers; the browser itself tries again. */
export function listen({ saved, lost }) {
  const events = new EventSource("/api/events");
  events.onopen = () => saved(0); // also after a break: whatever was saved meanwhile
  events.onmessage = ({ data }) => saved(Number(data));
  events.onerror = lost;
  addEventListener("pagehide", () => events.close());
}
