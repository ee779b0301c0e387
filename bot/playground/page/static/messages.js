/** Messages on the page: rows with their text, files, buttons and reactions, grouped by author and day. */

import { arrange, h, icon, plainButton, setMessageHtml } from "./dom.js";
import { openMenu } from "./menu.js";
import { drawParts } from "./views.js";

const GROUP_SECONDS = 300;
const TINTS = 6;
const OFFERED_REACTIONS = ["+1", "-1", "eyes"];
const EMOJI = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", eyes: "👀", white_check_mark: "✅", x: "❌", heart: "❤️",
  tada: "🎉", rocket: "🚀", fire: "🔥", pray: "🙏", clap: "👏", wave: "👋", thinking_face: "🤔", smile: "😄", joy: "😂",
  hourglass_flowing_sand: "⏳", warning: "⚠️", bug: "🐛", bulb: "💡", memo: "📝", lock: "🔒", question: "❓",
};
const CARET_BLOCKS = "p, ul, ol, li, pre, pre > code, blockquote, h1, h2, h3, h4, h5, h6, div";
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });

/** A list of messages; a redraw changes only the rows of changed messages. */
export class MessageList {
  #rows = new Map();

  /** `actions` is what a row can ask for: openThread, act, react, edit, remove, shortcut, copyLink; each of a message. */
  constructor(element, workspace, actions) {
    this.element = element;
    this.workspace = workspace;
    this.actions = actions;
  }

  /** Draw these messages. `thread`: they are one thread, whose first message is its root. */
  draw(messages, { thread = false } = {}) {
    const rows = new Map();
    const nodes = [];
    messages.forEach((message, index) => {
      const previous = messages[index - 1];
      const divider = thread ? threadDivider(messages, index) : dayDivider(message, previous);
      const compact = divider === null && isContinued(message, previous);
      const key = `${message.channel}/${message.ts}`;
      const row = this.#row(this.#rows.get(key), message, compact, thread);
      rows.set(key, row);
      if (divider !== null) nodes.push(this.#divider(rows, `${key}/divider`, divider));
      nodes.push(row.node);
    });
    this.#rows = rows;
    arrange(this.element, nodes);
  }

  #row(known, message, compact, thread) {
    const summary = thread ? null : threadSummary(this.workspace, message);
    const signature = JSON.stringify([compact, summary]);
    if (known && known.message === message && known.signature === signature) return known;
    return { message, signature, node: drawRow(message, { compact, summary }, this.workspace, this.actions) };
  }

  #divider(rows, key, label) {
    const known = this.#rows.get(key);
    const node = () => h("li", { class: "divider" }, h("span", {}, label));
    const row = known?.label === label ? known : { label, node: node() };
    rows.set(key, row);
    return row.node;
  }
}

function drawRow(message, { compact, summary }, workspace, actions) {
  const date = dateOf(message);
  const time = h("time", { datetime: date.toISOString(), title: FULL.format(date) }, CLOCK.format(date));
  return h(
    "li",
    {
      class: `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`,
      "data-role": "message",
      "data-ts": message.ts,
      "data-thread": message.thread_ts || null,
      "data-user": message.user,
      "data-streaming": message.streaming,
    },
    compact ? h("div", { class: "gutter" }, time) : avatar(workspace, message.user, message.name),
    h(
      "div",
      { class: "content" },
      message.ephemeral ? onlyYou() : null,
      compact ? null : byline(workspace, message, time),
      ...body(message, workspace, actions),
      ...message.files.map(fileCard),
      reactionRow(message, workspace, actions),
      summary ? threadLink(message, summary, workspace, actions) : null,
    ),
    message.ephemeral ? null : toolbar(message, workspace, actions),
  );
}

/** A message's content: its text, or its blocks with their controls, and its attachments. */
function body(message, workspace, actions) {
  const whole = h("div", { class: "text", "data-role": "text" });
  setMessageHtml(whole, message.html);
  const acts = (control, chosen) => actions.act(message, control, chosen);
  const parts = message.parts.length ? drawParts(message.parts, workspace, acts) : [whole];
  const text = parts.findLast((part) => part.matches(".text") || part.querySelector(".text"));
  if (message.streaming && text) addCaret(text);
  if (message.edited && text) text.append(h("span", { class: "edited" }, "(edited)"));
  if (!message.attachments) return parts;
  const attached = h("div", { class: "text attached" });
  setMessageHtml(attached, message.attachments);
  return [...parts, attached];
}

function onlyYou() {
  return h("p", { class: "only-you", "data-role": "ephemeral" }, icon("eye"), "Only visible to you");
}

function byline(workspace, message, time) {
  const user = workspace.users.get(message.user);
  const isApp = message.name || user?.is_bot;
  const badge = isApp ? h("span", { class: "badge" }, "APP") : user?.badge ? h("span", { class: "mark" }, user.badge) : null;
  return h("div", { class: "byline" }, h("strong", {}, workspace.authorOf(message)), badge, time);
}

/** Draw a user's initials; colors only tell users apart. */
export function avatar(workspace, id, name = "") {
  const words = (name || workspace.nameOf(id)).split(/[\s._-]+/).filter(Boolean);
  const initials = words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
  const sum = [...id].reduce((total, letter) => total + letter.codePointAt(0), 0);
  const tint = workspace.users.get(id)?.is_bot ? "bot" : sum % TINTS;
  return h("span", { class: `avatar tint-${tint}`, "aria-hidden": "true" }, initials);
}

/** Put a caret after the last letter, inside the block that it is in. */
function addCaret(text) {
  let place = text;
  dropTrailingSpace(place);
  while (place.lastChild === place.lastElementChild && place.lastElementChild?.matches(CARET_BLOCKS)) {
    place = place.lastElementChild;
    dropTrailingSpace(place);
  }
  place.append(h("span", { class: "caret", "data-role": "caret", "aria-hidden": "true" }));
}

function dropTrailingSpace(element) {
  const last = element.lastChild;
  if (last?.nodeType !== Node.TEXT_NODE) return;
  last.data = last.data.trimEnd();
  if (!last.data) last.remove();
}

function fileCard(file) {
  const about = h("span", {}, `${sizeOf(file.size)} · ${file.kind}`);
  const download = { class: "plain", href: file.url, download: file.name, "data-role": "download" };
  const preview = { tabindex: "0", "data-role": "preview", "aria-label": `Contents of ${file.name}` };
  return h(
    "section",
    { class: "file", "data-role": "file", "data-name": file.name, "aria-label": `File ${file.name}` },
    h(
      "header",
      {},
      icon("file"),
      h("span", { class: "file-name" }, h("strong", {}, file.name), about),
      h("a", { ...download, "aria-label": `Download ${file.name}` }, icon("download")),
    ),
    file.is_image ? h("img", { src: file.url, alt: file.name, loading: "lazy" }) : null,
    file.preview ? h("pre", preview, setMessageHtml(h("code"), file.preview)) : null,
  );
}

function reactionRow(message, workspace, actions) {
  if (message.reactions.length === 0) return null;
  const draw = ({ name, users }) =>
    h(
      "button",
      {
        type: "button",
        class: "reaction",
        "data-role": "reaction",
        "data-name": name,
        "aria-pressed": String(users.includes(workspace.me.id)),
        title: `${users.map((id) => workspace.nameOf(id)).join(", ")} reacted with :${name}:`,
        onclick: () => actions.react(message, name),
      },
      emoji(name),
      h("span", {}, String(users.length)),
    );
  return h("div", { class: "reactions" }, ...message.reactions.map(draw));
}

function toolbar(message, workspace, actions) {
  const reactions = OFFERED_REACTIONS.map((name) =>
    plainButton(`React with ${name}`, { onclick: () => actions.react(message, name) }, emoji(name)),
  );
  const open = { "data-role": "reply", onclick: () => actions.openThread(message) };
  const reply = plainButton("Reply in thread", open, icon("reply"));
  const list = ({ currentTarget }) => openMenu(currentTarget, menuOf(message, workspace, actions));
  const more = plainButton("More actions", { "data-role": "more", "aria-haspopup": "menu", onclick: list }, icon("more"));
  return h("div", { class: "toolbar", role: "group", "aria-label": "Message" }, ...reactions, reply, more);
}

function menuOf(message, workspace, actions) {
  const shortcuts = workspace.shortcuts.filter(({ kind }) => kind === "message");
  const own = [
    { text: "Edit message", run: () => actions.edit(message) },
    { text: "Delete message…", run: () => actions.remove(message), danger: true },
  ];
  return [
    ...shortcuts.map((shortcut) => ({ text: shortcut.name, run: () => actions.shortcut(shortcut, message) })),
    ...(shortcuts.length ? [null] : []),
    { text: "Copy link", run: () => actions.copyLink(message) },
    ...(message.user === workspace.me.id ? [null, ...own] : []),
  ];
}

/** What the channel shows of a message's thread, or null if it has none. */
function threadSummary(workspace, message) {
  const replies = workspace.replies(message.channel, message.ts);
  const status = workspace.status(message.channel, message.ts);
  if (replies.length === 0 && !status) return null;
  return {
    count: replies.length,
    people: [...new Set(replies.map((reply) => reply.user))].slice(0, 3),
    last: replies.at(-1)?.ts ?? null,
    status,
    unread: workspace.unread(`${message.channel}/${message.ts}`),
  };
}

function threadLink(message, summary, workspace, actions) {
  const count = summary.count === 1 ? "1 reply" : `${summary.count} replies`;
  const last = summary.last ? `Last at ${CLOCK.format(dateOf({ ts: summary.last }))}` : "";
  return h(
    "button",
    {
      type: "button",
      class: `thread-link${summary.unread ? " unread" : ""}`,
      "data-role": "replies",
      "data-thread": message.ts,
      onclick: () => actions.openThread(message),
    },
    ...summary.people.map((id) => avatar(workspace, id)),
    summary.count ? h("span", { class: "count" }, count) : null,
    h("span", { class: summary.status ? "last working" : "last" }, summary.status || last),
  );
}

function dayDivider(message, previous) {
  const day = dayOf(dateOf(message));
  return previous && dayOf(dateOf(previous)) === day ? null : day;
}

function threadDivider(messages, index) {
  if (index !== 1) return null;
  return messages.length === 2 ? "1 reply" : `${messages.length - 1} replies`;
}

function isContinued(message, previous) {
  if (!previous || previous.user !== message.user || previous.name !== message.name) return false;
  return message.ephemeral === previous.ephemeral && Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;
}

function dateOf(message) {
  return new Date(Number(message.ts) * 1000);
}

function dayOf(date) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(date);
}

function sizeOf(bytes) {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function emoji(name) {
  return EMOJI[name] ?? `:${name}:`;
}
