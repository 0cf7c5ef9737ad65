/**
 * What is said to the person beside the conversation: notices, refusals, questions before something is lost.
 */
import { ApiError } from "./api.js";
import { avatar } from "./avatar.js";
import { openDialog } from "./dialog.js";
import { Channel, userName } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";

const NOTICE_FOR = 8000;
/** Discord's codes that an ordinary gesture may meet: its own words for them are English, and for programmers. */
const REFUSALS = {
  10003: "refused_gone",
  10004: "refused_gone",
  10007: "refused_gone",
  10008: "refused_gone",
  10011: "refused_gone",
  10070: "refused_gone",
  20016: "refused_slow",
  30010: "refused_reactions",
  40005: "refused_file",
  40007: "refused_banned",
  50001: "refused_access",
  50007: "refused_dm",
  50013: "refused_rights",
  50083: "refused_archived",
  50278: "refused_dm",
};

export class Notices {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
    this.element = h("div", { class: "notices", role: "status", "aria-live": "polite" });
  }

  /** What the server refused, in words; anything that is our own fault is thrown again. @param {unknown} error */
  explain(error) {
    if (error instanceof ApiError) {
      const known = REFUSALS[error.code];
      return known ? this.client.words.t(known) : this.client.words.t("refused", { reason: error.detail });
    }
    if (error instanceof TypeError) return this.client.words.t("failed_network");
    throw error;
  }

  /** What Discord would not take from an application, for whoever makes it. @param {any} notice */
  refused(notice) {
    const { message, code } = notice;
    const reason = code ? `${new ApiError(0, notice).detail} (${code})` : message;
    const { application } = notice;
    this.tell(application ? this.client.words.t("app_refused", { name: application, reason }) : reason, notice.level);
  }

  /** @param {string} text @param {"info" | "error"} [level] */
  tell(text, level = "info") {
    if (!text) return;
    const note = h(
      "div",
      { class: `notice ${level}` },
      level === "error" ? icon("warning") : null,
      h("p", { dir: "auto" }, text),
      iconButton("close", this.client.words.t("close"), () => note.remove(), { class: "tiny" }),
    );
    this.element.append(note);
    setTimeout(() => note.remove(), NOTICE_FOR);
  }

  /** A direct message that comes while one looks elsewhere. */
  announce(channel, message) {
    if (
      channel.type !== Channel.DM ||
      message.author.id === this.client.store.user.id ||
      this.client.channel?.id === channel.id
    )
      return;
    const open = () => {
      note.remove();
      this.client.openChannel(channel.id);
    };
    const note = h(
      "div",
      { class: "notice" },
      h(
        "button",
        { type: "button", class: "notice-dm", onclick: open },
        avatar(message.author, "small"),
        h("span", {}, this.client.words.t("new_dm", { name: userName(message.author) })),
      ),
    );
    this.element.append(note);
    setTimeout(() => note.remove(), NOTICE_FOR);
  }

  /** Asks before something is lost. @param {string} question @param {() => Promise<any>} action @param {string} [what] its first words */
  confirm(question, action, what = "") {
    const { words } = this.client;
    const yes = h("button", { type: "submit", class: "button danger" }, words.t("confirm"));
    const no = h(
      "button",
      { type: "button", class: "button secondary", onclick: () => dialog.close() },
      words.t("cancel"),
    );
    const onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      this.attempt(action);
    };
    const dialog = openDialog(this.client, {
      title: words.t("confirm_title"),
      body: [h("p", { dir: "auto" }, question), what ? h("p", { class: "lost hint", dir: "auto" }, what) : null],
      actions: [no, yes],
      onsubmit,
    });
    no.focus();
  }

  /** Asks for one line. @param {string} title @param {string} value @param {(answer: string) => Promise<any>} action */
  ask(title, value, action) {
    const { words } = this.client;
    const input = h("input", { class: "input", maxlength: 100, "aria-label": title, ".value": value, dir: "auto" });
    const onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      if (input.value.trim()) this.attempt(() => action(input.value.trim()));
    };
    const actions = [
      h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, words.t("cancel")),
      h("button", { type: "submit", class: "button primary" }, words.t("save")),
    ];
    const dialog = openDialog(this.client, { title, body: [input], actions, onsubmit });
    input.select();
  }

  /** Does it, or says why not. @param {() => any} action */
  async attempt(action) {
    try {
      await action();
    } catch (error) {
      this.tell(this.explain(error), "error");
    }
  }

  /** @param {string} text shown instead, where the clipboard is refused */
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(this.client.words.t("copied"));
    } catch {
      this.tell(text);
    }
  }
}
