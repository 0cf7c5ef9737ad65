/**
 * What goes wrong on purpose: the usual faults by name, and every kind with its settings.
 */
import { h, iconButton, uid } from "./dom.js";

/** The usual ones, in words. */
const FAULTS = {
  fault_slow: { kind: "delay", route: "/interactions/*", seconds: 4 },
  fault_twice: { kind: "apply_then_status", method: "POST", route: "/channels/*/messages", status: 500 },
  fault_refused: { kind: "status", method: "POST", route: "/channels/*/messages", status: 503 },
  fault_limited: { kind: "rate_limit", method: "POST", route: "/channels/*/messages", seconds: 3 },
  fault_dropped: { kind: "drop" },
  fault_reconnect: { kind: "reconnect" },
  fault_session: { kind: "invalid_session" },
  fault_lost: { kind: "drop_event", event: "INTERACTION_CREATE" },
};

/** Kind → its settings, with what they are at first; texts are named as in the control API. */
const ROUTE = { method: "*", route: "*" };
const EVENT = { event: "*" };
const SETTINGS = {
  kind_delay: { ...ROUTE, seconds: 4 },
  kind_status: { ...ROUTE, status: 500 },
  kind_apply_then_status: { ...ROUTE, status: 500 },
  kind_drop: ROUTE,
  kind_apply_then_drop: ROUTE,
  kind_rate_limit: { ...ROUTE, seconds: 3, scope: "user", via: true },
  kind_content_type: { ...ROUTE, content_type: "application/json; charset=utf-8" },
  kind_reconnect: {},
  kind_invalid_session: { resumable: false },
  kind_close: { code: 4000 },
  kind_withhold_ack: {},
  kind_silence: {},
  kind_duplicate: EVENT,
  kind_delay_event: { ...EVENT, seconds: 4 },
  kind_drop_event: EVENT,
  kind_reorder: EVENT,
};
const ON_EVENT = Object.keys(SETTINGS).filter((kind) => SETTINGS[kind] === EVENT || SETTINGS[kind].event);

export class FaultsView {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
    const { words } = client;
    const names = Object.keys(FAULTS).map((name) => h("option", { value: name }, words.t(name)));
    this.choice = h("select", { id: uid("fault"), class: "input" }, names);
    this.times = h("input", { id: uid("times"), class: "input", type: "number", min: 1, max: 99, value: 1 });
    const add = h(
      "button",
      { type: "button", class: "button secondary", onclick: () => this.add() },
      words.t("fault_add"),
    );
    this.every = new EveryFault(client, (fault) => this.provoke(fault));
    this.list = h("ul", { class: "faults" });
    this.element = h(
      "section",
      { class: "field" },
      h("h3", { class: "field-label" }, words.t("faults")),
      h("p", { class: "hint" }, words.t("faults_hint")),
      h(
        "div",
        { class: "fault-form" },
        h("label", { class: "visually-hidden", for: this.choice.id }, words.t("faults")),
        this.choice,
        h("label", { class: "hint", for: this.times.id }, words.t("fault_times")),
        this.times,
        add,
      ),
      this.every.element,
      this.list,
    );
  }

  async load() {
    const { client } = this;
    await client.notices.attempt(async () => this.draw(await client.store.api.get("/control/faults")));
  }

  add() {
    return this.provoke(FAULTS[this.choice.value]);
  }

  /** @param {Record<string, any>} fault */
  async provoke(fault) {
    const { client } = this;
    const body = { ...fault, times: Number(this.times.value) || 1 };
    await client.notices.attempt(() => client.store.api.post("/control/faults", body));
    await this.load();
  }

  async remove(fault) {
    const { client } = this;
    await client.notices.attempt(() => client.store.api.delete(`/control/faults?id=${fault.id}`));
    await this.load();
  }

  /** @param {any[]} faults */
  draw(faults) {
    const { words } = this.client;
    const one = (fault) => {
      const known = Object.entries(FAULTS).find(([, each]) =>
        Object.entries(each).every(([key, value]) => fault[key] === value),
      );
      const kind = `kind_${fault.kind}`;
      const where = ON_EVENT.includes(kind) ? fault.event : fault.route;
      const name = known ? words.t(known[0]) : words.t(kind) + words.t("colon") + where;
      const left = fault.times === null ? "" : ` (${words.t("fault_left", { n: fault.times - fault.hits })})`;
      const remove = iconButton("close", words.t("fault_remove", { name }), () => this.remove(fault), {
        class: "tiny",
      });
      return h("li", {}, `${name}${left} `, remove);
    };
    this.list.replaceChildren(...faults.map(one));
  }
}

/** Every kind, with its settings under the names that the control API and the command line have. */
class EveryFault {
  /** @param {any} client @param {(fault: Record<string, any>) => void} provoke */
  constructor(client, provoke) {
    const { words } = client;
    const kinds = Object.keys(SETTINGS).map((kind) => h("option", { value: kind }, words.t(kind)));
    this.kind = h(
      "select",
      { class: "input", "aria-label": words.t("faults_all"), onchange: () => this.draw() },
      kinds,
    );
    this.fields = h("div", { class: "fault-form" });
    const add = h(
      "button",
      { type: "button", class: "button secondary", onclick: () => provoke(this.fault()) },
      words.t("fault_add"),
    );
    this.element = h(
      "details",
      { class: "every-fault" },
      h("summary", {}, words.t("faults_all")),
      h("div", { class: "fault-form" }, this.kind, add),
      this.fields,
    );
    this.draw();
  }

  draw() {
    this.inputs = Object.entries(SETTINGS[this.kind.value]).map(([name, value]) => {
      const type = { boolean: "checkbox", number: "number" }[typeof value] ?? "text";
      const props = type === "checkbox" ? { ".checked": value } : { ".value": String(value), class: "input" };
      return h("input", { id: uid(name), name, type, step: "any", autocapitalize: "off", spellcheck: "false", ...props });
    });
    this.fields.replaceChildren(
      ...this.inputs.map((input) => h("label", { class: "fault-setting" }, h("code", {}, input.name), input)),
    );
  }

  /** @returns {Record<string, any>} */
  fault() {
    const read = (input) =>
      ({ checkbox: () => input.checked, number: () => Number(input.value) })[input.type]?.() ?? input.value;
    return { kind: this.kind.value.replace("kind_", ""), ...Object.fromEntries(this.inputs.map((input) => [input.name, read(input)])) };
  }
}
