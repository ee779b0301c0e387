/** What the user does to messages and forms, as requests. */

import { RequestError, post } from "./api.js";
import { parseCommand } from "./completion.js";
import { ask } from "./dialog.js";
import { confirm, warn } from "./notice.js";

/** Run an action that has no composer to show an error in. */
export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    warn(error.message);
  }
}

export class Actions {
  /** `following` is told what may begin a thread. */
  constructor(workspace, following) {
    this.workspace = workspace;
    this.following = following;
  }

  /** Send a message or a command; resolves to the message's ts. Rejects with a sentence. */
  send = async ({ channel, thread }, text, files) => {
    const command = parseCommand(text);
    if (command) {
      this.following.asked(channel);
      await post("/page/commands", { channel, ...command });
      return null;
    }
    const message = { channel, text };
    if (thread) message.thread_ts = thread;
    if (files.length) message.files = await Promise.all(files.map(encode));
    const { ts } = await post("/page/messages", message);
    if (!thread) this.following.sent(channel, ts);
    return ts;
  };

  /** Change an own message's text. Rejects with a sentence. */
  change = (message, text) => post("/page/messages/edit", { ...idOf(message), text });

  act = (message, { action_id, block_id }, chosen) =>
    attempt(() => post("/page/actions", { ...idOf(message), action_id, block_id, ...chosen }));

  actInView = ({ id }, { action_id, block_id }, chosen, values = {}) =>
    attempt(() => post("/page/actions", { view_id: id, action_id, block_id, values, ...chosen }));

  /** Submit a form that was opened in a channel; resolves to errors by block_id. */
  submit = async ({ id }, values, channel) => {
    this.following.asked(channel);
    try {
      return (await post("/page/views/submit", { view_id: id, values })).errors;
    } catch (error) {
      return { "": error.message };
    }
  };

  closeView = ({ id }) => attempt(() => post("/page/views/close", { view_id: id }));

  shortcut = ({ callback_id }, message = null) => {
    if (message) this.following.sent(message.channel, message.thread_ts ?? message.ts);
    return attempt(() => post("/page/shortcuts", { callback_id, ...(message ? idOf(message) : {}) }));
  };

  react = (message, name) => attempt(() => post("/page/reactions", { ...idOf(message), name }));

  dismiss = (message) => attempt(() => post("/page/messages/dismiss", idOf(message)));

  remove = async (message) => {
    const question = { title: "Delete message", text: "This deletes it for everyone in the channel.", confirm: "Delete" };
    if (await ask(question, "danger")) await attempt(() => post("/page/messages/delete", idOf(message)));
  };

  copyLink = async ({ channel, ts, thread_ts: thread }) => {
    const reply = thread && thread !== ts ? `?thread_ts=${thread}&cid=${channel}` : "";
    const link = `https://local-workspace.slack.com/archives/${channel}/p${ts.replace(".", "")}${reply}`;
    await navigator.clipboard.writeText(link).then(() => confirm("Link copied."), () => warn(link));
  };

  stop = ({ channel, thread }) => attempt(() => post("/page/stop", { channel, thread_ts: thread }));
}

function idOf({ channel, ts }) {
  return { channel, ts };
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
