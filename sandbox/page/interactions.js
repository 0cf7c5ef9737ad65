/**
 * What a person asks of a bot (command, click, form), and what becomes of the answer.
 */
import { ApiError } from "./api.js";
import { Command, Interaction } from "./discord.js";
import { openModal } from "./modal.js";

export class Interactions {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
  }

  /**
   * @param {number} type @param {string} channelId @param {any} data @param {object} [extra]
   * @returns {Promise<any>} the answer; a refusal or a lost connection is an answer too: `{outcome: "failed", reason}`
   */
  async send(type, channelId, data, extra = {}) {
    try {
      return await this.client.store.api.post("/interactions", { type, channel_id: channelId, data, ...extra });
    } catch (error) {
      return { outcome: "failed", reason: error instanceof ApiError ? error.detail : "network" };
    }
  }

  /** @param {string} channelId @param {any} data @returns {Promise<string | null>} what went wrong, or nothing */
  async command(channelId, data) {
    return this.settle(await this.send(Interaction.COMMAND, channelId, data), channelId);
  }

  /** @param {any} command of the « Apps » menu of a message or a person @param {string} channelId @param {string} targetId */
  async menu(command, channelId, targetId) {
    const failure = await this.command(channelId, {
      id: command.id,
      name: command.name,
      type: command.type,
      target_id: targetId,
    });
    if (failure) this.client.notices.tell(failure, "error");
  }

  /** @param {string} channelId @param {any} data @returns {Promise<{name: string, value: any}[]>} */
  async choices(channelId, data) {
    const answer = await this.send(Interaction.AUTOCOMPLETE, channelId, data);
    return answer.outcome === "choices" ? (answer.choices ?? []) : [];
  }

  /** @param {any} message @param {any} component @param {string[]} [values] */
  async component(message, component, values) {
    const data = { custom_id: component.custom_id, component_type: component.type, ...(values ? { values } : {}) };
    this.client.store.emit("failure", { message: message.id, text: null });
    const answer = await this.send(Interaction.COMPONENT, message.channel_id, data, { message_id: message.id });
    const failure = this.settle(answer, message.channel_id);
    if (failure) this.client.store.emit("failure", { message: message.id, text: failure });
  }

  /** @param {string} channelId @param {any} data @param {string} opener the interaction that opened the modal */
  async modal(channelId, data, opener) {
    return this.settle(await this.send(Interaction.MODAL, channelId, data, { interaction_id: opener }), channelId);
  }

  /** @returns {string | null} */
  settle(answer, channelId) {
    if (answer.message) this.client.store.keep(answer.message);
    if (answer.outcome === "modal") openModal(this.client, answer.modal, channelId, answer.id);
    return answer.outcome === "failed" ? this.explain(answer.reason) : null;
  }

  /** @param {string | undefined} reason */
  explain(reason) {
    const { words } = this.client;
    const known = { timeout: "failed_timeout", offline: "failed_offline", network: "failed_network" };
    return reason && !(reason in known) ? words.t("failed_other", { reason }) : words.t(known[reason ?? "timeout"]);
  }

  /** @param {any[]} commands @param {"USER" | "MESSAGE"} kind */
  static ofKind(commands, kind) {
    return commands.filter((command) => command.type === Command[kind]);
  }
}
