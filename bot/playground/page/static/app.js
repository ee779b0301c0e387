/** The playground's page: a Slack-like workspace for talking to the bot without an account. */

import { Actions, attempt } from "./actions.js";
import { get, listen, post } from "./api.js";
import { Composer } from "./composer.js";
import { icon, role } from "./dom.js";
import { Drafts } from "./drafts.js";
import { loadEmoji } from "./emoji.js";
import { Following } from "./following.js";
import { MessageList } from "./messages.js";
import { warn } from "./notice.js";
import { Scroll } from "./scroll.js";
import { Sidebar } from "./sidebar.js";
import { welcome } from "./starters.js";
import { destinations, openSwitcher } from "./switcher.js";
import { Home, Modal } from "./views.js";
import { Workspace, isReply } from "./workspace.js";

const NARROW = matchMedia("(max-width: 760px)");
const ANNOUNCED_CHARACTERS = 300;

const workspace = new Workspace();
const sidebar = new Sidebar(role("sidebar"), workspace);
const lists = {};
const scrolls = {};
const composers = {};
const following = new Following(workspace);
const actions = new Actions(workspace, following);
/** Where what is new begins in the open channel and thread: a ts, null for nowhere. */
const newFrom = { channel: null, thread: null };
let modal = null;
let home = null;
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
  if (moved) newFrom.channel = null;
  if (moved || opened) newFrom.thread = null;
  markSeen();
  if (moved) scrolls.channel.leaveFor(channel.id);
  if (moved || opened) scrolls.thread.leaveFor(`${channel.id}/${here.thread}`);
  draw();
  const label = `Message ${workspace.titleOf(channel)}${workspace.asWhom}`;
  composers.channel.moveTo({ channel: channel.id, thread: null, label });
  if (here.thread) composers.thread.moveTo({ channel: channel.id, thread: here.thread, label: "Reply…" });
  if (moved) scrolls.channel.arrive(role("new-line", role("channel-messages")));
  if (here.thread && (moved || opened)) scrolls.thread.arrive(role("new-line", role("thread-messages")));
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
    await loadEmoji();
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
  if (change.type === "session") followSession(change);
  scheduleDraw();
}

/** Handle a new message: count it as unread, or scroll to it. */
function greet(message) {
  const { channel, ts, thread_ts: thread } = message;
  const isMine = message.user === workspace.me.id;
  if (isMine && channel === here.channel) showOwn(isReply(message) ? "thread" : "channel");
  if (message.answers) following.settled(channel);
  else if (isReply(message) && workspace.isBot(message.user)) followThread(channel, thread);
  if (isMine) return;
  if (channel !== here.channel || document.hidden) workspace.markUnread(channel, ts);
  const place = isReply(message) ? `${channel}/${thread}` : null;
  if (place && (place !== `${here.channel}/${here.thread}` || document.hidden)) workspace.markUnread(place, ts);
}

/** Whoever writes has read what was new. */
function showOwn(place) {
  newFrom[place] = null;
  scrolls[place].toEnd();
}

function followThread(channel, thread) {
  if (channel === here.channel && following.takes(channel, thread)) goTo(channel, thread);
}

/** Open a thread that the app works on; close it again if it gives up without a word there. */
function followSession({ channel, thread_ts: thread, status }) {
  if (status) {
    followThread(channel, thread);
    return;
  }
  const isEmpty = workspace.replies(channel, thread).length === 0;
  const isShown = channel === here.channel && thread === here.thread;
  if (isShown && isEmpty && following.opened(channel, thread) && composers.thread.isEmpty) goTo(channel);
}

function announce(message) {
  if (message.user === workspace.me.id || message.channel !== here.channel) return;
  const text = new DOMParser().parseFromString(message.html, "text/html").body.textContent;
  role("announcement").textContent = `${workspace.nameOf(message.user)}: ${text.slice(0, ANNOUNCED_CHARACTERS)}`;
}

function markSeen() {
  if (document.hidden) return;
  newFrom.channel = workspace.markRead(here.channel) ?? newFrom.channel;
  if (here.thread) newFrom.thread = workspace.markRead(`${here.channel}/${here.thread}`) ?? newFrom.thread;
}

function showLost(sentence) {
  Object.assign(role("connection"), { textContent: sentence, hidden: false });
}

// The user's actions

async function send(place, text, files) {
  const ts = await actions.send(place, text, files);
  const { channel, thread } = place;
  // The app may have begun before this page heard that its message is there.
  const isBegun = ts && (workspace.status(channel, ts) || workspace.replies(channel, ts).length);
  if (isBegun && !thread) followThread(channel, ts);
}

/** Put a message's text into its composer; sending edits the message. */
function edit(message, place = isReply(message) && here.thread ? "thread" : "channel") {
  composers[place].edit(message.typed, (changed) => actions.change(message, changed));
}

/** Edit the last message that the user wrote at a place. */
function editLast({ channel, thread }) {
  const shown = thread ? [workspace.message(channel, thread), ...workspace.replies(channel, thread)] : workspace.roots(channel);
  const own = shown.filter((message) => message?.user === workspace.me.id && message.typed).at(-1);
  if (own) edit(own, thread ? "thread" : "channel");
}

function jump() {
  const enterIt = ({ id }) => {
    goTo(id);
    composers.channel.focus();
  };
  openSwitcher(destinations(workspace, here.channel, enterIt));
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
  drawTitle(channel);
  role("topic").textContent = channel.topic ?? "";
  role("starters").hidden = messages.length > 0;
  lists.channel.draw(messages, { newFrom: newFrom.channel });
  scrolls.channel.keep();
  const offered = JSON.stringify([channel.id, workspace.prompts(channel.id)]);
  if (messages.length === 0 && role("starters").dataset.offered !== offered) drawWelcome(channel, offered);
}

function drawTitle(channel) {
  const title = workspace.titleOf(channel);
  if (role("channel-name").textContent === title) return;
  const sign = channel.sign === "private" ? [icon("private", "Private channel")] : [];
  role("channel-name").replaceChildren(...sign, title);
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
  home.draw(workspace.home);
}

function drawBanner() {
  const { name, notice } = workspace.model;
  Object.assign(role("banner"), { textContent: notice, hidden: !notice }).dataset.model = name;
}

function drawWelcome(channel, offered) {
  role("starters").dataset.offered = offered;
  role("starters").replaceChildren(...welcome(workspace, channel, (text) => composers.channel.fill(text)));
}

function drawThread() {
  const pane = role("thread");
  pane.hidden = here.thread === null;
  // On a narrow page the thread hides the channel, and the page's main heading with it.
  role("thread-title").setAttribute("aria-level", NARROW.matches ? "1" : "2");
  document.body.classList.toggle("thread-shown", !pane.hidden);
  if (pane.hidden) return;
  const root = workspace.message(here.channel, here.thread);
  const replies = workspace.replies(here.channel, here.thread);
  if (!root && replies.length === 0) {
    warn(pane.dataset.thread === here.thread ? "This thread's message was deleted." : "That message isn't here: it may have been deleted.");
    goTo(here.channel);
    return;
  }
  const status = workspace.status(here.channel, here.thread);
  pane.dataset.thread = here.thread;
  const place = workspace.titleOf(workspace.channel(here.channel));
  role("thread-place").textContent = workspace.threadTitle(here.channel, here.thread) || place;
  lists.thread.draw([...(root ? [root] : []), ...replies], { thread: true, newFrom: newFrom.thread });
  role("status-text").textContent = status;
  role("status").hidden = !status;
  role("stop").hidden = !workspace.isStoppable(here.channel, here.thread) || replies.some((reply) => workspace.hasOwnStop(reply));
  scrolls.thread.keep();
}

// Start

function start() {
  const drafts = new Drafts(workspace);
  const { act, react, remove, dismiss, shortcut, copyLink } = actions;
  const offered = { openThread, act, react, edit, remove, dismiss, shortcut, copyLink };
  for (const place of ["channel", "thread"]) {
    lists[place] = new MessageList(role(`${place}-messages`), workspace, offered, scheduleDraw);
    scrolls[place] = new Scroll(role(`${place}-scroll`), role(`${place}-newer`));
    composers[place] = new Composer(role(`${place}-composer`), workspace, drafts, { send, editLast });
  }
  const submit = (view, values) => actions.submit(view, values, here.channel);
  home = new Home(role("home"), workspace, actions.actInView);
  modal = new Modal(role("modal"), workspace, { submit, close: actions.closeView, act: actions.actInView });
  role("stop").addEventListener("click", () => actions.stop(here));
  role("close-thread").addEventListener("click", closeThread);
  role("open-sidebar").addEventListener("click", () => showSidebar(true));
  role("close-sidebar").addEventListener("click", () => showSidebar(false));
  role("jump").addEventListener("click", jump);
  role("skip").addEventListener("click", (event) => {
    event.preventDefault();
    composers.channel.focus();
  });
  role("sidebar").addEventListener("click", ({ target }) => target.closest("a") && showSidebar(false));
  document.addEventListener("click", followPermalink);
  NARROW.addEventListener("change", scheduleDraw);
  addEventListener("hashchange", readAddress);
  addEventListener("keydown", (event) => {
    const isJump = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (isJump) {
      event.preventDefault();
      jump();
    } else if (event.key === "Escape" && document.body.classList.contains("sidebar-shown")) showSidebar(false);
    else if (event.key === "Escape" && here.thread) closeThread();
  });
  document.addEventListener("visibilitychange", () => {
    markSeen();
    scheduleDraw();
  });
  listen({ opened: readAll, changed: take, lost: () => showLost("Reconnecting…") });
}

start();
