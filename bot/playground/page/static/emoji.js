/** Emoji by the names that Slack gives them. */

import { get } from "./api.js";

const COLORED = "\ufe0f";
let names = {};

/** Load the names, once. Without them, emoji are drawn as codes. */
export async function loadEmoji() {
  if (Object.keys(names).length) return;
  names = await get("/emoji.json").then((list) => list.names, () => ({}));
}

/** The character with a name such as "tada" or "wave::skin-tone-3"; the code for a name that is not known. */
export function emoji(name) {
  const [plain, tone] = name.split("::");
  const character = names[plain];
  if (!character) return `:${name}:`;
  return tone && names[tone] ? character.replace(COLORED, "") + names[tone] : character;
}

/** The first names that begin with `typed`, then those that hold it: [{name, character}]. */
export function emojiLike(typed, most) {
  const known = Object.keys(names);
  const first = known.filter((name) => name.startsWith(typed));
  const others = known.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...first, ...others].slice(0, most).map((name) => ({ name, character: names[name] }));
}
