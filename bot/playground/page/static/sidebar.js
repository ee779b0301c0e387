/** The sidebar: the team, its channels with unread marks, and who is in front of the page. */

import { addressAs } from "./api.js";
import { arrange, h, icon, role } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar } from "./message.js";

const CHANNEL = "[data-role=channel]";
const SIGNS = { im: "●", public: "#" };

export class Sidebar {
  #links = new Map();

  constructor(element, workspace) {
    this.element = element;
    this.workspace = workspace;
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focusin", ({ target }) => target.matches(CHANNEL) && this.#stopAt(target));
  }

  /** Draw the sidebar with this channel's id as the open one. */
  draw(open) {
    role("team", this.element).textContent = this.workspace.team.name;
    this.#drawMe();
    for (const [list, isDirect] of [["channels", false], ["directs", true]]) {
      const channels = this.workspace.channels.filter((channel) => Boolean(channel.is_im) === isDirect);
      arrange(role(list, this.element), channels.map((channel) => this.#draw(channel, open)));
      role(list, this.element).previousElementSibling.hidden = channels.length === 0;
    }
    const links = this.#shown();
    this.#stopAt(links.find((link) => link === document.activeElement) ?? links.find((link) => link.ariaCurrent) ?? links[0]);
  }

  /** All channels' links, from top to bottom. */
  #shown() {
    return [...this.element.querySelectorAll(CHANNEL)];
  }

  /** Let the Tab key stop at one channel: the arrow keys lead to the others. */
  #stopAt(chosen) {
    for (const link of this.#shown()) link.tabIndex = link === chosen ? 0 : -1;
  }

  #key(event) {
    const links = this.#shown();
    const at = links.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    links[to]?.focus();
  }

  /** Draw the person in front of the page: a button that switches to another one. */
  #drawMe() {
    const { me, people } = this.workspace;
    const place = role("me", this.element);
    if (place.dataset.name === me.name) return;
    place.dataset.name = me.name;
    const person = people.find(({ name }) => name === me.name);
    const names = h("span", {}, h("strong", {}, person.real_name), h("span", { class: "unseen" }, ", "), person.role);
    const label = h("span", { class: "unseen" }, "You are ");
    const entries = people.map(({ name, real_name, role: rank }) => {
      return { text: `${real_name} · ${rank}`, chosen: name === me.name, run: () => location.assign(addressAs(name)) };
    });
    const attributes = { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", title: "Be somebody else" };
    const button = h("button", attributes, label, avatar(this.workspace, me.id), names);
    button.addEventListener("click", () => openMenu(button, entries));
    place.replaceChildren(button);
  }

  #draw(channel, open) {
    const item = this.#links.get(channel.id) ?? makeLink(channel, this.workspace.nameOfChannel(channel));
    this.#links.set(channel.id, item);
    const unread = this.workspace.unread(channel.id);
    const link = item.firstElementChild;
    link.classList.toggle("unread", unread > 0);
    if (channel.id === open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    const count = role("unread", link);
    count.textContent = unread ? String(unread) : "";
    count.setAttribute("aria-label", `${unread} unread`);
    count.hidden = unread === 0;
    return item;
  }
}

function makeLink(channel, name) {
  const sign = h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[channel.sign] ?? icon(channel.sign));
  const count = h("span", { class: "count", "data-role": "unread" });
  const attributes = { href: `#${channel.id}`, "data-role": "channel", "data-channel": channel.id };
  return h("li", {}, h("a", attributes, sign, h("span", { class: "name" }, name), count));
}
