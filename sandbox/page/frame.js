/**
 * The frame of a client: lists on the left, head, conversation, thread and members, and what slides over what in a narrow pane.
 */
import { channelIcon } from "./conversation.js";
import { isForum, userName } from "./discord.js";
import { append, h, icon, iconButton } from "./dom.js";
import { excerpt } from "./markdown.js";
import { Members } from "./members.js";
import { personButton } from "./people.js";
import { hasPins, openPins } from "./pins.js";
import { ChannelList, Rail } from "./sidebar.js";

export class Frame {
  /** @param {any} client whose root it fills */
  constructor(client) {
    this.client = client;
    this.membersShown = true;
    const { words, store } = client;
    this.rail = new Rail(client);
    this.channels = new ChannelList(client, personButton(client));
    this.head = h("header", { class: "channel-head" });
    this.main = h("section", { class: "conversation", "aria-label": words.t("conversation") });
    this.side = h("aside", { class: "thread-panel", "aria-label": words.t("thread"), hidden: true });
    this.people = h("aside", { class: "member-panel", "aria-label": words.t("members"), hidden: true });
    this.offline = h("p", { class: "offline", role: "status", hidden: true }, words.t("offline"));
    this.lists = h("div", { class: "lists" }, this.rail.element, this.channels.element);
    this.shade = h("div", { class: "shade", onclick: () => this.closeLists() });
    client.root.lang = words.language;
    client.root.classList.add("pane");
    client.root.setAttribute("aria-label", words.t("pane_of", { name: userName(store.user) }));
    append(client.root, [
      this.lists,
      this.shade,
      h(
        "div",
        { class: "stage" },
        this.offline,
        this.head,
        h("div", { class: "stage-body" }, this.main, this.side, this.people),
      ),
      client.notices.element,
    ]);
  }

  close() {
    this.memberView?.close();
    this.rail.close();
    this.channels.close();
  }

  /** Is there room for more than one thing? */
  get wide() {
    return this.client.root.clientWidth > 760;
  }

  /** The head's buttons are made again; the one that had the focus has it still. */
  drawHead() {
    const { client } = this;
    const { words, channel } = client;
    const menu = iconButton("menu", words.t("open_lists"), () => this.openLists(), { class: "lists-button" });
    const title = channel
      ? h("h1", { dir: "auto" }, icon(channelIcon(channel)), h("bdi", {}, client.titleOf(channel)))
      : h("h1", {}, words.t("dms"));
    const topic =
      channel?.topic && !isForum(channel)
        ? h("p", { class: "topic hint", title: channel.topic, dir: "auto" }, excerpt(channel.topic, 300))
        : h("span", { class: "topic" });
    const members = client.guildId
      ? iconButton("people", words.t("toggle_members"), () => this.toggleMembers(), {
          class: "members-button",
          "aria-pressed": String(!this.people.hidden),
        })
      : null;
    const pins = hasPins(channel)
      ? iconButton("pin", words.t("pins"), (event) => openPins(client, channel, event.currentTarget), {
          class: "pins-button",
        })
      : null;
    const buttons = () => [...this.head.querySelectorAll("button")];
    const focused = buttons().indexOf(document.activeElement);
    this.head.replaceChildren();
    this.headPerson ??= personButton(client, "head-person");
    append(this.head, [
      menu,
      title,
      topic,
      this.headPerson,
      h("div", { class: "head-tools" }, pins, members, client.hooks.tools(client)),
    ]);
    buttons()[focused]?.focus();
  }

  drawMembers() {
    const wanted =
      this.client.guildId && this.membersShown && this.client.root.clientWidth > (this.client.thread ? 1500 : 1060);
    this.setMembers(Boolean(wanted));
  }

  setMembers(shown) {
    const { guildId } = this.client;
    const same = shown && this.memberView?.guildId === guildId;
    if (!same) {
      this.memberView?.close();
      this.memberView = shown ? new Members(this.client, guildId) : null;
      this.people.replaceChildren(...(shown ? [this.memberView.element] : []));
    }
    this.people.hidden = !shown;
    this.head.querySelector(".members-button")?.setAttribute("aria-pressed", String(shown));
  }

  toggleMembers() {
    this.membersShown = this.people.hidden;
    this.setMembers(this.membersShown);
  }

  leaveMembers() {
    this.toggleMembers();
    this.head.querySelector(".members-button")?.focus();
  }

  openLists() {
    this.client.root.classList.add("lists-open");
    (this.channels.element.querySelector("[aria-current]") ?? this.channels.element.querySelector("button"))?.focus();
  }

  closeLists() {
    if (!this.client.root.classList.contains("lists-open")) return;
    this.client.root.classList.remove("lists-open");
    this.head.querySelector(".lists-button")?.focus();
  }

  key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      if (this.client.root.classList.contains("lists-open")) this.closeLists();
      else if (this.client.thread && this.side.contains(event.target)) this.client.leaveThread();
      else if (this.people.contains(event.target)) this.leaveMembers();
    }
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    }
  }

  /** Alt and an arrow: the next channel of the list. */
  step(by) {
    const rows = [...this.channels.list.querySelectorAll("[data-channel]")];
    const at = rows.findIndex((row) => row.dataset.channel === this.client.channel?.id);
    const next = rows[(at + by + rows.length) % rows.length];
    if (next) this.client.openChannel(next.dataset.channel);
  }
}
