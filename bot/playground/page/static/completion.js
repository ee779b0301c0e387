/** Completions for the composer, and checks before sending. No DOM, no network. */

import { emojiLike } from "./emoji.js";

const MOST_OPTIONS = 8;
const BROADCASTS = [
  { word: "here", about: "Notify every online member of this channel" },
  { word: "channel", about: "Notify every member of this channel" },
];

/**
 * Offer completions of the word before the caret: commands at the very start; people, groups and whole channels after
 * @, channels after #, emoji after : and two letters.
 *
 * Returns {start, options: [{insert, title, hint, about}]}: an option replaces the text from `start` to the caret.
 */
export function complete(text, caret, workspace, { inThread, inDirect }) {
  const before = text.slice(0, caret);
  const command = /^\/\S*$/.exec(before);
  if (command) return { start: 0, options: inThread ? [] : commandOptions(workspace, command[0]) };
  const code = /(?:^|\s):([a-z0-9_+'-]{2,})$/.exec(before);
  if (code) return { start: caret - code[1].length - 1, options: emojiOptions(code[1]) };
  const word = /(?:^|[\s(])([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!word) return { start: caret, options: [] };
  const [, sign, typed] = word;
  const mentions = () => [...personOptions(workspace), ...(inDirect ? [] : manyOptions(workspace))];
  const offered = sign === "@" ? mentions() : channelOptions(workspace);
  const options = offered.filter((option) => fits(option, typed)).slice(0, MOST_OPTIONS);
  return { start: caret - typed.length - 1, options };
}

function commandOptions(workspace, typed) {
  return workspace.commands
    .filter(({ command }) => command.startsWith(typed.toLowerCase()))
    .map(({ command, hint, description }) => ({ insert: `${command} `, title: command, hint, about: description }));
}

function personOptions(workspace) {
  const people = [...workspace.users.values()].filter((user) => user.id !== workspace.me.id);
  const botsFirst = people.sort((a, b) => Number(b.is_bot) - Number(a.is_bot));
  return botsFirst.map(({ name, real_name, is_bot }) => {
    return { insert: `@${name} `, title: real_name || name, hint: is_bot ? "App" : `@${name}`, about: "" };
  });
}

/** Whom one mention reaches together: user groups, and a channel's members. */
function manyOptions(workspace) {
  const groups = workspace.groups.map(({ handle, name }) => ({ insert: `@${handle} `, title: name, hint: `@${handle}`, about: "" }));
  const whole = BROADCASTS.map(({ word, about }) => ({ insert: `@${word} `, title: `@${word}`, hint: "", about }));
  return [...groups, ...whole];
}

function channelOptions(workspace) {
  return workspace.channels
    .filter((channel) => !channel.is_im)
    .map((channel) => ({ insert: `#${channel.name} `, title: `#${channel.name}`, hint: channel.topic, about: "" }));
}

function emojiOptions(typed) {
  return emojiLike(typed, MOST_OPTIONS).map(({ name, character }) => {
    return { insert: `:${name}: `, title: character, hint: `:${name}:`, about: "" };
  });
}

function fits({ insert, title }, typed) {
  const wanted = typed.toLowerCase();
  const words = [insert.slice(1), ...title.split(/[\s#@]+/)];
  return words.some((word) => word.toLowerCase().startsWith(wanted));
}

/** Split "/command rest" into {command, text}; null if the text is not a command. */
export function parseCommand(text) {
  const match = /^(\/\S+)(?:\s+([\s\S]*))?$/.exec(text.trimEnd());
  return match ? { command: match[1].toLowerCase(), text: match[2] ?? "" } : null;
}

/** Return why this can't be sent, in one sentence; "" if it can. */
export function refusal(text, files, workspace, { inThread }) {
  const typed = parseCommand(text);
  if (!typed) return "";
  if (!workspace.commands.some(({ command }) => command === typed.command)) {
    return `${typed.command} is not a valid command. To send it as a message, put a space before the slash.`;
  }
  if (inThread) return `${typed.command} can't be used in a thread. Type it in the channel instead.`;
  return files.length ? `${typed.command} takes no files. Remove them, or send them with a message.` : "";
}

/** The usage of the command being typed, "" if there is none. */
export function usage(text, workspace) {
  const typed = parseCommand(text);
  const known = typed && workspace.commands.find(({ command }) => command === typed.command);
  return known ? `${known.command} ${known.hint}`.trim() : "";
}
