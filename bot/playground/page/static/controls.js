/** Controls of blocks: buttons, selects, menus and pickers that act at once, and form fields. */

import { ask } from "./dialog.js";
import { h, icon } from "./dom.js";
import { openMenu } from "./menu.js";

const TYPES = {
  plain_text_input: "text", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time",
  datetimepicker: "datetime-local",
};

/** Draw a control that acts as soon as it is used. `act(control, {value} or {choice})` tells the server. */
export function drawAction(control, workspace, act) {
  const run = async (element, chosen) => {
    if (control.confirm && !(await ask(control.confirm, control.style))) return false;
    element.disabled = true;
    await act(control, chosen);
    element.disabled = false;
    return true;
  };
  if (control.kind === "button") return drawButton(control, run);
  if (control.kind === "overflow") return drawOverflow(control, run);
  const field = drawField(control, workspace);
  field.node.addEventListener("change", async () => {
    if (!(await run(field.node, { choice: field.read() }))) field.reset();
  });
  return field.node;
}

function drawButton(control, run) {
  const look = `button ${control.style}`.trim();
  const attributes = { class: look, "data-role": "button", "data-action": control.action_id };
  const press = ({ currentTarget }) => run(currentTarget, { value: control.value });
  if (control.url) {
    const link = { href: control.url, target: "_blank", rel: "noopener noreferrer" };
    return h("a", { ...attributes, ...link, onclick: press }, control.text);
  }
  const text = control.icon ? icon("trash") : control.text;
  const label = control.icon ? { "aria-label": control.text || "Delete", title: control.text || "Delete" } : {};
  return h("button", { ...attributes, ...label, type: "button", onclick: press }, text);
}

function drawOverflow(control, run) {
  const open = ({ currentTarget }) =>
    openMenu(currentTarget, control.options.map(({ text, value }) => ({
      text, run: () => run(currentTarget, { choice: value }),
    })));
  return h(
    "button",
    {
      type: "button", class: "button more", "data-role": "overflow", "data-action": control.action_id,
      "aria-haspopup": "menu", "aria-label": "More actions", onclick: open,
    },
    icon("more"),
  );
}

/** Draw a field. Returns {node, read, reset}: `read` returns its value, a text or a list of texts. */
export function drawField(control, workspace, attributes = {}) {
  const common = { "data-role": "field", "data-action": control.action_id, ...attributes };
  if (!("aria-labelledby" in common)) common["aria-label"] = control.placeholder || control.text || "Choose";
  if (control.kind === "checkboxes" || control.kind === "radio_buttons") return drawChoices(control, common);
  if (control.several && control.kind !== "file_input") return drawSeveral(control, workspace, common);
  if (control.kind === "select") return drawSelect(control, workspace, common);
  return drawInput(control, common);
}

function drawInput(control, common) {
  const shared = { ...common, class: "input", placeholder: control.placeholder || null, maxlength: control.max_length };
  const isLong = control.multiline || control.kind === "rich_text_input";
  const input = isLong
    ? h("textarea", { ...shared, rows: "5" })
    : h("input", { ...shared, type: TYPES[control.kind] ?? "text" });
  if (control.kind === "number_input") input.inputMode = "decimal";
  const isMoment = control.kind === "datetimepicker";
  const reset = () => (input.value = isMoment ? localMoment(control.value) : control.value);
  const read = () => (isMoment ? String(Date.parse(input.value) / 1000 || "") : input.value);
  reset();
  return { node: input, read, reset };
}

function localMoment(seconds) {
  if (!seconds) return "";
  const date = new Date(Number(seconds) * 1000);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function drawSelect(control, workspace, common) {
  const options = optionsOf(control, workspace).map(({ text, value }) => h("option", { value }, text));
  const select = h("select", { ...common, class: "input" }, h("option", { value: "" }, control.placeholder || "Choose…"), ...options);
  const reset = () => (select.value = control.value);
  reset();
  return { node: select, read: () => select.value, reset };
}

/** A multi-select: a collapsible list of checkboxes, sent when it is closed. */
function drawSeveral(control, workspace, common) {
  const choices = drawChoices({ ...control, options: optionsOf(control, workspace) }, {});
  const summary = h("summary", { class: "input", "aria-label": common["aria-label"] ?? null });
  const name = () => {
    const chosen = choices.read().length;
    summary.textContent = chosen ? `${chosen} chosen` : control.placeholder || "Choose…";
  };
  const details = h("details", { ...common, class: "several" }, summary, choices.node);
  details.addEventListener("change", name);
  name();
  return { node: details, read: choices.read, reset: () => { choices.reset(); name(); } };
}

function drawChoices(control, common) {
  const isOne = control.kind === "radio_buttons";
  const name = `${control.block_id}-${control.action_id}`;
  const boxes = control.options.map(({ value }) => h("input", { type: isOne ? "radio" : "checkbox", name, value }));
  const rows = control.options.map(({ text, description }, index) =>
    h("label", { class: "choice" }, boxes[index], h("span", {}, text, description ? h("small", {}, description) : null)),
  );
  const reset = () => boxes.forEach((box) => (box.checked = [control.value].flat().includes(box.value)));
  const read = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return isOne ? (chosen[0] ?? "") : chosen;
  };
  reset();
  return { node: h("div", { ...common, class: "choices", role: isOne ? "radiogroup" : "group" }, ...rows), read, reset };
}

function optionsOf(control, workspace) {
  if (control.source === "users") {
    return [...workspace.users.values()].map(({ id, real_name: text }) => ({ value: id, text, description: "" }));
  }
  if (control.source === "channels") {
    const rooms = workspace.channels.filter((channel) => !channel.is_im);
    return rooms.map(({ id, name }) => ({ value: id, text: `#${name}`, description: "" }));
  }
  return control.options;
}
