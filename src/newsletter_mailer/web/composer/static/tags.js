/* What can be filled in for each reader, as the server knows it. */

let known = [];

/** Tell what there is: `{expression, label, fallback}` each. */
export function learn(found) {
  known = found;
}

export const tags = () => known;
