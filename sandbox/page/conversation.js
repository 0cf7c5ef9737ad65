/**
 * A channel, thread or direct message that one reads and writes in: its messages and its composer.
 */
import { Composer } from "./composer.js";
import { Channel, isThread } from "./discord.js";
import { h, icon } from "./dom.js";
import { render } from "./markdown.js";
import { MessageList } from "./messages.js";

/** @param {any} channel @returns {"hash" | "forum" | "speaker" | "megaphone" | "thread" | "mail"} */
export function channelIcon(channel) {
  const icons = {
    [Channel.FORUM]: "forum",
    [Channel.MEDIA]: "forum",
    [Channel.VOICE]: "speaker",
    [Channel.STAGE]: "speaker",
    [Channel.NEWS]: "megaphone",
    [Channel.DM]: "mail",
  };
  return isThread(channel) ? "thread" : (icons[channel.type] ?? "hash");
}

export class Conversation {
  /** @param {any} client @param {any} channel */
  constructor(client, channel) {
    this.client = client;
    this.channel = channel;
    this.list = new MessageList(client, channel, { intro: this.intro() });
    this.status = h("div", { class: "thread-status" });
    this.place = h("div", { class: "composer-place" });
    this.element = h("div", { class: "conversation-body" }, this.list.element, this.status, this.place);
    this.compose();
    this.stop = client.store.on("channels", (changed) => changed?.id === channel.id && this.compose());
  }

  /** Again when the rights or the state of a thread have changed, unless somebody is writing. */
  compose() {
    const channel = this.client.store.channels.get(this.channel.id) ?? this.channel;
    const archived = channel.thread_metadata?.archived;
    this.status.replaceChildren(
      ...(archived ? [h("p", { class: "hint" }, icon("lock"), this.client.words.t("thread_archived"))] : []),
    );
    const state = JSON.stringify([channel.thread_metadata?.locked, this.client.store.permissionsIn(channel)]);
    if (state === this.state) return;
    this.state = state;
    this.composer?.close();
    this.composer = new Composer(this.client, channel);
    this.place.replaceChildren(this.composer.element);
  }

  intro() {
    const { words } = this.client;
    const { channel } = this;
    const name = this.client.titleOf(channel);
    const text =
      channel.type === Channel.DM
        ? words.t("intro_dm", { name })
        : words.t(isThread(channel) ? "intro_thread" : "intro_channel", { name });
    const topic = channel.topic ? render(channel.topic, this.client.markdown(channel.id)) : null;
    return h(
      "div",
      { class: "intro", hidden: true },
      h("span", { class: "intro-icon" }, icon(channelIcon(channel))),
      h("p", { class: "intro-title", dir: "auto" }, name),
      h("p", { class: "hint" }, text),
      topic,
    );
  }

  open() {
    this.composer.grow();
    // Known before they are asked for; a failure shows when somebody does ask.
    this.client.store.commands(this.channel.id).catch(() => undefined);
    return this.list.open();
  }

  close() {
    this.stop();
    this.composer.close();
    this.list.close();
  }
}
