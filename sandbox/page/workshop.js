/**
 * Behind the scenes: what bots and the sandbox say to each other, and what goes wrong on purpose.
 */
import { openDialog } from "./dialog.js";
import { h, iconButton, uid } from "./dom.js";
import { fold } from "./listbox.js";

const EVERY = 1500;
const KEPT = 300;

/** What may be spoiled from here; the control API has more. */
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

/** @param {any} client */
export function openWorkshop(client) {
  const { words } = client;
  const journal = new JournalView(client);
  const faults = new FaultsView(client);
  const dialog = openDialog(client, {
    title: words.t("workshop"),
    body: [faults.element, journal.element],
    class: "workshop",
  });
  dialog.element.addEventListener("close", () => journal.close());
  faults.load();
  journal.follow();
}

class FaultsView {
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
      this.list,
    );
  }

  async load() {
    const { client } = this;
    await client.notices.attempt(async () => this.draw(await client.store.api.get("/control/faults")));
  }

  async add() {
    const { client } = this;
    const fault = { ...FAULTS[this.choice.value], times: Number(this.times.value) || 1 };
    await client.notices.attempt(() => client.store.api.post("/control/faults", fault));
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
      const name = known ? words.t(known[0]) : `${fault.kind} ${fault.route}`;
      const left = fault.times === null ? "" : ` (${words.t("fault_left", { n: fault.times - fault.hits })})`;
      const remove = iconButton("close", words.t("fault_remove", { name }), () => this.remove(fault), {
        class: "tiny",
      });
      return h("li", {}, `${name}${left} `, remove);
    };
    this.list.replaceChildren(...faults.map(one));
  }
}

class JournalView {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
    const { words } = client;
    this.last = 0;
    /** @type {any[]} */
    this.entries = [];
    this.filter = h("input", {
      type: "search",
      class: "input",
      "aria-label": words.t("journal_filter"),
      placeholder: words.t("journal_filter"),
      oninput: () => this.draw(),
    });
    this.list = h("ol", { class: "journal", reversed: true });
    const file = (path, label) => h("a", { href: `/sandbox/control/${path}`, download: path.split("?")[0] }, label);
    this.element = h(
      "section",
      { class: "field" },
      h("h3", { class: "field-label" }, words.t("journal")),
      h(
        "p",
        { class: "hint" },
        words.t("journal_hint"),
        " ",
        file("journal.har", "HAR"),
        ", ",
        file("journal.jsonl", "JSON lines"),
      ),
      this.filter,
      this.list,
    );
  }

  /** Asks again and again while the dialog is open. */
  async follow() {
    const since = this.last;
    try {
      const { last, entries } = await this.client.store.api.get(`/control/journal?since=${since}`);
      this.last = last;
      this.entries = [...this.entries, ...entries].slice(-KEPT);
      if (entries.length || !since) this.draw();
    } catch (error) {
      this.list.replaceChildren(h("li", { class: "problem" }, this.client.notices.explain(error)));
    }
    if (!this.closed) this.timer = setTimeout(() => this.follow(), EVERY);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  draw() {
    const wanted = fold(this.filter.value.trim());
    const shown = this.entries.filter((entry) => !wanted || fold(title(entry)).includes(wanted));
    const open = new Set([...this.list.querySelectorAll("[open]")].map((node) => node.dataset.seq));
    this.list.replaceChildren(...shown.reverse().map((entry) => this.row(entry, open.has(String(entry.seq)))));
  }

  row(entry, open) {
    const at = Date.parse(entry.at);
    const failed = entry.status >= 400 || entry.fault;
    const details = h(
      "details",
      { data: { seq: entry.seq }, open },
      h(
        "summary",
        { class: failed ? "failed" : "" },
        h("time", { datetime: entry.at, class: "hint" }, this.client.times.show(at, "T")),
        " ",
        h("code", {}, title(entry)),
      ),
    );
    const fill = () => {
      if (details.open && details.childElementCount === 1) details.append(h("pre", { tabindex: 0 }, content(entry)));
    };
    details.addEventListener("toggle", fill);
    fill();
    return h("li", {}, details);
  }
}

/** @param {any} entry */
function title(entry) {
  if (entry.kind === "rest") return `${entry.method} ${entry.path} → ${entry.status} (${Math.round(entry.ms)} ms)`;
  const what = entry.t ?? (entry.op === null ? `close ${entry.code}` : `op ${entry.op}`);
  return `${entry.way === "in" ? "←" : "→"} ${what}`;
}

/** @param {any} entry */
function content(entry) {
  const { request, response, fault, d } = entry;
  return JSON.stringify(entry.kind === "rest" ? { request, response, fault } : { d, fault }, null, 2);
}
