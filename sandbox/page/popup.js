/**
 * Small floating surfaces (menus, lists, cards) in the browser's top layer: above everything, closed by Escape or a click elsewhere,
 * focus goes back to where it was.
 */
import { h } from "./dom.js";

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => (pressed = false), true);

/**
 * Runs once no button is held: where a menu is asked for when the button goes down, its release must not count as
 * the click elsewhere that closes it.
 * @param {() => void} run
 */
export function whenReleased(run) {
  if (!pressed) return run();
  const released = new AbortController();
  const later = () => {
    released.abort();
    setTimeout(run);
  };
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, later, { signal: released.signal });
}

/**
 * @typedef {object} Popup
 * @property {HTMLElement} element
 * @property {() => void} close
 * @property {() => void} place
 */

/**
 * @param {{anchor: HTMLElement, content: HTMLElement, role?: string, label?: string, at?: {x: number, y: number},
 *   width?: "anchor" | "auto", onclose?: () => void}} options
 * @returns {Popup}
 */
export function openPopup({ anchor, content, role, label, at, width = "auto", onclose }) {
  const element = h("div", { class: "popup", popover: "auto", role, "aria-label": label }, content);
  const host = anchor.closest("dialog, .pane") ?? document.body;
  host.append(element);
  let closed = false;
  const place = () => position(element, at ?? anchor.getBoundingClientRect(), width);
  const close = () => {
    if (closed) return;
    closed = true;
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    removeEventListener("resize", place);
    if (hadFocus && anchor.isConnected) anchor.focus();
    onclose?.();
  };
  element.addEventListener("toggle", (event) => event.newState === "closed" && close());
  element.showPopover();
  place();
  addEventListener("resize", place);
  return { element, close, place };
}

/** Below the anchor if there is room, else above; never outside the window. */
function position(element, box, width) {
  const left = box.left ?? box.x;
  const top = box.top ?? box.y;
  const bottom = box.bottom ?? box.y;
  if (width === "anchor") element.style.width = `${box.width}px`;
  element.style.maxHeight = ""; // its own height, not what an earlier place left it
  const { offsetWidth, offsetHeight } = element;
  const roomBelow = innerHeight - bottom;
  const upwards = roomBelow < offsetHeight + 8 && top > roomBelow;
  const limit = Math.max(120, (upwards ? top : roomBelow) - 12);
  element.style.maxHeight = `${limit}px`;
  const height = Math.min(offsetHeight, limit);
  element.style.left = `${Math.max(8, Math.min(left, innerWidth - offsetWidth - 8))}px`;
  element.style.top = `${Math.max(8, upwards ? top - height - 4 : bottom + 4)}px`;
}

/**
 * A menu: arrows move, Enter runs, Escape leaves.
 * @param {{anchor: HTMLElement, label: string, at?: {x: number, y: number},
 *   items: ({label: string, run: () => void, icon?: Node, danger?: boolean, hint?: string} | {heading: string} | "line")[]}} options
 * @returns {Popup}
 */
export function openMenu({ anchor, label, at, items }) {
  const list = h("div", { class: "menu" });
  const popup = openPopup({ anchor, at, content: list, role: "menu", label });
  for (const item of items) {
    if (item === "line") list.append(h("div", { role: "separator", class: "menu-line" }));
    else if ("heading" in item) list.append(h("div", { class: "menu-heading", role: "presentation" }, item.heading));
    else list.append(menuItem(item, popup));
  }
  list.addEventListener("keydown", (event) => moveFocus(event, [...list.querySelectorAll("[role=menuitem]")]));
  popup.place();
  list.querySelector("[role=menuitem]")?.focus();
  return popup;
}

function menuItem(item, popup) {
  const run = () => {
    popup.close();
    item.run();
  };
  const name = h("span", { class: "menu-label" }, h("bdi", {}, item.label));
  const hint = item.hint ? h("span", { class: "hint" }, item.hint) : null;
  return h(
    "button",
    { type: "button", role: "menuitem", tabindex: -1, class: item.danger ? "danger" : "", onclick: run },
    item.icon,
    name,
    hint,
  );
}

/** Arrows, Home and End walk through the items. @param {KeyboardEvent} event @param {HTMLElement[]} items */
function moveFocus(event, items) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const last = items.length - 1;
  const next = { ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[next]?.focus();
}
