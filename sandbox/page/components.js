/**
 * The components of messages, first and second kind. A component that the page does not know is said so, never dropped.
 */
import { Kind } from "./discord.js";
import { h, icon } from "./dom.js";
import { render, tint } from "./markdown.js";
import { fileCard, mediaUrl, picture } from "./media.js";
import { SelectField, emoji } from "./select.js";

const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };

/**
 * @typedef {object} Where
 * @property {any} message
 * @property {any} client
 * @property {string | undefined} guildId
 */

/** @param {any[]} components @param {Where} where @returns {HTMLElement[]} */
export function componentsView(components, where) {
  return components.map((component) => (VIEWS[component.type] ?? unknown)(component, where));
}

/** @type {Record<number, (component: any, where: Where) => HTMLElement>} */
const VIEWS = {
  [Kind.ROW]: (row, where) => h("div", { class: "component-row" }, componentsView(row.components, where)),
  [Kind.BUTTON]: button,
  [Kind.STRING_SELECT]: select,
  [Kind.USER_SELECT]: select,
  [Kind.ROLE_SELECT]: select,
  [Kind.MENTIONABLE_SELECT]: select,
  [Kind.CHANNEL_SELECT]: select,
  [Kind.SECTION]: section,
  [Kind.TEXT]: (text, { message, client }) => render(text.content, client.markdown(message.channel_id)),
  [Kind.THUMBNAIL]: (item, where) => h("div", { class: "thumbnail" }, veiled(item, where)),
  [Kind.GALLERY]: gallery,
  [Kind.FILE]: file,
  [Kind.SEPARATOR]: separator,
  [Kind.CONTAINER]: container,
};

function button(component, where) {
  const style = BUTTON_STYLES[component.style] ?? "secondary";
  const inside = [emoji(component.emoji), component.label ? h("bdi", {}, component.label) : null];
  if (component.url) {
    const safe = /^https?:\/\//i.test(component.url);
    return h(
      "a",
      {
        class: "button link",
        href: safe ? component.url : null,
        target: "_blank",
        rel: "noopener noreferrer",
        "aria-disabled": component.disabled ? "true" : null,
      },
      inside,
      icon("link"),
    );
  }
  const node = h(
    "button",
    {
      type: "button",
      class: `button ${style}`,
      disabled: component.disabled,
      "aria-label": component.label ? null : (component.emoji?.name ?? "?"),
    },
    inside,
  );
  node.addEventListener("click", () => act(node, component, undefined, where));
  return node;
}

function select(component, where) {
  const label = component.placeholder ?? where.client.words.t("select_placeholder");
  const field = new SelectField({
    component,
    client: where.client,
    guildId: where.guildId,
    label,
    onchange: (values) => act(field.element, component, values, where),
  });
  return h("div", { class: "component-select" }, field.element);
}

/** One answer at a time: a second click while the first is on its way is not sent. */
async function act(node, component, values, { message, client }) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  await client.interactions.component(message, component, values);
  node.removeAttribute("aria-busy");
}

function section(component, where) {
  const words = h("div", { class: "section-words" }, componentsView(component.components, where));
  return h(
    "div",
    { class: "section" },
    words,
    h("div", { class: "section-accessory" }, componentsView([component.accessory], where)),
  );
}

function gallery(component, where) {
  return h(
    "div",
    { class: `gallery count-${Math.min(component.items.length, 4)}` },
    component.items.map((item) => h("figure", {}, veiled(item, where))),
  );
}

/** A picture, behind a veil when it is a spoiler. */
function veiled(item, { message, client }) {
  const image = picture(mediaUrl(item.media.url, message.attachments), item.description ?? client.words.t("picture"));
  return item.spoiler ? veil(image, client) : image;
}

function veil(content, client) {
  const cover = h("button", { type: "button", class: "veil" }, client.words.t("spoiler_hidden"));
  const box = h("div", { class: "veiled" }, h("div", { inert: true }, content), cover);
  cover.addEventListener("click", () => box.replaceWith(content));
  return box;
}

function file(component, { message, client }) {
  const url = mediaUrl(component.file.url, message.attachments);
  const name = component.name ?? component.file.url.split("/").pop().split("?")[0];
  const card = fileCard(name, component.size, url, client);
  return component.spoiler ? veil(card, client) : card;
}

function separator(component) {
  const size = component.spacing === 2 ? "large" : "small";
  return component.divider === false
    ? h("div", { class: `separator ${size}` })
    : h("hr", { class: `separator ${size}` });
}

function container(component, where) {
  const node = h(
    "div",
    { class: component.accent_color == null ? "container" : "container accented", style: tint(component.accent_color) },
    componentsView(component.components, where),
  );
  return component.spoiler ? veil(node, where.client) : node;
}

function unknown(component, { client }) {
  return h("p", { class: "hint" }, client.words.t("unknown_component", { n: component.type }));
}
