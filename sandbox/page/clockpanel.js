/** The sandbox's clock: what time it is there, and the means to move it. */
import { h, icon, uid } from "./dom.js";
import { openPopup } from "./popup.js";

const STEPS = [
  ["advance_hour", 3600],
  ["advance_day", 86400],
  ["advance_week", 604800],
];

/** @param {any} client @param {HTMLElement} anchor */
export function openClock(client, anchor) {
  const { store, words, times } = client;
  const now = h("p", { class: "clock-now" });
  const alert = h("p", { class: "problem", role: "alert" });
  const move = async (change) => {
    alert.textContent = "";
    try {
      store.setClock(await store.api.post("/control/clock", change));
    } catch (error) {
      alert.textContent = client.notices.explain(error);
    }
  };
  const steps = STEPS.map(([label, seconds]) =>
    h(
      "button",
      { type: "button", class: "button secondary", onclick: () => move({ advance: seconds }) },
      icon("plus"),
      words.t(label),
    ),
  );
  const date = h("input", { id: uid("jump"), class: "input", type: "datetime-local", value: local(store.now()) });
  const jump = h(
    "button",
    {
      type: "button",
      class: "button secondary",
      onclick: () => date.value && move({ jump: new Date(date.value).toISOString() }),
    },
    words.t("jump"),
  );
  const freeze = h("button", {
    type: "button",
    class: "button secondary",
    onclick: () => move({ freeze: store.clock.frozen === null }),
  });
  const draw = () => {
    now.textContent = times.show(store.now(), "F") + (store.clock.frozen === null ? "" : ` · ${words.t("frozen")}`);
    freeze.textContent = words.t(store.clock.frozen === null ? "freeze" : "unfreeze");
  };
  draw();
  const stop = store.on("clock", draw);
  const timer = setInterval(draw, 1000);
  const content = h(
    "div",
    { class: "clock-panel" },
    h("h2", {}, words.t("clock")),
    now,
    h("div", { class: "clock-steps" }, steps),
    h("label", { class: "field-label", for: date.id }, words.t("jump_to")),
    h("div", { class: "clock-jump" }, date, jump),
    freeze,
    h("p", { class: "hint" }, words.t("clock_hint")),
    alert,
  );
  const onclose = () => {
    stop();
    clearInterval(timer);
  };
  openPopup({ anchor, content, role: "dialog", label: words.t("clock"), onclose });
  steps[0].focus();
}

/** What a datetime-local field wants: local time without a zone. @param {number} ms */
function local(ms) {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
