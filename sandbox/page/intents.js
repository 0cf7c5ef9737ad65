/**
 * The privileged intents that each application was granted, as in the developer portal.
 */
import { h } from "./dom.js";

/** As the gateway names them → in words. */
const PRIVILEGED = {
  members: "intent_members",
  presences: "intent_presences",
  message_content: "intent_message_content",
};

export class IntentsView {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
    const { words } = client;
    this.list = h("div", { class: "intents" });
    this.element = h(
      "section",
      { class: "field" },
      h("h3", { class: "field-label" }, words.t("intents")),
      h("p", { class: "hint" }, words.t("intents_hint")),
      this.list,
    );
  }

  async load() {
    const { client } = this;
    await client.notices.attempt(async () => {
      const apps = await client.store.api.get("/control/apps");
      this.list.replaceChildren(...apps.map((app) => this.row(app)));
    });
  }

  /** @param {{ id: string, name: string, intents: string[] }} app */
  row(app) {
    const { words } = this.client;
    const boxes = Object.entries(PRIVILEGED).map(([name, word]) => {
      const box = h("input", { type: "checkbox", name, ".checked": app.intents.includes(name) });
      return { box, label: h("label", { class: "intent" }, box, " ", words.t(word)) };
    });
    const changed = () => this.set(app, boxes.filter(({ box }) => box.checked).map(({ box }) => box.name));
    return h(
      "fieldset",
      { onchange: changed },
      h("legend", {}, app.name),
      ...boxes.map(({ label }) => label),
    );
  }

  /** What is shown afterwards is what holds, also when it was refused. */
  async set(app, intents) {
    const { client } = this;
    await client.notices.attempt(() => client.store.api.patch(`/control/apps/${app.id}`, { intents }));
    await this.load();
  }
}
