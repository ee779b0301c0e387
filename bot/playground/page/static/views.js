/** Views: the modal over the page, and the app's home tab. */

import { drawAction, drawField, isOneElement } from "./controls.js";
import { h, icon, plainButton, role, setMessageHtml } from "./dom.js";

const FIELDS = "input, textarea, select";
const STOPS = `button, a[href], summary, ${FIELDS}`;

/** Draw blocks whose controls act at once, in a message or the home tab. */
export function drawParts(parts, workspace, act) {
  return parts.flatMap((part) => {
    const text = part.html ? setMessageHtml(h("div", { class: "text", "data-role": "text" }), part.html) : null;
    const controls = part.controls.map((control) => drawAction(control, workspace, act, part.field?.label));
    const label = part.field ? h("span", { class: "label" }, part.field.label) : null;
    const row = controls.length ? h("div", { class: "buttons" }, label, ...controls) : null;
    // A section's accessory stands beside its text.
    return text && row ? [h("div", { class: "with-accessory" }, text, row)] : [text, row].filter(Boolean);
  });
}

/** The app's home tab: drawn anew when the app has published another one. */
export class Home {
  #shown;

  constructor(element, workspace, act) {
    this.element = element;
    this.workspace = workspace;
    this.act = act;
  }

  /** Show a view, or that there is none for null. */
  draw(view) {
    if (view === this.#shown) return;
    this.#shown = view;
    const act = (control, chosen) => this.act(view, control, chosen);
    const empty = h("p", { class: "empty" }, "The app has not published a home yet.");
    this.element.replaceChildren(...(view ? drawParts(view.parts, this.workspace, act) : [empty]));
  }
}

/**
 * The modal: drawn anew when the server's view changes. As in Slack, a field with the same block_id and action_id keeps
 * what was typed into it, also while another view is on top; the place in the form and the focus stay, too.
 */
export class Modal {
  #shown = "";
  #fields = [];
  #view = null;
  #below = new Map();

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
    if (this.#view) this.#below.set(this.#view.id, this.#held());
    const held = view ? this.#below.get(view.id) : null;
    this.#shown = state;
    this.#view = view;
    if (!view) {
      this.#below.clear();
      this.element.close();
      return;
    }
    this.#fields = [];
    this.element.setAttribute("aria-label", view.title);
    this.element.replaceChildren(this.#form(view));
    if (!this.element.open) this.element.showModal();
    // Another page of a form begins at its top.
    if (held && this.#fields.some(({ key }) => held.keys.has(key))) this.#restore(held);
    else (this.element.querySelector(".body :is(input, textarea, select)") ?? role("modal-close", this.element)).focus();
  }

  /** What a redraw must keep: typed values, the place in the form, the focus and the selection in it. */
  #held() {
    const { activeElement: focused } = document;
    const changed = this.#fields.filter(({ field, first }) => !isSame(field.read(), first));
    return {
      keys: new Set(this.#fields.map(({ key }) => key)),
      top: this.element.querySelector(".body").scrollTop,
      typed: new Map(changed.map(({ key, field }) => [key, field.read()])),
      stop: this.element.contains(focused) ? stopOf(focused) : null,
      selection: "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : [null],
    };
  }

  #restore({ top, typed, stop, selection }) {
    for (const { key, field } of this.#fields) if (typed.has(key)) field.write(typed.get(key));
    const stops = [...this.element.querySelectorAll(STOPS)];
    const same = stops.find((one) => stopOf(one) === stop) ?? role("modal-close", this.element);
    same.focus({ preventScroll: true });
    if (selection[0] !== null && "selectionStart" in same) same.setSelectionRange(...selection);
    this.element.querySelector(".body").scrollTop = top;
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
      if (submit.ariaBusy === "true") return;
      submit.ariaBusy = "true";
      this.#tell(await this.actions.submit(view, this.#values()));
      submit.ariaBusy = null;
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
    const ids = { label: `label-${block}`, field: `field-${block}`, hint: `hint-${block}`, fault: `fault-${block}` };
    const isOne = isOneElement(control);
    const described = { "aria-describedby": hint ? `${ids.hint} ${ids.fault}` : ids.fault };
    const named = isOne ? { id: ids.field } : { "aria-labelledby": ids.label };
    const field = drawField(control, this.workspace, { ...named, ...described });
    const fault = h("p", { class: "fault", id: ids.fault, "data-role": "fault", "data-block": block });
    this.#fields.push({ block, key: `${block}/${control.action_id}`, control, field, fault, first: field.read() });
    if (control.dispatches) {
      field.node.addEventListener("change", () => this.actions.act(view, control, { choice: field.read() }, this.#values()));
    }
    const words = [label, optional ? h("small", {}, " (optional)") : null];
    return h(
      "div",
      { class: "row", "data-block": block },
      isOne ? h("label", { class: "label", for: ids.field }, ...words) : h("span", { class: "label", id: ids.label }, ...words),
      field.node,
      hint ? h("p", { class: "hint-below", id: ids.hint }, hint) : null,
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
      if (errors[block]) first ??= field.node.matches(FIELDS) ? field.node : field.node.querySelector(`summary, ${FIELDS}`);
    }
    first?.focus();
  }
}

/** Tell the parts of a form apart, in this drawing of it and the next one. */
function stopOf(element) {
  const place = element.closest("[data-block], [data-action]");
  return [element.tagName, element.type, element.value && element.type === "checkbox" ? element.value : "", place?.dataset.block, place?.dataset.action, element.dataset.role, element.dataset.action].join("|");
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
