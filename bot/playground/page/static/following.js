/** Which threads open by themselves: those that begin with what was done in this tab, once each. */

import { isReply } from "./workspace.js";

export class Following {
  #sent = new Set();
  #due = new Map();
  #opened = new Set();

  constructor(workspace) {
    this.workspace = workspace;
  }

  /** A message was sent, or something was asked about it: its thread opens when the app works on it. */
  sent(channel, ts) {
    this.#sent.add(`${channel}/${ts}`);
  }

  /** A command or form was used in a channel: the next thread that the app begins there opens. */
  asked(channel) {
    const newest = this.workspace.roots(channel).at(-1)?.ts ?? "";
    const known = this.#due.get(channel);
    this.#due.set(channel, { since: known?.since ?? newest, count: (known?.count ?? 0) + 1 });
  }

  /** One of the questions in a channel got its answer elsewhere, such as in private. */
  settled(channel) {
    const due = this.#due.get(channel);
    if (due && due.count > 1) due.count -= 1;
    else this.#due.delete(channel);
  }

  /** Whether a thread opens now. */
  takes(channel, thread) {
    const place = `${channel}/${thread}`;
    const root = this.workspace.message(channel, thread);
    if (!root || isReply(root) || this.#opened.has(place)) return false;
    const isDue = this.workspace.isBot(root.user) && this.#due.has(channel) && thread > this.#due.get(channel).since;
    if (!isDue && !this.#sent.has(place)) return false;
    if (isDue) this.settled(channel);
    this.#sent.delete(place);
    this.#opened.add(place);
    return true;
  }

  /** Whether a thread was opened by itself. */
  opened(channel, thread) {
    return this.#opened.has(`${channel}/${thread}`);
  }
}
