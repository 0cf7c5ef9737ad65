/**
 * One message, drawn from what the store knows of it.
 */
import { avatar } from "./avatar.js";
import { leaves } from "./commands.js";
import { componentsView } from "./components.js";
import { Flag, instant, userName } from "./discord.js";
import { h, icon } from "./dom.js";
import { embedView } from "./embeds.js";
import { excerpt, render, tint } from "./markdown.js";
import { attachmentView } from "./media.js";
import { reactionsView } from "./reactions.js";

const GROUP_WITHIN = 7 * 60 * 1000;
const SYSTEM = { 6: "system_pin", 7: "system_join", 18: "system_thread" };

/** @param {any} message @param {any} before the message above, if any @returns {boolean} may the author's name be left out? */
export function continues(message, before) {
  if (!before || before.author.id !== message.author.id || message.type in SYSTEM || before.type in SYSTEM)
    return false;
  if (
    message.referenced_message ||
    message.message_reference ||
    message.interaction_metadata ||
    Boolean(message.flags & Flag.EPHEMERAL) !== Boolean(before.flags & Flag.EPHEMERAL)
  )
    return false;
  return instant(message.id) - instant(before.id) < GROUP_WITHIN;
}

/**
 * @param {any} message @param {any} client
 * @param {{grouped: boolean, failure?: string | null}} options
 * @returns {HTMLElement}
 */
export function messageView(message, client, { grouped, failure }) {
  const ephemeral = Boolean(message.flags & Flag.EPHEMERAL);
  const classes = ["message", grouped && "grouped", ephemeral && "ephemeral", client.store.isForMe(message) && "for-me"]
    .filter(Boolean)
    .join(" ");
  const row = h("li", { class: classes, data: { id: message.id }, tabindex: -1, lang: "" });
  if (message.type in SYSTEM) {
    row.append(systemLine(message, client));
    return row;
  }
  if (!grouped) row.append(...above(message, client), avatar(message.author));
  row.append(
    h(
      "div",
      { class: "message-main" },
      grouped ? sideTime(message, client) : head(message, client),
      body(message, client),
      ephemeral ? privateNote(message, client) : null,
      failureNote(failure),
    ),
  );
  return row;
}

function guildOf(message, client) {
  return client.store.channels.get(message.channel_id)?.guild_id;
}

/** @returns {HTMLElement} the author's name, in the colour of their highest coloured role, which opens their card */
function authorName(user, guildId, client) {
  const role = client.store.rolesOf(guildId, user.id).find((each) => each.color);
  return h(
    "button",
    {
      type: "button",
      class: "author",
      style: tint(role?.color ?? 0),
      onclick: (event) => client.showProfile(user.id, event.currentTarget),
    },
    h("bdi", {}, client.store.nameOf(guildId, user)),
  );
}

export function botTag(user, words) {
  return user.bot ? h("span", { class: "bot-tag" }, words.t("bot")) : null;
}

function head(message, client) {
  const at = Date.parse(message.timestamp);
  const time = h(
    "time",
    { class: "message-time", datetime: message.timestamp, title: client.times.show(at, "F") },
    client.times.stamp(at),
  );
  return h(
    "div",
    { class: "message-head" },
    authorName(message.author, guildOf(message, client), client),
    botTag(message.author, client.words),
    time,
  );
}

function sideTime(message, client) {
  return h(
    "time",
    { class: "side-time", datetime: message.timestamp, "aria-hidden": "true" },
    client.times.show(Date.parse(message.timestamp), "t"),
  );
}

/** What it answers: another message, or somebody's command. */
function above(message, client) {
  const { words } = client;
  const guildId = guildOf(message, client);
  if (message.referenced_message) {
    const original = message.referenced_message;
    const jump = h(
      "button",
      { type: "button", class: "reply-text", onclick: () => client.jumpTo(original.channel_id, original.id) },
      h("bdi", {}, excerpt(original.content, 90, client.markdown(message.channel_id)) || words.t("reply_no_text")),
    );
    return [
      h(
        "div",
        { class: "message-above" },
        icon("reply"),
        h("span", {}, client.store.nameOf(guildId, original.author)),
        jump,
      ),
    ];
  }
  if (message.message_reference && message.type === 19)
    return [h("div", { class: "message-above" }, icon("reply"), words.t("reply_gone"))];
  const asked = message.interaction_metadata;
  if (asked?.name && asked.user) {
    return [
      h(
        "div",
        { class: "message-above" },
        icon("slash"),
        words.t("used_command", {
          name: client.store.nameOf(guildId, asked.user),
          command: shownCommand(asked.name, message, client),
        }),
      ),
    ];
  }
  return [];
}

/** Its name in the reader's language, where the command still exists. */
function shownCommand(name, message, client) {
  const known = leaves(client.store.commandLists.get(message.channel_id) ?? []);
  return known.find((leaf) => leaf.canonical === name)?.name ?? name;
}

/** Its words, files, cards and buttons. @param {any} message @param {any} client @returns {import("./dom.js").Child} */
export function contentOf(message, client) {
  const second = message.flags & Flag.COMPONENTS_V2;
  const guildId = guildOf(message, client);
  const first = [
    message.content ? render(message.content, client.markdown(message.channel_id)) : null,
    (message.attachments ?? []).map((file) => attachmentView(file, client)),
  ];
  const parts = message.components?.length
    ? h(
        "div",
        { class: second ? "components-v2" : "components" },
        componentsView(message.components, { message, client, guildId }),
      )
    : null;
  return [second ? null : first, (message.embeds ?? []).map((embed) => embedView(embed, message, client)), parts];
}

function body(message, client) {
  const { words } = client;
  if (message.flags & Flag.LOADING) {
    return h(
      "p",
      { class: "thinking" },
      h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      words.t("thinking", { name: userName(message.author) }),
    );
  }
  const second = Boolean(message.flags & Flag.COMPONENTS_V2);
  const content = h("div", { class: "message-body" }, contentOf(message, client));
  if (message.edited_timestamp && !second)
    content.append(
      h(
        "span",
        { class: "edited hint", title: client.times.show(Date.parse(message.edited_timestamp), "F") },
        words.t("edited"),
      ),
    );
  if (message.reactions?.length) content.append(reactionsView(message, client));
  return content;
}

function privateNote(message, client) {
  const dismiss = h(
    "button",
    { type: "button", class: "text-button", onclick: () => client.dismiss(message) },
    client.words.t("dismiss"),
  );
  return h("p", { class: "private-note" }, icon("eye"), client.words.t("only_you"), " ", dismiss);
}

function failureNote(failure) {
  return failure ? h("p", { class: "failure", role: "alert" }, icon("warning"), failure) : null;
}

function systemLine(message, client) {
  const text = client.words.t(SYSTEM[message.type], {
    name: client.store.nameOf(guildOf(message, client), message.author),
    text: message.content,
  });
  return h(
    "p",
    { class: "system-line" },
    text,
    " ",
    h(
      "time",
      { class: "message-time", datetime: message.timestamp },
      client.times.stamp(Date.parse(message.timestamp)),
    ),
  );
}
