/** A menu that opens at a button: one at a time, by mouse and by keyboard. */

import { h } from "./dom.js";

const GAP = 4;
let close = () => {};

/** Open a menu of `entries`, {text, run, danger, chosen}, at a button; null entries draw a line. */
export function openMenu(button, entries) {
  close();
  const items = entries.map((entry) => (entry ? item(entry, button) : h("li", { role: "separator" })));
  const menu = h("ul", { class: "popup", role: "menu", "data-role": "popup" }, ...items);
  // Within the landmark or dialog of its button, so that it is on top of that, and found there.
  (button.closest("dialog, nav, main") ?? document.body).append(menu);
  place(menu, button.getBoundingClientRect());
  const choices = [...menu.querySelectorAll("button")];
  button.setAttribute("aria-expanded", "true");
  close = () => {
    close = () => {};
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
  };
  const outside = (event) => menu.contains(event.target) || close();
  addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", (event) => {
    const at = choices.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) choices.at(next % choices.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") back(button);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  choices[0]?.focus();
}

function back(button) {
  close();
  button.focus();
}

function item({ text, run, danger, chosen }, button) {
  const choose = () => {
    back(button);
    run();
  };
  const attributes = { type: "button", role: "menuitem", class: danger ? "danger" : null, onclick: choose };
  if (chosen !== undefined) Object.assign(attributes, { role: "menuitemradio", "aria-checked": String(chosen) });
  return h("li", { role: "none" }, h("button", attributes, text));
}

/** Place the menu below the button if there is room, otherwise above it; never past an edge. */
function place(menu, button) {
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + GAP;
  menu.style.left = `${Math.max(8, Math.min(button.right - width, innerWidth - width - 8))}px`;
  menu.style.top = `${below + height > innerHeight ? Math.max(8, button.top - GAP - height) : below}px`;
}
