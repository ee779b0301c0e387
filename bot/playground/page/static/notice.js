/** Notices over the page, one at a time. */

import { h, plainButton, role } from "./dom.js";

const SHOWN_MS = 3000;

/** Say that something went wrong: stays until it is dismissed. */
export function warn(sentence) {
  show(sentence, "alert");
}

/** Say that something was done: goes by itself. */
export function confirm(sentence) {
  const notice = show(sentence, "status");
  setTimeout(() => notice.remove(), SHOWN_MS);
}

function show(sentence, kind) {
  const notice = h("div", { class: "notice", role: kind, "data-role": "notice" }, h("p", {}, sentence));
  notice.append(plainButton("Dismiss", { onclick: () => notice.remove() }, "Dismiss"));
  role("notice")?.remove();
  document.body.append(notice);
  return notice;
}
