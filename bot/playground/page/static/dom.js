/** Building elements: the page's only ways to create DOM. */

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
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Find the element with this data-role. */
export function role(name, within = document) {
  return within.querySelector(`[data-role="${name}"]`);
}

/** Set an element's HTML and return it: the only place where markup from the server, which sanitizes it, enters the page. */
export function setMessageHtml(element, html) {
  element.innerHTML = html;
  for (const link of element.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return element;
}

/** Make `nodes` the only children of `parent`, moving only those out of place: the others keep focus and selection. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
