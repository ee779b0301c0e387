/** Building elements: the page's only ways to create DOM. */

import { ownFile } from "./api.js";

const SVG = "http://www.w3.org/2000/svg";

/** Create an element. Attributes that are null, undefined or false are left out; `on…` functions become listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Create a button without a frame; `label` says what it does, for screen readers. */
export function plainButton(label, attributes, content) {
  return h("button", { type: "button", class: "plain", "aria-label": label, ...attributes }, content);
}

/** Draw one of the symbols at the top of index.html. */
export function icon(name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Find the element with this data-role. */
export function role(name, within = document) {
  return within.querySelector(`[data-role="${name}"]`);
}

/**
 * Set an element's HTML and return it: the only place where markup from the server, which sanitizes it, enters the page.
 *
 * Each paragraph, list and table takes its direction from its own first letters; code is never turned around.
 */
export function setMessageHtml(element, html) {
  const inert = document.createElement("template"); // which loads no picture
  inert.innerHTML = html;
  for (const image of inert.content.querySelectorAll("img[src]")) image.setAttribute("src", ownFile(image.getAttribute("src")));
  element.replaceChildren(inert.content);
  element.dir = "auto";
  for (const part of element.children) part.dir = "auto";
  // Code that begins a paragraph says nothing about the paragraph's direction.
  for (const code of element.querySelectorAll("code")) code.dir = "ltr";
  for (const link of element.querySelectorAll("a[href]")) {
    link.href = ownFile(link.href);
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  // Whatever level an app gives its headings, they stand below the page's own.
  for (const heading of element.querySelectorAll("h1, h2, h3, h4, h5, h6")) heading.setAttribute("aria-level", "2");
  for (const code of element.querySelectorAll("pre")) frame(code);
  for (const table of element.querySelectorAll(".sideways")) makeScroller(table);
  return element;
}

/** A table scrolls sideways in its box, which the Tab key reaches while there is something to scroll. */
function makeScroller(box) {
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Table");
  widths.observe(box);
}

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});

/** Frame a block of code, with a button that copies it. */
export function frame(code) {
  const place = document.createComment("");
  code.replaceWith(place);
  for (const part of [code, ...code.children]) part.dir = "ltr";
  const copy = plainButton("Copy code", { class: "plain copy", "data-role": "copy", title: "Copy" }, icon("copy"));
  copy.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(code.textContent.trimEnd()).then(() => true, () => false);
    copy.replaceChildren(icon(done ? "done" : "close"));
    copy.setAttribute("aria-label", done ? "Copied" : "The browser did not let the page copy");
    copy.title = copy.getAttribute("aria-label");
  });
  copy.addEventListener("blur", () => reset(copy));
  copy.addEventListener("pointerleave", () => reset(copy));
  const framed = h("div", { class: "code" }, copy, code);
  place.replaceWith(framed);
  return framed;
}

function reset(copy) {
  copy.replaceChildren(icon("copy"));
  copy.setAttribute("aria-label", "Copy code");
  copy.title = "Copy";
}

/** Make `nodes` the only children of `parent`, moving only those out of place: the others keep focus and selection. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
