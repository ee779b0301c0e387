/** Confirmation dialogs. */

import { h } from "./dom.js";

/** Ask for a confirmation, {title, text, confirm, deny}; resolves to whether the user confirmed. */
export function ask({ title, text, confirm, deny }, style = "primary") {
  return new Promise((resolve) => {
    const yes = h("button", { class: `button ${style || "primary"}`, value: "yes", "data-role": "confirm" }, confirm || "Yes");
    const no = h("button", { class: "button", value: "no" }, deny || "Cancel");
    const form = h("form", { method: "dialog" }, h("h2", {}, title || "Are you sure?"), h("p", {}, text), h("footer", {}, no, yes));
    const dialog = h("dialog", { class: "question", "aria-label": title || "Are you sure?" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
  });
}
