/** Suggestions in an empty channel. */

import { h } from "./dom.js";

const EXAMPLES = [
  {
    command: "/summarize",
    title: "Summarize a text",
    text:
      "To be, or not to be, that is the question: Whether 'tis nobler in the mind to suffer The slings and arrows of " +
      "outrageous fortune, Or to take arms against a sea of troubles And by opposing end them.",
  },
  {
    command: "/code",
    title: "Write code",
    text: "Write a Python function to calculate circle area. Handle negative inputs.",
  },
  {
    command: "/classify",
    title: "Sort messages into categories",
    text: [
      "My app crashes when I try to upload a photo",
      "I forgot my password and cannot log in",
      "The app feels very slow after the update",
      "into: Bug report, Account issue, Performance issue",
    ].join("\n"),
  },
];

/** Draw the welcome of an empty channel. `fill(text)` is called with the suggestion that the user picked. */
export function welcome(workspace, channel, fill) {
  const name = workspace.titleOf(channel);
  return [
    h("h2", {}, channel.is_im ? `This is your conversation with ${name}.` : `This is the very beginning of ${name}.`),
    h("p", {}, "Try one of these. It goes into the composer, where you can edit and send it."),
    h("ul", {}, ...starters(workspace, channel).map((starter) => draw(starter, fill))),
  ];
}

function draw({ title, text }, fill) {
  const attributes = { type: "button", "data-role": "starter", onclick: () => fill(text) };
  return h("li", {}, h("button", attributes, h("strong", {}, title), h("span", {}, text)));
}

function starters(workspace, channel) {
  const prompts = workspace.prompts(channel.id).map(({ title, message: text }) => ({ title, text }));
  if (prompts.length) return prompts;
  const conversation = channel.is_im
    ? { title: "Start a conversation", text: "Hello!" }
    : { title: "Start a conversation", text: `@${workspace.bot?.real_name ?? "Parley"} hello!` };
  const known = EXAMPLES.filter((example) => workspace.commands.some(({ command }) => command === example.command));
  return [conversation, ...known.map(({ command, title, text }) => ({ title, text: `${command} ${text}` }))];
}
