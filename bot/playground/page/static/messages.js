/** Lists of messages: grouped by author and day, one tab stop each, arrow keys between messages. */

import { arrange, h } from "./dom.js";
import { dateOf, drawMessage, threadSummary } from "./message.js";

const GROUP_SECONDS = 300;
const STOPS = "a[href], button, input, select, textarea, summary";
const TYPED_IN = "input, select, textarea, [role=menu] *";
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });

/** A list of messages; a redraw changes only the rows of changed messages, and keeps the focus. */
export class MessageList {
  #rows = new Map();
  #unfolded = new Set();
  #current = null;
  #entered = false;
  #isBehind = false;

  /** `actions` is what a row can ask for; see drawMessage. `redraw` draws the page. */
  constructor(element, workspace, actions, redraw) {
    this.element = element;
    this.workspace = workspace;
    this.actions = { ...actions, unfold: (message) => this.#unfold(message, redraw) };
    element.addEventListener("focusin", (event) => this.#enter(event.target.closest(".message")));
    element.addEventListener("focusout", (event) => element.contains(event.relatedTarget) || this.#leave());
    element.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("selectionchange", () => this.#isBehind && !isSelecting(element) && redraw());
  }

  /** Draw these messages. `thread`: they are one thread, whose first message is its root. `newFrom`: the first new ts. */
  draw(messages, { thread = false, newFrom = null } = {}) {
    const rows = new Map();
    const nodes = [];
    const firstNew = newFrom === null ? null : messages.find(({ ts }) => ts >= newFrom);
    messages.forEach((message, index) => {
      const previous = messages[index - 1];
      const divider = thread ? threadDivider(messages, index) : dayDivider(message, previous);
      const isNew = message === firstNew;
      const compact = divider === null && !isNew && isContinued(message, previous);
      const key = keyOf(message);
      const row = this.#row(this.#rows.get(key), message, compact, thread);
      rows.set(key, row);
      if (divider !== null) nodes.push(this.#divider(rows, `${key}/divider`, divider));
      if (isNew) nodes.push(this.#divider(rows, `${key}/new`, "New", "new"));
      nodes.push(row.node);
    });
    const held = this.#held();
    this.#isBehind = isSelecting(this.element);
    this.#rows = rows;
    arrange(this.element, nodes);
    this.#keepStop(messages.at(-1));
    if (held) this.#restore(held);
  }

  #row(known, message, compact, thread) {
    const summary = thread ? null : threadSummary(this.workspace, message);
    const unfolded = this.#unfolded.has(keyOf(message));
    const signature = JSON.stringify([compact, summary, unfolded]);
    if (known && known.message === message && known.signature === signature) return known;
    // Drawn anew, what is being selected to be copied would be gone: it is drawn when that is over.
    if (known && isSelecting(known.node)) return known;
    const node = drawMessage(message, { compact, summary, unfolded }, this.workspace, this.actions);
    node.dataset.key = keyOf(message);
    keepOpen(known?.node, node);
    setStops(node, { isCurrent: false, isEntered: false });
    return { message, signature, node };
  }

  #divider(rows, key, label, look = "") {
    const known = this.#rows.get(key);
    const attributes = { class: `divider ${look}`.trim(), "data-role": look ? `${look}-line` : null };
    const node = () => h("li", attributes, h("span", {}, label));
    const row = known?.label === label ? known : { label, node: node() };
    rows.set(key, row);
    return row.node;
  }

  #unfold(message, redraw) {
    const key = keyOf(message);
    if (!this.#unfolded.delete(key)) this.#unfolded.add(key);
    redraw();
  }

  // The keyboard: the list is one tab stop, which leads into the controls of the message that has it.

  #enter(row) {
    if (!row) return;
    this.#entered = true;
    this.#choose(row.dataset.key);
  }

  #leave() {
    this.#entered = false;
    this.#choose(this.#current);
  }

  #choose(key) {
    const before = this.#rows.get(this.#current)?.node;
    if (before && this.#current !== key) setStops(before, { isCurrent: false, isEntered: false });
    this.#current = key;
    const row = this.#rows.get(key)?.node;
    if (row) setStops(row, { isCurrent: true, isEntered: this.#entered });
  }

  /** Without focus in it, the list is entered at its newest message. */
  #keepStop(newest) {
    const isGone = !this.#rows.has(this.#current);
    this.#choose((this.#entered && !isGone) || !newest ? this.#current : keyOf(newest));
  }

  #key(event) {
    const row = event.target.closest(".message");
    if (!row || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.target.matches(TYPED_IN)) return;
    const rows = [...this.element.querySelectorAll(":scope > .message")];
    const at = rows.indexOf(row);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next !== undefined) {
      rows[next]?.focus();
      rows[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && event.target === row) this.actions.openThread(this.#rows.get(row.dataset.key).message);
    else return;
    event.preventDefault();
  }

  /** Where the focus is in the list, to find the place again in rows that are drawn anew. */
  #held() {
    const focused = document.activeElement;
    const row = this.element.contains(focused) && focused.closest(".message");
    if (!row) return null;
    const stops = [...row.querySelectorAll(STOPS)];
    return { focused, key: row.dataset.key, name: nameOf(focused), index: stops.indexOf(focused) };
  }

  #restore({ focused, key, name, index }) {
    if (focused.isConnected) return;
    const row = this.#rows.get(key)?.node ?? this.#rows.get(this.#current)?.node;
    if (!row) return;
    const stops = [...row.querySelectorAll(STOPS)];
    const same = index < 0 ? row : (stops.find((stop) => nameOf(stop) === name) ?? row);
    this.#entered = true;
    this.#choose(row.dataset.key);
    same.focus({ preventScroll: true });
  }
}

function isSelecting(element) {
  const selection = getSelection();
  return selection.type === "Range" && selection.containsNode(element, true);
}

function keyOf(message) {
  return `${message.channel}/${message.ts}`;
}

function nameOf(element) {
  return [element.tagName, element.dataset.role, element.dataset.action, element.dataset.name, element.getAttribute("aria-label") ?? element.textContent].join("|");
}

/** Set which parts of a row the Tab key reaches: the row itself, and what is in it once the focus is there. */
function setStops(row, { isCurrent, isEntered }) {
  row.tabIndex = isCurrent ? 0 : -1;
  for (const stop of row.querySelectorAll(STOPS)) stop.tabIndex = isCurrent && isEntered ? 0 : -1;
}

/** What the user opened in a row stays open when it is drawn anew. */
function keepOpen(before, after) {
  const opened = [...(before?.querySelectorAll("details") ?? [])].map((details) => details.open);
  [...after.querySelectorAll("details")].forEach((details, index) => (details.open = opened[index] ?? details.open));
}

function dayDivider(message, previous) {
  const day = dayOf(dateOf(message));
  return previous && dayOf(dateOf(previous)) === day ? null : day;
}

/** Below a thread's first message: how many replies follow. What only this person sees is none. */
function threadDivider(messages, index) {
  if (index !== 1) return null;
  const replies = messages.filter((message, place) => place > 0 && !message.ephemeral).length;
  return replies === 0 ? null : replies === 1 ? "1 reply" : `${replies} replies`;
}

function isContinued(message, previous) {
  if (!previous || previous.user !== message.user || previous.name !== message.name) return false;
  if (previous.ephemeral !== message.ephemeral || previous.answers !== message.answers) return false;
  return Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;
}

function dayOf(date) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(date);
}
