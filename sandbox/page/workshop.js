/**
 * Behind the scenes: what bots and the sandbox say to each other, and what goes wrong on purpose, what bots may see.
 */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { FaultsView } from "./faults.js";
import { IntentsView } from "./intents.js";
import { fold } from "./listbox.js";

const EVERY = 1500;
const KEPT = 300;

/** @param {any} client */
export function openWorkshop(client) {
  const { words } = client;
  const journal = new JournalView(client);
  const faults = new FaultsView(client);
  const intents = new IntentsView(client);
  const dialog = openDialog(client, {
    title: words.t("workshop"),
    body: [faults.element, intents.element, journal.element],
    class: "workshop",
  });
  dialog.element.addEventListener("close", () => journal.close());
  faults.load();
  intents.load();
  journal.follow();
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
