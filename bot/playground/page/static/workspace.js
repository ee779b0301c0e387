/** The page's copy of the workspace: users, channels, messages, statuses, unread counts. No DOM, no network. */

export class Workspace {
  team = { id: "", name: "" };
  me = { id: "", name: "" };
  people = [];
  users = new Map();
  groups = [];
  channels = [];
  commands = [];
  shortcuts = [];
  home = null;
  modal = null;
  model = { name: "", notice: "" };
  #messages = new Map();
  #threads = new Map();
  #sessions = new Map();
  #unread = new Map();
  #firstUnread = new Map();

  /** Take over the server's state. */
  load(state) {
    this.team = state.team;
    this.me = state.me;
    this.people = state.people;
    this.users = new Map(state.users.map((user) => [user.id, user]));
    this.groups = state.groups;
    this.channels = state.channels;
    this.commands = state.commands;
    this.shortcuts = state.shortcuts;
    this.home = state.home;
    this.modal = state.modal;
    this.#sessions = new Map();
    state.sessions.forEach((session) => this.#setSession(session));
    this.model = state.model;
  }

  /** Take over all messages of a channel, replacing the known ones. */
  replaceMessages(channel, messages) {
    this.#messages.set(channel, new Map(messages.map((message) => [message.ts, message])));
    this.#threads.delete(channel);
  }

  /** Take over one change. Returns the message if it is new, else null. */
  apply(change) {
    if (change.type === "message") return this.#put(change.message);
    if (change.type === "removed") this.#remove(change);
    if (change.type === "session") this.#setSession(change);
    if (change.type === "views") [this.home, this.modal] = [change.home, change.modal];
    return null;
  }

  #put(message) {
    const known = this.#messages.get(message.channel) ?? new Map();
    this.#messages.set(message.channel, known);
    const isNew = !known.has(message.ts);
    known.set(message.ts, message);
    this.#threads.delete(message.channel);
    return isNew ? message : null;
  }

  #remove({ channel, ts }) {
    this.#messages.get(channel)?.delete(ts);
    this.#threads.delete(channel);
  }

  #setSession({ channel, thread_ts: thread, ...shown }) {
    this.#sessions.set(`${channel}/${thread}`, shown);
  }

  /** The channel's own messages, oldest first. */
  roots(channel) {
    return this.replies(channel, "");
  }

  /** Replies to a message, oldest first. */
  replies(channel, ts) {
    const threads = this.#threads.get(channel) ?? byThread([...(this.#messages.get(channel)?.values() ?? [])]);
    this.#threads.set(channel, threads);
    return threads.get(ts) ?? [];
  }

  /** The message with this ts, or undefined. */
  message(channel, ts) {
    return this.#messages.get(channel)?.get(ts);
  }

  /** The status shown in a thread as a sentence, "" when there is none. */
  status(channel, thread) {
    const shown = this.#sessions.get(`${channel}/${thread}`);
    const status = (shown?.status && shown.loading[0]) || (shown?.status ?? "");
    return /^(is|are|has)\b/.test(status) ? `${this.bot?.real_name ?? "The app"} ${status}` : status;
  }

  /** Whether there is something to stop in a thread. */
  isStoppable(channel, thread) {
    return this.#sessions.get(`${channel}/${thread}`)?.stoppable ?? false;
  }

  /** Whether a message has the app's own button to stop, beside which the page needs none. */
  hasOwnStop({ parts }) {
    return parts.some(({ controls }) => controls.some(({ text }) => text === "Stop"));
  }

  /** The title that a thread has, "" for none. */
  threadTitle(channel, thread) {
    return this.#sessions.get(`${channel}/${thread}`)?.title ?? "";
  }

  /** The app's suggested prompts in a channel: {title, message}. */
  prompts(channel) {
    return this.#sessions.get(`${channel}/`)?.prompts ?? [];
  }

  /** Whether a user is an app's. */
  isBot(id) {
    return Boolean(this.users.get(id)?.is_bot);
  }

  /** The bot that the playground runs. */
  get bot() {
    return [...this.users.values()].find((user) => user.is_bot);
  }

  /** " as <name>" where the page is not for the first of the people. */
  get asWhom() {
    return this.me.name === this.people[0]?.name ? "" : ` as ${this.nameOf(this.me.id)}`;
  }

  /** The name of a message's author: a workflow has only the one that it sets itself. */
  authorOf(message) {
    return message.name || this.nameOf(message.user);
  }

  /** The name of a user as shown beside messages. */
  nameOf(id) {
    const user = this.users.get(id);
    return user?.real_name || user?.name || id;
  }

  /** The name of a channel; a direct message is named after the bot. */
  nameOfChannel(channel) {
    return channel.is_im ? (this.bot?.real_name ?? channel.name) : channel.name;
  }

  /** The name of a channel with its sign. */
  titleOf(channel) {
    return channel.is_im ? this.nameOfChannel(channel) : `${channel.sign === "private" ? "" : "#"}${channel.name}`;
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id);
  }

  /** Count a message, or read all of a place. A place is a channel's id, or "channel/thread". */
  markUnread(place, ts) {
    this.#unread.set(place, this.unread(place) + 1);
    if (!this.#firstUnread.has(place)) this.#firstUnread.set(place, ts);
  }

  /** Returns the ts of the first message that was unread, null for none. */
  markRead(place) {
    const first = this.#firstUnread.get(place) ?? null;
    this.#unread.delete(place);
    this.#firstUnread.delete(place);
    return first;
  }

  unread(place) {
    return this.#unread.get(place) ?? 0;
  }

  /** Unread messages of all channels together. */
  get unreadInChannels() {
    return this.channels.reduce((sum, channel) => sum + this.unread(channel.id), 0);
  }
}

/** Return whether a message is a reply in a thread. */
export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

function byThread(messages) {
  const threads = new Map();
  for (const message of messages.sort((a, b) => (a.ts < b.ts ? -1 : 1))) {
    const thread = isReply(message) ? message.thread_ts : "";
    if (!threads.has(thread)) threads.set(thread, []);
    threads.get(thread).push(message);
  }
  return threads;
}
