/** Ctrl+K: any channel, thread or conversation by a few letters of its name; what waits for the person comes first. */
import { avatar } from "./avatar.js";
import { channelIcon } from "./conversation.js";
import { openDialog } from "./dialog.js";
import { Channel, byId } from "./discord.js";
import { h, icon } from "./dom.js";
import { Listbox, fold } from "./listbox.js";

const SHOWN = 12;

/** @param {any} client */
export function openSwitcher(client) {
  const { words } = client;
  const search = h("input", {
    type: "text",
    class: "input",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-label": words.t("switcher"),
    placeholder: words.t("switcher_hint"),
    autocomplete: "off",
    dir: "auto",
  });
  const pick = (item) => {
    dialog.close();
    client.openChannel(item.value);
  };
  const list = new Listbox({ label: words.t("channels"), empty: words.t("nothing_found"), onpick: pick });
  const all = places(client);
  const show = () => list.show(found(all, fold(search.value.trim())));
  const dialog = openDialog(client, { title: words.t("switcher"), body: [search, list.element], class: "switcher" });
  show();
  list.attach(search);
  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => list.key(event));
  search.focus();
}

/** @param {any} client @returns {any[]} as items, the most pressing first, then the latest */
function places(client) {
  const { store } = client;
  return [...store.channels.values()]
    .filter((channel) => channel.type !== Channel.CATEGORY && channel.id !== (client.thread ?? client.channel)?.id)
    .map((channel) => ({
      label: client.titleOf(channel),
      hint: whereIs(store, channel),
      media: channel.type === Channel.DM ? avatar(channel.recipients[0], "small") : icon(channelIcon(channel)),
      value: channel.id,
      last: channel.last_message_id ?? channel.id,
      pressing: store.reads.mentions[channel.id] ? 2 : Number(store.isUnread(channel)),
    }))
    .sort((a, b) => b.pressing - a.pressing || byId(b.last, a.last));
}

function whereIs(store, channel) {
  const parent = store.channels.get(channel.parent_id ?? "");
  return [parent?.name, store.guilds.get(channel.guild_id ?? "")?.name].filter(Boolean).join(" · ");
}

/** Names that begin so come before those that only hold the letters. */
function found(all, wanted) {
  const rank = ({ label }) => (fold(label).startsWith(wanted) ? 0 : 1);
  return all
    .filter(({ label }) => fold(label).includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, SHOWN);
}
