/**
 * Where one writes: messages, mentions, and `/` for the commands of bots.
 */
import { Attachments } from "./attach.js";
import { avatar } from "./avatar.js";
import { CommandForm } from "./commandform.js";
import { leaves, search, typedInFull } from "./commands.js";
import { Channel, Kind, isThread, may } from "./discord.js";
import { append, h, icon, iconButton } from "./dom.js";
import { begunName, emojiNames, mayHoldNames, suggested, withEmojis } from "./emojis.js";
import { Listbox } from "./listbox.js";
import { Mentions } from "./mentions.js";
import { choicesOf, matching } from "./select.js";

const LONGEST = 2000;

export class Composer {
  /** @param {any} client @param {any} channel */
  constructor(client, channel) {
    this.client = client;
    this.channel = channel;
    this.mentions = new Mentions();
    this.element = h("div", { class: "composer" });
    const refusal = this.refusal();
    if (refusal) {
      this.element.append(h("p", { class: "composer-refusal" }, icon("lock"), refusal));
      return;
    }
    this.build();
  }

  /** @returns {string | null} why one cannot write here */
  refusal() {
    const { channel, client } = this;
    const permissions = client.store.permissionsIn(channel);
    if (channel.thread_metadata?.locked && !may(permissions, "MANAGE_THREADS")) return client.words.t("thread_locked");
    return may(permissions, isThread(channel) ? "SEND_IN_THREADS" : "SEND_MESSAGES")
      ? null
      : client.words.t("cannot_write");
  }

  build() {
    const { words } = this.client;
    const name = this.client.titleOf(this.channel);
    const label = words.t(this.channel.type === Channel.DM ? "write_to" : "write_in", { name });
    this.input = h("textarea", {
      class: "composer-input",
      rows: 1,
      placeholder: label,
      "aria-label": label,
      "aria-autocomplete": "list",
      dir: "auto",
      enterkeyhint: "send",
    });
    this.counter = h("span", { class: "counter hint" });
    this.replying = h("div", { class: "replying", hidden: true });
    this.alert = h("p", { class: "problem", role: "alert" });
    const commands = iconButton("slash", words.t("open_commands"), () => this.startCommand(), {
      class: "composer-slash",
    });
    const attaches = may(this.client.store.permissionsIn(this.channel), "ATTACH_FILES");
    this.attachments = attaches ? new Attachments(this) : null;
    this.attachments?.watch(this.element);
    this.line = h(
      "div",
      { class: "composer-line" },
      this.attachments?.picker,
      this.attachments?.button,
      commands,
      this.input,
      this.counter,
      iconButton("send", words.t("send"), () => this.send(), { class: "send" }),
    );
    this.typing = h("p", { class: "typing", "aria-live": "polite" });
    append(this.element, [this.replying, this.attachments?.list, this.line, this.alert, this.typing]);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.closeList());
    this.comeBack();
    this.list = new Listbox({
      label: words.t("suggestions"),
      empty: words.t("no_command"),
      onpick: (item) => item.value(),
    });
    this.stop = this.client.store.on(`typing:${this.channel.id}`, () => this.showTyping());
    this.grow();
  }

  close() {
    this.stop?.();
  }

  focus() {
    if (this.form) this.form.focus();
    else this.input?.focus({ preventScroll: true });
  }

  // --- text ----------------------------------------------------------------------------------------------------------

  grow() {
    if (!this.input) return;
    if (this.input.isConnected) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight}px`;
    }
    const { length } = [...this.outgoing()];
    this.counter.textContent = length > LONGEST - 200 ? String(LONGEST - length) : "";
    this.counter.classList.toggle("over", length > LONGEST);
    this.keepDraft();
  }

  /** A correction is kept beside what was being written before it. */
  keepDraft() {
    const { drafts } = this.client;
    const draft = { text: this.input.value, mentions: [...this.mentions.marks] };
    if (this.edited)
      drafts.set(this.channel.id, { ...drafts.get(this.channel.id), correction: { id: this.edited, ...draft } });
    else drafts.set(this.channel.id, draft);
  }

  /** What was being written here before. */
  resume() {
    this.fill(this.client.drafts.get(this.channel.id));
  }

  /** @param {{text: string, mentions: [string, string][]}} draft */
  fill({ text, mentions }) {
    this.input.value = text;
    this.mentions.marks = new Map(mentions);
  }

  /** Where one comes back: the correction that was begun, else what was being written. */
  comeBack() {
    const { correction } = this.client.drafts.get(this.channel.id);
    if (!correction) return this.resume();
    this.fill(correction);
    return this.editing(correction.id);
  }

  typed() {
    this.grow();
    this.alert.textContent = "";
    const text = this.input.value;
    if (/^\/[^/\n]*$/.test(text)) this.offerCommands(text.slice(1));
    else if (begunName(this.beforeCaret())) this.offerEmojis();
    else this.offerMentions();
  }

  beforeCaret() {
    return this.input.value.slice(0, this.input.selectionStart);
  }

  key(event) {
    if (event.isComposing) return;
    if (this.opened && (this.list.key(event) || this.listKey(event))) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      event.preventDefault();
      this.correctLast();
    } else if (event.key === "Escape") this.escape(event);
  }

  /** As Discord does: the arrow takes up one's last message; where there is none, it goes to the messages. */
  correctLast() {
    const last = this.client.lastOwn(this.channel.id);
    if (last) this.edit(last);
    else this.client.focusMessages(this.channel.id);
  }

  /** Gives up the answer or the correction; with neither, shows the latest messages. */
  escape(event) {
    if (this.edited || this.replyTo) {
      event.preventDefault();
      this.leave();
    } else this.client.sent(this.channel.id);
  }

  listKey(event) {
    if (event.key === "Tab" && this.list.active >= 0) {
      event.preventDefault();
      this.list.onpick(this.list.items[this.list.active]);
      return true;
    }
    if (event.key !== "Escape") return false;
    event.preventDefault();
    this.closeList();
    return true;
  }

  async send() {
    await this.sending; // in the order in which they were written
    if (mayHoldNames(this.input.value)) await this.nameEmojis();
    const content = this.outgoing().trim();
    if (!content && !this.attachments?.files.length) return;
    const over = [...content].length - LONGEST;
    if (over > 0) {
      this.alert.textContent = this.client.words.t("too_long", { n: over });
      return;
    }
    this.sending = this.edited ? this.correct(content) : this.post(content);
    await this.sending;
    this.client.sent(this.channel.id);
  }

  /** The line is free at once for the next message; what could not leave comes back to it. @param {string} content */
  async post(content) {
    const { replyTo, mentions } = this;
    const text = this.input.value;
    this.input.value = "";
    this.mentions = new Mentions();
    this.leave();
    try {
      const attachments = (await this.attachments?.ids()) ?? [];
      const body = { content, reply_to: replyTo?.id, attachments };
      this.client.store.keep(await this.client.store.api.post(`/channels/${this.channel.id}/messages`, body));
      this.attachments?.clear();
    } catch (error) {
      this.input.value = [text, this.input.value].filter(Boolean).join("\n");
      this.mentions.marks = new Map([...mentions.marks, ...this.mentions.marks]);
      this.reply(replyTo);
      this.grow();
      this.alert.textContent = this.client.notices.explain(error);
    }
  }

  /** @param {string} content */
  async correct(content) {
    try {
      const path = `/channels/${this.channel.id}/messages/${this.edited}`;
      this.client.store.keep(await this.client.store.api.patch(path, { content }));
      this.leave();
    } catch (error) {
      this.alert.textContent = this.client.notices.explain(error);
    }
  }

  /** Names shown while writing become the marks that Discord wants. */
  outgoing() {
    return this.mentions.toMarks(this.input.value);
  }

  /** @param {any | null} message */
  reply(message) {
    const name = message && this.client.store.nameOf(this.channel.guild_id, message.author);
    if (this.edited) this.leave();
    this.replyTo = message;
    this.above(message && this.client.words.t("replying_to", { name }), "cancel_reply", "reply");
  }

  /** One's own words, to be put right; what was being written waits. @param {any} message */
  edit(message) {
    this.mentions = new Mentions();
    this.input.value = this.mentions.toNames(message.content, this.client.markdown(this.channel.id));
    this.editing(message.id);
    this.grow();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  /** @param {string} id of the message that the line puts right */
  editing(id) {
    this.replyTo = null;
    this.edited = id;
    this.above(this.client.words.t("editing"), "cancel", "file");
  }

  /** Neither an answer nor a correction any more; what was being written before a correction is back. */
  leave() {
    if (this.edited) {
      this.edited = null;
      this.resume();
    }
    this.grow();
    this.reply(null);
  }

  /** What stands above the line. @param {string | null} text @param {string} cancel @param {string} drawing */
  above(text, cancel, drawing) {
    this.replying.hidden = !text;
    if (!text) return;
    this.replying.replaceChildren(
      icon(drawing),
      h("span", {}, text),
      iconButton("close", this.client.words.t(cancel), () => this.leave(), { class: "tiny" }),
    );
    this.focus();
  }

  showTyping() {
    const now = Date.now();
    const others = [...(this.client.store.typing.get(this.channel.id) ?? [])].filter(
      ([user, until]) => until > now && user !== this.client.store.user.id,
    );
    const names = others.map(([user]) =>
      this.client.store.nameOf(this.channel.guild_id, this.client.store.findUser(user)),
    );
    this.typing.textContent = names.length
      ? this.client.words.t("typing", { names: names.join(", "), n: names.length })
      : "";
  }

  // --- suggestions ---------------------------------------------------------------------------------------------------

  openList(items, active) {
    this.list.show(items, active);
    this.element.append(this.list.element);
    this.list.attach(this.input);
    this.opened = true;
  }

  closeList() {
    if (!this.opened) return;
    this.opened = false;
    this.list.detach();
    this.list.element.remove();
  }

  offerMentions() {
    const before = this.beforeCaret();
    const found = /(?:^|\s)([@#])([^\s@#]{0,32})$/u.exec(before);
    if (!found) return this.closeList();
    const [, sign, query] = found;
    const items =
      sign === "@"
        ? choicesOf({ type: Kind.USER_SELECT }, this.client, this.channel.guild_id)
        : choicesOf({ type: Kind.CHANNEL_SELECT }, this.client, this.channel.guild_id);
    const some = matching(items, query).slice(0, 10);
    if (!some.length) return this.closeList();
    return this.openList(
      some.map((item) => ({ ...item, value: () => this.insertMention(sign, query, item) })),
      0,
    );
  }

  async offerEmojis() {
    const names = await emojiNames();
    const query = begunName(this.beforeCaret());
    if (!query) return undefined; // by now one has written on
    const some = suggested(names, query);
    if (!some.length) return this.closeList();
    return this.openList(
      some.map(([name, emoji]) => ({
        label: `:${name}:`,
        media: h("span", { class: "emoji option-emoji", "aria-hidden": "true" }, emoji),
        value: () => this.insertEmoji(query, emoji),
      })),
      0,
    );
  }

  insertEmoji(query, emoji) {
    const at = this.input.selectionStart;
    this.input.setRangeText(`${emoji} `, at - query.length - 1, at, "end");
    this.closeList();
    this.grow();
  }

  /** Names written in full, `:tada:`, become what they name. */
  async nameEmojis() {
    const names = await emojiNames();
    this.input.value = withEmojis(names, this.input.value);
    this.grow();
  }

  insertMention(sign, query, item) {
    const at = this.input.selectionStart;
    const other = `${sign}${item.user?.username ?? item.label}`;
    const name = this.mentions.add(`${sign}${item.label}`, `<${sign}${item.value}>`, other);
    this.input.setRangeText(`${name} `, at - query.length - 1, at, "end");
    this.closeList();
    this.grow();
  }

  async offerCommands(typed) {
    const known = this.client.store.commandLists.get(this.channel.id);
    if (known) this.showCommands(leaves(known), typed);
    if (!known || typed === "") {
      try {
        await this.client.store.commands(this.channel.id);
      } catch (error) {
        this.alert.textContent = this.client.notices.explain(error);
        return;
      }
      const now = this.input.value;
      if (/^\/[^/\n]*$/.test(now))
        this.showCommands(leaves(this.client.store.commandLists.get(this.channel.id)), now.slice(1));
    }
  }

  showCommands(all, typed) {
    this.list.empty = this.client.words.t(all.length ? "no_command" : "no_command_here");
    const full = typedInFull(all, typed);
    if (full) {
      this.beginCommand(full.leaf, full.rest);
      return;
    }
    const items = search(all, typed).map((leaf) => ({
      label: `/${leaf.name}`,
      hint: leaf.description,
      group: leaf.command.application?.name ?? "",
      media: avatar(
        leaf.command.application?.bot ?? {
          id: leaf.command.application_id ?? "0",
          username: leaf.command.application?.name ?? "?",
        },
        "small",
      ),
      value: () => this.beginCommand(leaf),
    }));
    this.openList(items, 0);
  }

  startCommand() {
    this.input.value = "/";
    this.input.focus();
    this.typed();
  }

  /** @param {import("./commands.js").Leaf} leaf @param {string} [rest] */
  beginCommand(leaf, rest = "") {
    this.closeList();
    this.input.value = "";
    this.grow();
    this.form = new CommandForm(leaf, { client: this.client, channel: this.channel, onclose: () => this.endCommand() });
    this.line.hidden = true;
    this.line.after(this.form.element);
    this.form.focus();
    this.form.prefill(rest);
  }

  endCommand() {
    const hadFocus = this.form?.element.contains(document.activeElement) || document.activeElement === document.body;
    this.form?.element.remove();
    this.form = null;
    this.line.hidden = false;
    if (hadFocus) this.input.focus();
  }

  /** A command named in a message: `</ressource chercher:123>`. @param {string} name @param {string} id */
  async beginNamed(name, id) {
    const all = leaves(await this.client.store.commands(this.channel.id));
    const leaf =
      all.find((each) => each.command.id === id && (each.canonical === name || each.name === name)) ??
      all.find((each) => each.command.id === id);
    if (leaf) this.beginCommand(leaf);
    else this.client.notices.tell(this.client.words.t("no_command"), "error");
  }
}
