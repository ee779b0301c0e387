/** The playground's page: a Slack-like workspace for talking to the bot without an account. */

import { RequestError, get, listen, post } from "./api.js";
import { parseCommand } from "./completion.js";
import { Composer } from "./composer.js";
import { ask } from "./dialog.js";
import { h, plainButton, role } from "./dom.js";
import { MessageList } from "./messages.js";
import { Scroll } from "./scroll.js";
import { Sidebar } from "./sidebar.js";
import { welcome } from "./starters.js";
import { Modal, drawParts } from "./views.js";
import { Workspace, isReply } from "./workspace.js";

const NARROW = matchMedia("(max-width: 760px)");
const ANNOUNCED_CHARACTERS = 300;

const workspace = new Workspace();
const sidebar = new Sidebar(role("sidebar"), workspace);
const lists = {};
const scrolls = {};
const composers = {};
const followed = new Set();
let modal = null;
let homeDrawn = null;
let here = { channel: "", thread: null, home: false };
let behind = null;
let drawing = false;

// The current place, kept in the URL so that reload and the back button work

function readAddress() {
  if (workspace.channels.length === 0) return;
  const [channel, thread] = location.hash.slice(1).split("/");
  const known = workspace.channel(channel) ?? workspace.channels[0];
  const isHome = thread === "home" && Boolean(known.is_im);
  const next = { channel: known.id, thread: (known.id === channel && !isHome && thread) || null, home: isHome };
  const moved = next.channel !== here.channel;
  const opened = next.thread !== here.thread;
  const cameHome = next.home && !here.home;
  here = next;
  // As Slack does, tell the app that its messages tab or home tab was opened.
  if (moved && known.is_im && !isHome) attempt(() => post("/page/home", { tab: "messages" }));
  if (cameHome) attempt(() => post("/page/home", { tab: "home" }));
  enter({ moved, opened });
}

function goTo(channel, thread = null) {
  location.hash = thread ? `${channel}/${thread}` : channel;
  readAddress();
}

function enter({ moved, opened }) {
  const channel = workspace.channel(here.channel);
  markSeen();
  draw();
  const label = `Message ${workspace.titleOf(channel)}${workspace.asWhom}`;
  composers.channel.moveTo({ channel: channel.id, thread: null, label });
  if (here.thread) composers.thread.moveTo({ channel: channel.id, thread: here.thread, label: "Reply…" });
  if (moved) scrolls.channel.toEnd();
  if (opened && here.thread) scrolls.thread.toEnd();
  if (moved) showSidebar(false);
  if (opened && here.thread && NARROW.matches) composers.thread.focus();
}

function openThread(message) {
  goTo(message.channel, isReply(message) ? message.thread_ts : message.ts);
  composers.thread.focus();
}

function closeThread() {
  goTo(here.channel);
  composers.channel.focus();
}

/** Open links to this workspace's messages here: nothing is at Slack's own address. */
function followPermalink(event) {
  const link = event.target.closest("a[href]");
  const found = link && /\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(new URL(link.href).pathname);
  if (!found || !workspace.channel(found[1])) return;
  event.preventDefault();
  goTo(found[1], new URL(link.href).searchParams.get("thread_ts") ?? `${found[2]}.${found[3]}`);
}

/** On a narrow page the sidebar covers the channel while it is open; on a wide one it is always there. */
function showSidebar(shown) {
  const wasShown = document.body.classList.contains("sidebar-shown");
  document.body.classList.toggle("sidebar-shown", shown);
  if (shown !== wasShown) role(shown ? "close-sidebar" : "open-sidebar").focus();
}

// Changes from the server

/** Read everything again. Changes that arrive meanwhile wait in `behind`: none is lost or applied too early. */
async function readAll() {
  const waiting = (behind = []);
  try {
    workspace.load(await get("/page/state"));
    const read = async ({ id }) => workspace.replaceMessages(id, (await get(`/page/messages?channel=${id}`)).messages);
    await Promise.all(workspace.channels.map(read));
    role("connection").hidden = true;
  } catch (error) {
    showLost(error.message);
  }
  if (behind !== waiting) return; // the connection was lost once more, and all is being read again
  behind = null;
  waiting.forEach(take);
  readAddress();
}

function take(change) {
  if (behind !== null) {
    behind.push(change);
    return;
  }
  const before = change.message && workspace.message(change.message.channel, change.message.ts);
  const fresh = workspace.apply(change);
  if (fresh) greet(fresh);
  if (change.message && !change.message.streaming && (fresh || before?.streaming)) announce(change.message);
  if (change.type === "session" && change.status) followThread(change.channel, change.thread_ts);
  scheduleDraw();
}

/** Handle a new message: count it as unread, or scroll to it. */
function greet(message) {
  const isMine = message.user === workspace.me.id;
  const isBots = workspace.users.get(message.user)?.is_bot;
  if (isMine && message.channel === here.channel) scrolls[isReply(message) ? "thread" : "channel"].toEnd();
  if (isReply(message) && isBots) followThread(message.channel, message.thread_ts);
  if (isMine) return;
  if (message.channel !== here.channel || document.hidden) workspace.markUnread(message.channel);
  const thread = isReply(message) ? `${message.channel}/${message.thread_ts}` : null;
  if (thread && (thread !== `${here.channel}/${here.thread}` || document.hidden)) workspace.markUnread(thread);
}

/** Open, once, a thread in which the bot starts to answer, if the user started it in the open channel. */
function followThread(channel, thread) {
  const place = `${channel}/${thread}`;
  const root = workspace.message(channel, thread);
  const isOurs = root && (root.user === workspace.me.id || workspace.users.get(root.user)?.is_bot);
  const isFirst = workspace.replies(channel, thread).filter((reply) => reply.user !== workspace.me.id).length <= 1;
  if (!isOurs || !isFirst || channel !== here.channel || followed.has(place)) return;
  followed.add(place);
  goTo(channel, thread);
}

function announce(message) {
  if (message.user === workspace.me.id || message.channel !== here.channel) return;
  const text = new DOMParser().parseFromString(message.html, "text/html").body.textContent;
  role("announcement").textContent = `${workspace.nameOf(message.user)}: ${text.slice(0, ANNOUNCED_CHARACTERS)}`;
}

function markSeen() {
  if (document.hidden) return;
  workspace.markRead(here.channel);
  if (here.thread) workspace.markRead(`${here.channel}/${here.thread}`);
}

function showLost(sentence) {
  role("connection").textContent = sentence;
  role("connection").hidden = false;
}

// The user's actions

async function send({ channel, thread }, text, files) {
  const command = parseCommand(text);
  if (command) return post("/page/commands", { channel, ...command });
  const message = { channel, text };
  if (thread) message.thread_ts = thread;
  if (files.length) message.files = await Promise.all(files.map(encode));
  return post("/page/messages", message);
}

async function encode(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new RequestError(`${file.name} could not be read.`));
    reader.readAsDataURL(file);
  });
  return { name: file.name, content_base64: url.slice(url.indexOf(",") + 1) };
}

function act({ channel, ts }, { action_id, block_id }, chosen) {
  return attempt(() => post("/page/actions", { channel, ts, action_id, block_id, ...chosen }));
}

function actInView({ id }, { action_id, block_id }, chosen, values = {}) {
  return attempt(() => post("/page/actions", { view_id: id, action_id, block_id, values, ...chosen }));
}

async function submit({ id }, values) {
  try {
    return (await post("/page/views/submit", { view_id: id, values })).errors;
  } catch (error) {
    return { "": error.message };
  }
}

function closeView({ id }) {
  return attempt(() => post("/page/views/close", { view_id: id }));
}

function shortcut({ callback_id }, message = null) {
  const where = message ? { channel: message.channel, ts: message.ts } : {};
  return attempt(() => post("/page/shortcuts", { callback_id, ...where }));
}

/** Put a message's text into its composer; sending edits the message. */
function edit(message) {
  const place = isReply(message) && here.thread ? "thread" : "channel";
  composers[place].edit(message.typed, (changed) => post("/page/messages/edit", { ...idOf(message), text: changed }));
}

async function remove(message) {
  const question = { title: "Delete message", text: "This deletes it for everyone in the channel.", confirm: "Delete" };
  if (await ask(question, "danger")) await attempt(() => post("/page/messages/delete", idOf(message)));
}

function idOf({ channel, ts }) {
  return { channel, ts };
}

async function copyLink({ channel, ts, thread_ts: thread }) {
  const reply = thread && thread !== ts ? `?thread_ts=${thread}&cid=${channel}` : "";
  const link = `https://local-workspace.slack.com/archives/${channel}/p${ts.replace(".", "")}${reply}`;
  await navigator.clipboard.writeText(link).then(() => showNotice("Link copied."), () => showNotice(link));
}

function stop() {
  return attempt(() => post("/page/stop", { channel: here.channel, thread_ts: here.thread }));
}

function react({ channel, ts }, name) {
  return attempt(() => post("/page/reactions", { channel, ts, name }));
}

/** Run an action that has no composer to show an error in. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    showNotice(error.message);
  }
}

function showNotice(sentence) {
  const dismiss = plainButton("Dismiss", { onclick: () => notice.remove() }, "Dismiss");
  const notice = h("p", { class: "notice", role: "alert", "data-role": "notice" }, sentence, dismiss);
  role("notice")?.remove();
  document.body.append(notice);
}

// Drawing

function scheduleDraw() {
  if (drawing) return;
  drawing = true;
  // A hidden page gets no animation frames, but its title shows the unread count.
  (document.hidden ? setTimeout : requestAnimationFrame)(draw);
}

function draw() {
  drawing = false;
  if (!here.channel) return;
  sidebar.draw(here.channel);
  drawBanner();
  drawChannel();
  drawHome();
  modal.draw(workspace.modal);
  drawThread();
  const unread = workspace.unreadInChannels;
  const title = workspace.titleOf(workspace.channel(here.channel));
  document.title = `${unread ? `(${unread}) ` : ""}${title}${workspace.asWhom} · Parley playground`;
}

function drawChannel() {
  const channel = workspace.channel(here.channel);
  const messages = workspace.roots(channel.id);
  role("channel-pane").dataset.channel = channel.id;
  role("channel-name").textContent = workspace.titleOf(channel);
  role("topic").textContent = channel.topic ?? "";
  role("starters").hidden = messages.length > 0;
  lists.channel.draw(messages);
  scrolls.channel.keep();
  const offered = JSON.stringify([channel.id, workspace.prompts(channel.id)]);
  if (messages.length === 0 && role("starters").dataset.offered !== offered) drawWelcome(channel, offered);
}

/** The app's direct messages have two tabs: messages, and the home that the app publishes. */
function drawHome() {
  const isDirect = Boolean(workspace.channel(here.channel).is_im);
  role("tabs").hidden = !isDirect;
  for (const [name, chosen] of [["tab-messages", !here.home], ["tab-home", here.home]]) {
    role(name).href = `#${here.channel}${name === "tab-home" ? "/home" : ""}`;
    if (chosen) role(name).setAttribute("aria-current", "page");
    else role(name).removeAttribute("aria-current");
  }
  role("channel-pane").classList.toggle("at-home", here.home);
  role("home").hidden = !here.home;
  if (homeDrawn === workspace.home && homeDrawn !== null) return;
  homeDrawn = workspace.home;
  const empty = h("p", { class: "empty" }, "The app has not published a home yet.");
  const act = (control, chosen) => actInView(workspace.home, control, chosen);
  role("home").replaceChildren(...(homeDrawn ? drawParts(homeDrawn.parts, workspace, act) : [empty]));
}

function drawBanner() {
  const banner = role("banner");
  banner.textContent = workspace.model.notice;
  banner.dataset.model = workspace.model.name;
  banner.hidden = !workspace.model.notice;
}

function drawWelcome(channel, offered) {
  role("starters").dataset.offered = offered;
  role("starters").replaceChildren(...welcome(workspace, channel, (text) => composers.channel.fill(text)));
}

function drawThread() {
  const pane = role("thread");
  const wasHidden = pane.hidden;
  pane.hidden = here.thread === null;
  document.body.classList.toggle("thread-shown", !pane.hidden);
  if (pane.hidden) return;
  const root = workspace.message(here.channel, here.thread);
  const status = workspace.status(here.channel, here.thread);
  pane.dataset.thread = here.thread;
  const place = workspace.titleOf(workspace.channel(here.channel));
  role("thread-place").textContent = workspace.threadTitle(here.channel, here.thread) || place;
  lists.thread.draw([...(root ? [root] : []), ...workspace.replies(here.channel, here.thread)], { thread: true });
  role("status-text").textContent = status;
  role("status").hidden = !status;
  role("stop").hidden = !workspace.isStoppable(here.channel, here.thread);
  if (wasHidden) scrolls.thread.toEnd();
  else scrolls.thread.keep();
}

// Start

function start() {
  for (const place of ["channel", "thread"]) {
    lists[place] = new MessageList(role(`${place}-messages`), workspace, {
      openThread, act, react, edit, remove, shortcut, copyLink,
    });
    scrolls[place] = new Scroll(role(`${place}-scroll`), role(`${place}-newer`));
    composers[place] = new Composer(role(`${place}-composer`), workspace, send);
  }
  modal = new Modal(role("modal"), workspace, { submit, close: closeView, act: actInView });
  role("stop").addEventListener("click", stop);
  role("close-thread").addEventListener("click", closeThread);
  role("open-sidebar").addEventListener("click", () => showSidebar(true));
  role("close-sidebar").addEventListener("click", () => showSidebar(false));
  role("skip").addEventListener("click", (event) => {
    event.preventDefault();
    composers.channel.focus();
  });
  document.addEventListener("click", followPermalink);
  addEventListener("hashchange", readAddress);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("sidebar-shown")) showSidebar(false);
    else if (event.key === "Escape" && here.thread) closeThread();
  });
  document.addEventListener("visibilitychange", () => {
    markSeen();
    scheduleDraw();
  });
  listen({ opened: readAll, changed: take, lost: () => showLost("Reconnecting…") });
}

start();
