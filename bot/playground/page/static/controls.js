/** Controls of blocks: buttons, selects, menus and pickers that act at once, and form fields. */

import { ask } from "./dialog.js";
import { h, icon } from "./dom.js";
import { openMenu } from "./menu.js";

const TYPES = {
  plain_text_input: "text", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time",
  datetimepicker: "datetime-local",
};

/** How many groups of choices were drawn: the same message can be drawn twice, and its groups must not mix. */
let choices = 0;
/** What was rated on this page, by the rating's ids: a message may be drawn anew. */
const ratings = new Map();

/** Draw a control that acts as soon as it is used. `act(control, {value} or {choice})` tells the server. */
export function drawAction(control, workspace, act, label = "") {
  const run = async (element, chosen) => {
    if (element.ariaBusy === "true") return false;
    if (control.confirm && !(await ask(control.confirm, control.style))) return false;
    // Not disabled: that would take the focus away.
    element.ariaBusy = "true";
    await act(control, chosen);
    element.ariaBusy = null;
    return true;
  };
  if (control.kind === "button") return drawButton(control, run);
  if (control.kind === "overflow") return drawOverflow(control, run);
  const field = drawField(control, workspace, label ? { "aria-label": label } : {});
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
  if (control.icon) return drawIcon(control, attributes, press);
  return h("button", { ...attributes, type: "button", onclick: press }, control.text);
}

/** A button that is only an icon: to delete, or one of the two thumbs of a rating, which stays marked when pressed. */
function drawIcon(control, attributes, press) {
  const name = control.text || "Delete";
  const isRating = control.icon !== "trash";
  const rating = `${control.block_id}/${control.action_id}`;
  const look = { class: `${attributes.class} icon-only`, "aria-label": name, title: name };
  if (isRating) look["aria-pressed"] = String(ratings.get(rating) === control.value);
  const rate = async (event) => {
    const button = event.currentTarget;
    if (isRating) {
      ratings.set(rating, control.value);
      for (const one of button.parentElement.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", String(one === button));
    }
    await press({ currentTarget: button });
  };
  return h("button", { ...attributes, ...look, type: "button", onclick: rate }, icon(control.icon));
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

/** Whether a field is one element that a label can be for, and not a group of choices. */
export function isOneElement(control) {
  return !control.several && control.kind !== "checkboxes" && control.kind !== "radio_buttons";
}

/** Draw a field. Returns {node, read, write, reset}: its value is a text or a list of texts; `reset` writes the first. */
export function drawField(control, workspace, attributes = {}) {
  const common = { "data-role": "field", "data-action": control.action_id, ...attributes };
  if (!common["aria-labelledby"] && !common.id) common["aria-label"] ??= control.placeholder || control.text || "Choose";
  const field = drawKind(control, workspace, common);
  field.reset = () => field.write(control.value);
  field.reset();
  return field;
}

function drawKind(control, workspace, common) {
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
  if (isLong || input.type === "text") input.dir = "auto";
  const write = (value) => (input.value = isMoment ? localMoment(value) : value);
  const read = () => (isMoment ? String(Date.parse(input.value) / 1000 || "") : input.value);
  return { node: input, read, write };
}

function localMoment(seconds) {
  if (!seconds) return "";
  const date = new Date(Number(seconds) * 1000);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function drawSelect(control, workspace, common) {
  const options = optionsOf(control, workspace).map(({ text, value }) => h("option", { value }, text));
  // What is chosen in a select can be changed, not taken away.
  const none = control.value ? [] : [h("option", { value: "" }, control.placeholder || "Choose…")];
  const select = h("select", { ...common, class: "input" }, ...none, ...options);
  return { node: select, read: () => select.value, write: (value) => (select.value = value) };
}

/** A multi-select: a collapsible list of checkboxes, sent when it is closed. */
function drawSeveral(control, workspace, common) {
  const { "aria-labelledby": label, "aria-label": words, ...others } = common;
  const named = { "aria-labelledby": label, "aria-label": words };
  const group = drawChoices({ ...control, options: optionsOf(control, workspace) }, named);
  const id = label ? `chosen-${label}` : null;
  const summary = h("summary", { class: "input", id, "aria-labelledby": id && `${label} ${id}` });
  const name = () => {
    const chosen = group.read().length;
    summary.textContent = chosen ? `${chosen} chosen` : control.placeholder || "Choose…";
    if (words) summary.setAttribute("aria-label", chosen ? `${words}: ${chosen} chosen` : words);
  };
  const details = h("details", { ...others, class: "several" }, summary, group.node);
  details.addEventListener("change", name);
  const write = (value) => {
    group.write(value);
    name();
  };
  return { node: details, read: group.read, write };
}

function drawChoices(control, common) {
  const isOne = control.kind === "radio_buttons";
  const name = `choice-${(choices += 1)}`;
  const boxes = control.options.map(({ value }) => h("input", { type: isOne ? "radio" : "checkbox", name, value }));
  const rows = control.options.map(({ text, description }, index) =>
    h("label", { class: "choice" }, boxes[index], h("span", {}, text, description ? h("small", {}, description) : null)),
  );
  const write = (value) => boxes.forEach((box) => (box.checked = [value].flat().includes(box.value)));
  const read = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return isOne ? (chosen[0] ?? "") : chosen;
  };
  return { node: h("div", { ...common, class: "choices", role: isOne ? "radiogroup" : "group" }, ...rows), read, write };
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
