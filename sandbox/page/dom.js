/**
 * Building nodes without ever parsing markup: text always becomes a text node, so what people type can never become HTML.
 */

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] `class`, `data`, `style`, `on…` listeners, properties given with a leading dot, or attributes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  append(node, children);
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {any} value */
function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name.startsWith(".")) node[name.slice(1)] = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "style") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Node} node @param {Child[]} children */
export function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child instanceof Node) node.appendChild(child);
    else if (child !== null && child !== undefined && child !== false)
      node.appendChild(document.createTextNode(String(child)));
  }
}

const PATHS = {
  hash: "M10 4 8 20M16 4l-2 16M5 9h15M4 15h15",
  forum: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
  speaker: "M4 10v4h4l5 4V6L8 10zM16 9a4 4 0 0 1 0 6",
  megaphone: "M4 10v4l12 5V5zM16 9a3 3 0 0 1 0 6M7 15v4h3",
  thread: "M5 5h14M5 10h14M9 15h10M9 20h7M5 12v6h4",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c0-4 3-6 7-6s7 2 7 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14c2.5.8 4 2.8 4 6",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l4 2",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
  split: "M4 5h16v14H4zM12 5v14",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  reply: "M10 7 4 12l6 5M4 12h9c4 0 7 2 7 6",
  send: "M4 12 20 4l-5 16-4-6zM11 14l9-10",
  plus: "M12 5v14M5 12h14",
  slash: "M15 4 9 20",
  check: "M5 13l4 4L19 7",
  chevron: "M6 9l6 6 6-6",
  list: "M4 6h16M4 12h16M4 18h16",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  link: "M10 14l8-8M12 6h6v6M16 14v5H5V8h5",
  warning: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 10h.01M15 10h.01M8.5 14.5c2 2 5 2 7 0",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  down: "M12 5v14M6 13l6 6 6-6",
  eye: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  compass: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM15.5 8.5l-2 5-5 2 2-5z",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
};

/**
 * A line drawing; always decorative, the words are elsewhere.
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", `icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button made of a drawing: its name is for screen readers and the tooltip.
 * @param {keyof typeof PATHS} name @param {string} label @param {(event: MouseEvent) => void} onclick
 * @param {Record<string, any>} [props]
 */
export function iconButton(name, label, onclick, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h(
    "button",
    { type: "button", class: `icon-button ${extra}`, "aria-label": label, title: label, onclick, ...rest },
    icon(name),
  );
}

let serial = 0;

/** @param {string} stem @returns {string} an id that nothing else in the document has */
export function uid(stem) {
  serial += 1;
  return `${stem}-${serial}`;
}
