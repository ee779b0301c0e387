/** One message on the page: its text, files, buttons, reactions and thread. */

import { ownFile } from "./api.js";
import { frame, h, icon, plainButton, setMessageHtml } from "./dom.js";
import { emoji } from "./emoji.js";
import { openMenu } from "./menu.js";
import { drawParts } from "./views.js";

const TINTS = 6;
const OFFERED_REACTIONS = ["+1", "-1", "eyes"];
const CARET_BLOCKS = "p, ul, ol, li, pre, pre > code, blockquote, h1, h2, h3, h4, h5, h6, div";
/** What a person wrote is folded beyond this; an answer is shown whole. */
const LONG = { characters: 4000, lines: 40 };
const PREVIEW_LINES = 14;
const LABEL_CHARACTERS = 300;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/**
 * Draw a message. `look`: {compact, summary, unfolded}; `actions` is what it can ask for, each of a message: openThread,
 * act, react, edit, remove, dismiss, shortcut, copyLink, unfold.
 */
export function drawMessage(message, { compact, summary, unfolded }, workspace, actions) {
  const date = dateOf(message);
  const time = (shown) => h("time", { datetime: date.toISOString(), title: FULL.format(date) }, shown);
  const content = h(
    "div",
    { class: "content" },
    message.ephemeral ? onlyYou(message, actions) : null,
    compact ? null : byline(workspace, message, time(CLOCK.format(date))),
    ...body(message, unfolded, workspace, actions),
    ...message.files.map(fileCard),
    reactionRow(message, workspace, actions),
    summary ? threadLink(message, summary, workspace, actions) : null,
  );
  const words = [...content.querySelectorAll(".text")].map((text) => text.textContent).join(" ");
  const whose = `${message.ephemeral ? "Only visible to you. " : ""}${workspace.authorOf(message)}, ${CLOCK.format(date)}`;
  return h(
    "li",
    {
      class: `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`,
      "data-role": "message",
      "data-ts": message.ts,
      "data-thread": message.thread_ts || null,
      "data-user": message.user,
      "data-streaming": message.streaming,
      "aria-label": `${whose}: ${words.slice(0, LABEL_CHARACTERS)}`,
    },
    compact ? h("div", { class: "gutter" }, time(hour(date))) : avatar(workspace, message.user, message.name),
    content,
    message.ephemeral ? null : toolbar(message, workspace, actions),
  );
}

/** The time of day without a.m. and p.m., which the gutter has no room for. */
function hour(date) {
  const parts = CLOCK.formatToParts(date).filter(({ type }) => type !== "dayPeriod");
  return parts.map(({ value }) => value).join("").trim();
}

/** A message's content: its text, or its blocks with their controls, and its attachments. */
function body(message, unfolded, workspace, actions) {
  const whole = setMessageHtml(h("div", { class: "text", "data-role": "text" }), message.html);
  const acts = (control, chosen) => actions.act(message, control, chosen);
  const parts = message.parts.length ? drawParts(message.parts, workspace, acts) : [whole];
  const text = parts.findLast((part) => part.matches(".text") || part.querySelector(".text"));
  if (message.streaming && text) addCaret(text);
  if (message.edited && text) text.append(" ", h("span", { class: "edited" }, "(edited)"));
  const fold = isLong(message) ? foldButton(message, whole, unfolded, actions) : null;
  const attached = message.attachments ? setMessageHtml(h("div", { class: "text attached" }), message.attachments) : null;
  return [...parts, fold, attached];
}

function isLong({ typed }) {
  return typed.length > LONG.characters || typed.split("\n", LONG.lines + 1).length > LONG.lines;
}

function foldButton(message, text, unfolded, actions) {
  text.classList.toggle("folded", !unfolded);
  const attributes = { type: "button", class: "fold", "data-role": "fold", "aria-expanded": String(unfolded) };
  return h("button", { ...attributes, onclick: () => actions.unfold(message) }, unfolded ? "Show less" : "Show more");
}

/** Above a message that only this person sees: so it says, and what was typed to get it. */
function onlyYou(message, actions) {
  const dismiss = h("button", { type: "button", class: "quiet", "data-role": "dismiss", onclick: () => actions.dismiss(message) }, "Dismiss");
  const note = h("p", { class: "only-you", "data-role": "ephemeral" }, icon("eye"), h("span", {}, "Only visible to you"), dismiss);
  if (!message.answers) return note;
  const asked = setMessageHtml(h("span", { class: "asked", "data-role": "asked" }), message.answers);
  return h("div", { class: "private" }, note, h("p", {}, h("span", { class: "unseen" }, "You typed "), asked));
}

function byline(workspace, message, time) {
  const user = workspace.users.get(message.user);
  const isApp = message.name || user?.is_bot;
  const badge = isApp ? h("span", { class: "badge" }, "APP") : user?.badge ? h("span", { class: "mark" }, user.badge) : null;
  return h("div", { class: "byline" }, h("strong", { dir: "auto" }, workspace.authorOf(message)), " ", badge, " ", time, " ");
}

/** Draw a user's initials; colors only tell users apart. */
export function avatar(workspace, id, name = "") {
  const words = (name || workspace.nameOf(id)).split(/[\s._-]+/).filter(Boolean);
  const initials = words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
  const sum = [...id].reduce((total, letter) => total + letter.codePointAt(0), 0);
  const tint = workspace.isBot(id) ? "bot" : sum % TINTS;
  return h("span", { class: `avatar tint-${tint}`, "aria-hidden": "true" }, initials);
}

/** Put a caret after the last letter, inside the block that it is in. */
function addCaret(text) {
  let place = text;
  dropTrailingSpace(place);
  if (place.lastElementChild?.matches(".task")) return; // which shows by itself that it runs
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
  const url = ownFile(file.url);
  const download = { class: "plain", href: url, download: file.name, "data-role": "download" };
  return h(
    "div",
    { class: "file", role: "group", "data-role": "file", "data-name": file.name, "aria-label": `File ${file.name}` },
    h(
      "header",
      {},
      icon("file"),
      h("span", { class: "file-name" }, h("strong", { dir: "auto" }, file.name), about),
      h("a", { ...download, "aria-label": `Download ${file.name}` }, icon("download")),
    ),
    file.is_image ? h("img", { src: url, alt: file.name, loading: "lazy" }) : null,
    ...(file.preview ? filePreview(file) : []),
  );
}

function filePreview({ preview }) {
  const text = h("pre", { "data-role": "preview" }, setMessageHtml(h("code"), preview));
  const isShort = text.textContent.split("\n", PREVIEW_LINES + 1).length <= PREVIEW_LINES;
  if (isShort) return [frame(text)];
  const fold = h("button", { type: "button", class: "fold", "aria-expanded": "false" }, "Show more");
  text.classList.add("folded");
  fold.addEventListener("click", () => {
    const isFolded = text.classList.toggle("folded");
    fold.textContent = isFolded ? "Show more" : "Show less";
    fold.setAttribute("aria-expanded", String(!isFolded));
  });
  return [frame(text), fold];
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
export function threadSummary(workspace, message) {
  const replies = workspace.replies(message.channel, message.ts).filter((reply) => !reply.ephemeral);
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
    " ",
    h("span", { class: summary.status ? "last working" : "last" }, summary.status || last),
  );
}

/** When a message was posted. */
export function dateOf(message) {
  return new Date(Number(message.ts) * 1000);
}

function sizeOf(bytes) {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
