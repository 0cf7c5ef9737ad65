/** The reactions of a message, and who they are from: on hover or focus in a word, in full in a window. */
import { avatar } from "./avatar.js";
import { openDialog } from "./dialog.js";
import { h, uid } from "./dom.js";

const NAMED = 3;
const PAGE = 100;
const LONG_PRESS = 500;
const PATIENCE = 250;

/** @param {any} message @param {any} client @returns {HTMLElement} */
export function reactionsView(message, client) {
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((reaction) => reactionButton(reaction, message, client)),
  );
}

function reactionButton(reaction, message, client) {
  const { name } = reaction.emoji;
  const button = h(
    "button",
    {
      type: "button",
      class: "reaction",
      "aria-pressed": String(Boolean(reaction.me)),
      "aria-label": client.words.t("reaction", { name, n: reaction.count }),
      onclick: () => client.react(message, name, !reaction.me),
    },
    h("span", { class: "emoji" }, name),
    ` ${reaction.count}`,
  );
  tell(button, () => names(reaction, message, client));
  openHeld(button, () => openReactions(client, message, name));
  return button;
}

function path(message, name) {
  const emoji = encodeURIComponent(name);
  return `/channels/${message.channel_id}/messages/${message.id}/reactions/${emoji}`;
}

/** « Camille, Nadia et 2 autres personnes » */
async function names(reaction, message, client) {
  const { store, words } = client;
  const guildId = store.channels.get(message.channel_id)?.guild_id;
  const some = await store.api.get(`${path(message, reaction.emoji.name)}?limit=${NAMED}`);
  const others = reaction.count - some.length;
  const said = some.map((user) => store.nameOf(guildId, user));
  if (others > 0) said.push(words.t("reaction_others", { n: others }));
  return new Intl.ListFormat(words.locale).format(said);
}

/**
 * A tip while the pointer or the focus of the keyboard is there; Escape puts it away.
 * @param {HTMLElement} node @param {() => Promise<string>} text
 */
function tell(node, text) {
  const tip = h("div", { class: "tip", role: "tooltip", id: uid("tip"), popover: "manual", dir: "auto" });
  let waiting = 0;
  const show = async () => {
    const words = await text().catch(() => ""); // a tip that cannot be had is left out
    if (!words || !waiting || !node.isConnected) return;
    tip.textContent = words;
    node.after(tip);
    node.setAttribute("aria-describedby", tip.id);
    tip.showPopover();
    const box = node.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${box.top > tip.offsetHeight + 12 ? box.top - tip.offsetHeight - 6 : box.bottom + 6}px`;
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PATIENCE);
  };
  const hide = () => {
    clearTimeout(waiting);
    waiting = 0;
    tip.remove();
    node.removeAttribute("aria-describedby");
  };
  node.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && soon());
  node.addEventListener("focus", () => node.matches(":focus-visible") && soon());
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !tip.isConnected) return;
    event.preventDefault();
    event.stopPropagation();
    hide();
  });
  for (const name of ["pointerleave", "blur", "click"]) node.addEventListener(name, hide);
}

/** Right click, or a finger that stays; its release is then no click. @param {HTMLElement} node @param {() => void} open */
function openHeld(node, open) {
  let holding = 0;
  let held = false;
  node.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    if (!held) open();
  });
  node.addEventListener("pointerdown", (event) => {
    held = false;
    if (event.pointerType !== "touch") return;
    holding = setTimeout(() => {
      held = true;
      open();
    }, LONG_PRESS);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"])
    node.addEventListener(name, () => clearTimeout(holding));
  node.addEventListener(
    "click",
    (event) => {
      if (held) event.stopImmediatePropagation();
      held = false;
    },
    true,
  );
}

/** @param {any} client @param {any} message @param {string} [chosen] the emoji to begin with */
export function openReactions(client, message, chosen = message.reactions[0].emoji.name) {
  const { words } = client;
  const people = h("ul", { class: "reactors", tabindex: 0, "aria-label": words.t("reactions") });
  const choose = (name) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.emoji === name));
    people.replaceChildren();
    return client.notices.attempt(() => more(client, message, name, people));
  };
  const buttons = message.reactions.map(({ emoji, count }) =>
    h(
      "button",
      {
        type: "button",
        class: "reaction",
        data: { emoji: emoji.name },
        "aria-label": words.t("reaction", { name: emoji.name, n: count }),
        onclick: () => choose(emoji.name),
      },
      h("span", { class: "emoji" }, emoji.name),
      ` ${count}`,
    ),
  );
  openDialog(client, {
    title: words.t("reactions"),
    body: [h("div", { class: "reactions" }, buttons), people],
  });
  return choose(chosen);
}

/** Adds the next page of people. */
async function more(client, message, name, list) {
  const { store, words } = client;
  const guildId = store.channels.get(message.channel_id)?.guild_id;
  const last = list.lastElementChild?.dataset.user;
  const page = await store.api.get(`${path(message, name)}?limit=${PAGE}${last ? `&after=${last}` : ""}`);
  const row = (user) =>
    h("li", { data: { user: user.id } }, avatar(user, "small"), h("bdi", {}, store.nameOf(guildId, user)));
  list.append(...page.map(row));
  if (page.length < PAGE) return;
  const next = h("button", { type: "button", class: "button" }, words.t("show_more"));
  const place = h("li", {}, next);
  next.addEventListener("click", () => {
    place.remove();
    list.focus();
    client.notices.attempt(() => more(client, message, name, list));
  });
  list.append(place);
}
