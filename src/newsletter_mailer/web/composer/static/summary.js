/* A card in one line: the first words that tell it from the others. */

const TELLING = ["title", "name", "label", "text", "value", "alt", "file", "src", "network", "subtitle", "link"];
const LONGEST = 80;

/** The words of a part, without markup; "" when it says nothing yet. */
export function summary(value, fields) {
  if (value?.value && value.label) return plain(`${value.value} ${value.label}`);
  for (const name of TELLING) {
    const text = plain(value?.[name]);
    if (text) return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  }
  const list = fields?.find((field) => field.kind === "list");
  return list ? (value?.[list.name] ?? []).map((item) => summary(item)).filter(Boolean).join(" · ").slice(0, LONGEST) : "";
}

const plain = (value) => (typeof value === "string" || typeof value === "number" ? words(String(value)) : "");

/** Text as it is read: no signs of Markdown, merge tags as an ellipsis. */
export const words = (text) => text
  .replace(/\{\{.*?\}\}/g, "…")
  .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
  .replace(/^\s*(?:[-+#>]+|\d+\.)\s/gm, "")
  .replace(/\\([\\`*_[\]<>])/g, "$1")
  .replace(/[*`\\]/g, "")
  .replace(/\s+/g, " ")
  .trim();
