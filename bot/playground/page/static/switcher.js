/** Ctrl+K: a dialog that leads to any channel, direct message or person by the letters of its name. */

import { addressAs } from "./api.js";
import { h, icon } from "./dom.js";

const MOST = 12;

/** Every place but the open one, those first that have something new, and every person that the page can be for. */
export function destinations(workspace, open, enter) {
  const { channels, people, me } = workspace;
  const isUnread = ({ id }) => Number(workspace.unread(id) > 0);
  const places = channels.filter(({ id }) => id !== open).sort((a, b) => isUnread(b) - isUnread(a));
  const toPlace = (channel) => {
    const sign = { im: "●", public: "#" }[channel.sign] ?? channel.sign;
    return { sign, name: workspace.nameOfChannel(channel), about: channel.topic, run: () => enter(channel) };
  };
  const toPerson = ({ name, real_name: shown, role }) => {
    return { sign: "@", name: shown, about: role, run: () => location.assign(addressAs(name)) };
  };
  return [...places.map(toPlace), ...people.filter(({ name }) => name !== me.name).map(toPerson)];
}

/** Open the dialog. `entries`: {sign, name, about, run}, the likeliest first. */
export function openSwitcher(entries) {
  if (document.querySelector("dialog[open]")) return;
  const input = h("input", {
    type: "text", class: "input", role: "combobox", "aria-label": "Jump to a channel or person", "aria-controls": "places",
    "aria-autocomplete": "list", "aria-expanded": "true", autocomplete: "off", spellcheck: "false", placeholder: "Jump to…",
    dir: "auto",
  });
  const list = h("ul", { class: "places", role: "listbox", id: "places", "aria-label": "Channels and people" });
  const none = h("p", { class: "none", role: "status" });
  const dialog = h("dialog", { class: "switcher", "aria-label": "Jump to", "data-role": "switcher" }, input, list, none);
  let shown = [];
  let chosen = 0;
  const go = (entry) => {
    dialog.close();
    entry?.run();
  };
  const choose = (index) => {
    chosen = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    list.children[index]?.scrollIntoView({ block: "nearest" });
    if (shown.length) input.setAttribute("aria-activedescendant", `place-${index}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const offer = () => {
    shown = matching(entries, input.value).slice(0, MOST);
    list.replaceChildren(...shown.map((entry, index) => item(entry, index, () => go(entry))));
    list.hidden = shown.length === 0;
    none.textContent = shown.length ? "" : "Nothing here has that name.";
    choose(0);
  };
  input.addEventListener("input", offer);
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) choose((chosen + step + shown.length) % shown.length);
    else if (event.key === "Enter") go(shown[chosen]);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  offer();
  dialog.showModal();
}

/** Entries whose name begins with what was typed, then those with a word that does, then those that hold it. */
function matching(entries, typed) {
  const wanted = typed.trim().replace(/^[#@]/, "").toLowerCase();
  const rank = ({ name }) => {
    const known = name.toLowerCase();
    if (known.startsWith(wanted)) return 0;
    return known.split(/[\s_.-]+/).some((word) => word.startsWith(wanted)) ? 1 : known.includes(wanted) ? 2 : 3;
  };
  return entries.filter((entry) => rank(entry) < 3).sort((a, b) => rank(a) - rank(b));
}

function item({ sign, name, about }, index, run) {
  const sight = h("span", { class: "sign", "aria-hidden": "true" }, sign.length > 1 ? icon(sign) : sign);
  const attributes = { role: "option", id: `place-${index}`, "aria-selected": "false", onclick: run };
  return h("li", attributes, sight, h("bdi", {}, name), about ? h("span", {}, about) : null);
}
