/** A person's card: names, roles (with the means to change them, for those who may), and what can be done. */
import { avatar } from "./avatar.js";
import { instant, may, userName } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { tint } from "./markdown.js";
import { botTag } from "./message.js";
import { openMenu, openPopup } from "./popup.js";

/** @param {any} client @param {string} userId @param {HTMLElement} anchor */
export function openProfile(client, userId, anchor) {
  const { store, words, times } = client;
  const user = store.findUser(userId);
  if (!user) return;
  const guildId = client.guildId;
  const member = store.member(guildId, userId);
  const card = h("div", { class: "profile" });
  const popup = openPopup({ anchor, content: card, role: "dialog", label: userName(user), onclose: () => stop() });
  const message = () => {
    popup.close();
    client.openDm(userId);
  };
  const draw = () => {
    const head = h(
      "div",
      { class: "profile-head" },
      avatar(user, "large"),
      h(
        "div",
        {},
        h("p", { class: "profile-name" }, h("bdi", {}, member?.nick ?? userName(user)), " ", botTag(user, words)),
        h("p", { class: "hint" }, h("bdi", {}, user.username)),
      ),
    );
    const joined = member?.joined_at
      ? h("p", { class: "hint" }, words.t("joined", { date: times.show(Date.parse(member.joined_at), "D") }))
      : h("p", { class: "hint" }, words.t("since", { date: times.show(instant(user.id), "D") }));
    const write =
      userId === store.user.id
        ? null
        : h("button", { type: "button", class: "button primary", onclick: message }, icon("mail"), words.t("send_dm"));
    const more = iconButton("more", words.t("more_actions"), (event) =>
      client.actions.openForUser(user, client.channel?.id, event.currentTarget),
    );
    card.replaceChildren(
      head,
      joined,
      ...(member ? [roles(client, guildId, user, popup)] : []),
      h("div", { class: "profile-actions" }, ...(write ? [write] : []), more),
    );
    popup.place();
  };
  draw();
  const stop = store.on("members", draw);
  card.querySelector("button")?.focus();
}

function roles(client, guildId, user, popup) {
  const { store, words } = client;
  const guild = store.guilds.get(guildId);
  const manages = guild.owner_id === store.user.id || may(client.channel?.permissions ?? "0", "MANAGE_ROLES");
  const change = async (role, add) => {
    try {
      await store.api[add ? "put" : "delete"](`/guilds/${guildId}/members/${user.id}/roles/${role.id}`);
    } catch (error) {
      popup.close();
      client.notices.tell(client.notices.explain(error), "error");
    }
  };
  const held = store.rolesOf(guildId, user.id);
  const chip = (role) =>
    h(
      "li",
      { class: "role-chip", style: tint(role.color) },
      h("bdi", {}, role.name),
      manages && !role.managed
        ? iconButton("close", words.t("remove_role", { name: role.name }), () => change(role, false), { class: "tiny" })
        : null,
    );
  const offer = (event) => {
    const free = [...guild.roles.values()]
      .filter((role) => role.id !== guild.id && !role.managed && !held.includes(role))
      .sort((a, b) => b.position - a.position);
    openMenu({
      anchor: event.currentTarget,
      label: words.t("add_role"),
      items: free.map((role) => ({ label: role.name, run: () => change(role, true) })),
    });
  };
  const add = manages ? h("li", {}, iconButton("plus", words.t("add_role"), offer, { class: "tiny" })) : null;
  return h(
    "div",
    {},
    h("h3", { class: "small-heading" }, words.t("roles")),
    h(
      "ul",
      { class: "role-chips" },
      held.map(chip),
      add,
      held.length || add ? null : h("li", { class: "hint" }, words.t("no_role")),
    ),
  );
}
