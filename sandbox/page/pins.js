/** The pinned messages of a channel: read, gone to, taken down. */
import { avatar } from "./avatar.js";
import { Channel, isForum, may } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { contentOf } from "./message.js";
import { openPopup } from "./popup.js";

const PINNABLE = [0, 19, 20, 23];

/** @param {any} channel */
export function hasPins(channel) {
  return Boolean(channel) && !isForum(channel) && channel.type !== Channel.CATEGORY;
}

/** @param {any} client @param {any} message */
export function mayPin(client, message) {
  const channel = client.store.channels.get(message.channel_id);
  if (!channel || !PINNABLE.includes(message.type)) return false;
  return !channel.guild_id || may(client.store.permissionsIn(channel) ?? "0", "PIN_MESSAGES");
}

/** @param {any} client @param {any} message @param {boolean} up */
export function pin(client, message, up) {
  const path = `/channels/${message.channel_id}/messages/pins/${message.id}`;
  return client.notices.attempt(() => client.store.api[up ? "put" : "delete"](path));
}

/** @param {any} client @param {any} channel @param {HTMLElement} anchor */
export async function openPins(client, channel, anchor) {
  const { store, words } = client;
  const list = h("ul", { class: "pins" });
  const panel = h("div", { class: "pins-panel", tabindex: -1 }, h("h2", {}, words.t("pins")), list);
  const popup = openPopup({ anchor, content: panel, role: "dialog", label: words.t("pins"), onclose: () => stop() });
  const go = (message) => {
    popup.close();
    client.jumpTo(channel.id, message.id);
  };
  const draw = async () => {
    list.replaceChildren(...(await page(client, channel, go, list)));
    if (!list.children.length) list.append(h("li", { class: "hint" }, words.t("pins_none")));
    popup.place();
  };
  const stop = store.on(`pins:${channel.id}`, async () => {
    const inside = panel.contains(document.activeElement);
    await client.notices.attempt(draw);
    if (inside) panel.focus();
  });
  panel.focus();
  await client.notices.attempt(draw);
}

/** @returns {Promise<HTMLElement[]>} the latest pinned first; before that instant, if one is given */
async function page(client, channel, go, list, before = "") {
  const query = before ? `?before=${encodeURIComponent(before)}` : "";
  const { items, has_more: more } = await client.store.api.get(`/channels/${channel.id}/messages/pins${query}`);
  const rows = items.map(({ message }) => row(client, channel, message, go));
  if (!more) return rows;
  const older = async () => {
    place.replaceWith(...(await page(client, channel, go, list, items[items.length - 1].pinned_at)));
    list.parentElement.focus();
  };
  const place = h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "button", onclick: () => client.notices.attempt(older) },
      client.words.t("show_more"),
    ),
  );
  return [...rows, place];
}

function row(client, channel, message, go) {
  const { store, words, times } = client;
  const name = store.nameOf(channel.guild_id, message.author);
  return h(
    "li",
    { class: "pinned" },
    h(
      "div",
      { class: "pinned-head" },
      avatar(message.author, "small"),
      h("bdi", { class: "pinned-author" }, name),
      h("time", { class: "hint", datetime: message.timestamp }, times.stamp(Date.parse(message.timestamp))),
      mayPin(client, message)
        ? iconButton("close", words.t("unpin"), () => pin(client, message, false), { class: "tiny" })
        : null,
    ),
    h("div", { class: "message-body", lang: "" }, contentOf(message, client)),
    h(
      "button",
      { type: "button", class: "text-button", "aria-label": words.t("pin_go_to", { name }), onclick: () => go(message) },
      icon("down"),
      words.t("pin_go"),
    ),
  );
}
