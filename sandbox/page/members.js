/**
 * The people of a server, under their highest separate role. Only the rows in view are in the page.
 */
import { avatar } from "./avatar.js";
import { userName } from "./discord.js";
import { h } from "./dom.js";
import { fold } from "./listbox.js";
import { tint } from "./markdown.js";
import { botTag } from "./message.js";
import { whenReleased } from "./popup.js";

const ROW = 44;
const AROUND = 8;

export class Members {
  /** @param {any} client @param {string} guildId @param {string} [channelId] of a private thread or channel, for the commands of the menu */
  constructor(client, guildId, channelId) {
    Object.assign(this, { client, guildId, channelId });
    const { words } = client;
    this.query = "";
    this.search = h("input", {
      type: "search",
      class: "input",
      placeholder: words.t("search_members"),
      "aria-label": words.t("search_members"),
      oninput: (event) => this.filter(event.target.value),
    });
    this.spacer = h("div", { class: "member-rows", role: "list" });
    this.scroller = h(
      "div",
      { class: "member-scroller", tabindex: 0, role: "group", "aria-label": words.t("members") },
      this.spacer,
    );
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    this.element = h("div", { class: "members" }, h("div", { class: "member-search" }, this.search), this.scroller);
    this.stops = [
      client.store.on("members", (changed) => changed === guildId && this.later()),
      client.store.on("open", () => this.later()),
    ];
    this.sizing = new ResizeObserver(() => this.draw());
    this.sizing.observe(this.scroller);
    this.arrange();
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.sizing.disconnect();
    for (const stop of this.stops) stop();
  }

  later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.arrange());
  }

  filter(query) {
    this.query = fold(query.trim());
    this.scroller.scrollTop = 0;
    this.arrange();
  }

  /** Headings and people become one list of rows of the same height, so that a scroll position tells which are in view. */
  arrange() {
    const guild = this.client.store.guilds.get(this.guildId);
    if (!guild) return;
    const hoisted = [...guild.roles.values()].filter((role) => role.hoist).sort((a, b) => b.position - a.position);
    const groups = new Map(hoisted.map((role) => [role.id, []]));
    const others = [];
    for (const member of guild.members.values()) {
      if (this.query && !fold(`${member.nick ?? ""} ${userName(member.user)}`).includes(this.query)) continue;
      const role = hoisted.find((each) => member.roles.includes(each.id));
      (role ? groups.get(role.id) : others).push(member);
    }
    this.rows = [];
    for (const role of hoisted) this.group(role.name, groups.get(role.id));
    this.group(this.client.words.t("members"), others);
    this.spacer.style.height = `${this.rows.length * ROW}px`;
    this.draw();
  }

  group(name, members) {
    if (!members.length) return;
    const shown = (member) => member.nick ?? userName(member.user);
    members.sort((a, b) => this.client.words.order(shown(a), shown(b)));
    this.rows.push({ heading: `${name} – ${members.length}` }, ...members);
  }

  draw() {
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW) - AROUND);
    const last = Math.min(
      this.rows.length,
      Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW) + AROUND,
    );
    const focused = document.activeElement?.dataset?.member;
    this.spacer.replaceChildren(...this.rows.slice(first, last).map((row, at) => this.row(row, first + at)));
    if (focused) this.spacer.querySelector(`[data-member="${focused}"]`)?.focus({ preventScroll: true });
  }

  row(row, at) {
    const style = { top: `${at * ROW}px` };
    if (row.heading) return h("div", { class: "member-heading", role: "listitem", style }, h("h2", {}, row.heading));
    const { client } = this;
    const role = client.store.rolesOf(this.guildId, row.user.id).find((each) => each.color);
    const name = h("bdi", { class: "member-name", style: tint(role?.color ?? 0) }, row.nick ?? userName(row.user));
    const open = (event) => client.showProfile(row.user.id, event.currentTarget);
    const menu = (event) => {
      event.preventDefault();
      const anchor = event.currentTarget;
      whenReleased(() => client.actions.openForUser(row.user, client.channel?.id, anchor));
    };
    return h(
      "div",
      { role: "listitem", class: "member-row", style },
      h(
        "button",
        {
          type: "button",
          class: "member",
          data: { member: row.user.id },
          title: row.nick ?? userName(row.user),
          onclick: open,
          oncontextmenu: menu,
        },
        avatar(row.user, "small"),
        name,
        botTag(row.user, client.words),
      ),
    );
  }
}
