/** The sidebar: the team, its channels with unread marks, the user. */

import { arrange, h, icon, role } from "./dom.js";
import { avatar } from "./messages.js";

const SIGNS = { im: "●", public: "#" };

export class Sidebar {
  #links = new Map();

  constructor(element, workspace) {
    this.element = element;
    this.workspace = workspace;
  }

  /** Draw the sidebar with this channel's id as the open one. */
  draw(open) {
    role("team", this.element).textContent = this.workspace.team.name;
    this.#drawMe();
    for (const [list, isDirect] of [["channels", false], ["directs", true]]) {
      const channels = this.workspace.channels.filter((channel) => Boolean(channel.is_im) === isDirect);
      arrange(role(list, this.element), channels.map((channel) => this.#draw(channel, open)));
    }
  }

  #drawMe() {
    const me = role("me", this.element);
    const name = this.workspace.nameOf(this.workspace.me.id);
    if (me.dataset.name === name) return;
    me.dataset.name = name;
    me.replaceChildren(avatar(this.workspace, this.workspace.me.id), h("span", {}, name));
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
