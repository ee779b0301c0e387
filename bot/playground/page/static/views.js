/** Views: the modal over the page, and the app's home tab. */

import { drawAction, drawField } from "./controls.js";
import { h, icon, plainButton, role, setMessageHtml } from "./dom.js";

/** Draw blocks whose controls act at once, in a message or the home tab. */
export function drawParts(parts, workspace, act) {
  return parts.flatMap((part) => {
    const text = part.html ? h("div", { class: "text", "data-role": "text" }) : null;
    if (text) setMessageHtml(text, part.html);
    const controls = part.controls.map((control) => drawAction(control, workspace, act));
    const label = part.field ? h("span", { class: "label" }, part.field.label) : null;
    const row = controls.length ? h("div", { class: "buttons" }, label, ...controls) : null;
    // A section's accessory stands beside its text.
    return text && row ? [h("div", { class: "with-accessory" }, text, row)] : [text, row].filter(Boolean);
  });
}

/** The modal: redrawn only when the server's view changed, so that typed text stays. */
export class Modal {
  #shown = "";
  #fields = [];
  #view = null;

  /** `actions`: submit(view, values) resolves to errors by block_id; close(view); act(view, control, chosen, values). */
  constructor(element, workspace, actions) {
    this.element = element;
    this.workspace = workspace;
    this.actions = actions;
    // Escape asks the server, as the Cancel button does: the app may want to know that the view was closed.
    element.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.actions.close(this.#view);
    });
    element.addEventListener("keydown", (event) => event.stopPropagation());
  }

  /** Show a view, or nothing for null. */
  draw(view) {
    const state = view ? `${view.id}/${view.hash}` : "";
    if (state === this.#shown) return;
    this.#shown = state;
    this.#view = view;
    if (!view) {
      this.element.close();
      return;
    }
    this.#fields = [];
    this.element.setAttribute("aria-label", view.title);
    this.element.replaceChildren(this.#form(view));
    if (!this.element.open) this.element.showModal();
    (this.element.querySelector(".body :is(input, textarea, select)") ?? role("modal-close", this.element)).focus();
  }

  #form(view) {
    const submit = view.submit ? h("button", { class: "button primary", "data-role": "submit" }, view.submit) : null;
    const cancel = h("button", { type: "button", class: "button", onclick: () => this.actions.close(view) }, view.close);
    const dismiss = plainButton("Close", { "data-role": "modal-close", onclick: () => this.actions.close(view) }, icon("close"));
    const body = h("div", { class: "body" }, ...view.parts.flatMap((part) => this.#part(part, view)));
    const fault = h("p", { class: "fault", role: "alert", "data-role": "modal-error" });
    const form = h("form", { novalidate: true }, h("header", {}, h("h2", {}, view.title), dismiss), body, fault, h("footer", {}, cancel, submit));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      this.#tell(await this.actions.submit(view, this.#values()));
      submit.disabled = false;
    });
    return form;
  }

  #part(part, view) {
    if (!part.field) {
      return drawParts([part], this.workspace, (control, chosen) => this.actions.act(view, control, chosen, this.#values()));
    }
    return part.controls.map((control) => this.#row(part.field, control, view));
  }

  #row({ label, hint, optional, block_id: block }, control, view) {
    const ids = { label: `label-${block}`, fault: `fault-${block}` };
    const field = drawField(control, this.workspace, { "aria-labelledby": ids.label, "aria-describedby": ids.fault });
    const fault = h("p", { class: "fault", id: ids.fault, "data-role": "fault", "data-block": block });
    this.#fields.push({ block, control, field, fault });
    if (control.dispatches) {
      field.node.addEventListener("change", () => this.actions.act(view, control, { choice: field.read() }, this.#values()));
    }
    return h(
      "div",
      { class: "row", "data-block": block },
      h("span", { class: "label", id: ids.label }, label, optional ? h("small", {}, " (optional)") : null),
      field.node,
      hint ? h("p", { class: "hint-below" }, hint) : null,
      fault,
    );
  }

  #values() {
    return Object.fromEntries(this.#fields.map(({ control, field }) => [control.action_id, field.read()]));
  }

  #tell(errors) {
    role("modal-error", this.element).textContent = errors[""] ?? "";
    let first = null;
    for (const { block, field, fault } of this.#fields) {
      fault.textContent = errors[block] ?? "";
      field.node.setAttribute("aria-invalid", String(Boolean(errors[block])));
      if (errors[block]) first ??= field.node;
    }
    first?.focus();
  }
}
