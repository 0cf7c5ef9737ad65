/** The scheduled events of a server, soonest first, each with « Intéressé ». */
import { openDialog } from "./dialog.js";
import { h, icon } from "./dom.js";
import { render } from "./markdown.js";

const ENDED = 3;

/** @param {any} store @param {string} guildId @returns {any[]} those to come or under way */
export function upcoming(store, guildId) {
  const events = [...(store.guilds.get(guildId)?.events.values() ?? [])];
  return events
    .filter((event) => event.status < ENDED)
    .sort((a, b) => Date.parse(a.scheduled_start_time) - Date.parse(b.scheduled_start_time));
}

/** @param {any} client @param {string} guildId */
export function openEvents(client, guildId) {
  const { store, words } = client;
  const list = h("ul", { class: "events" });
  const draw = () => {
    const focused = document.activeElement?.dataset?.event;
    const events = upcoming(store, guildId);
    list.replaceChildren(
      ...(events.length
        ? events.map((event) => card(client, event))
        : [h("li", { class: "hint" }, words.t("no_event"))]),
    );
    if (focused) list.querySelector(`[data-event="${focused}"]`)?.focus();
  };
  draw();
  const stop = store.on("events", draw);
  const dialog = openDialog(client, { title: words.t("events"), body: [list], class: "events-dialog" });
  dialog.element.addEventListener("close", stop);
}

function card(client, event) {
  const { store, words, times } = client;
  const start = Date.parse(event.scheduled_start_time);
  const end = event.scheduled_end_time ? Date.parse(event.scheduled_end_time) : null;
  const place = event.entity_metadata?.location ?? store.channels.get(event.channel_id)?.name ?? "";
  const toggle = async () => {
    try {
      await store.api[event.interested ? "delete" : "put"](`/guilds/${event.guild_id}/events/${event.id}/interested`);
    } catch (error) {
      client.notices.tell(client.notices.explain(error), "error");
    }
  };
  const button = h(
    "button",
    {
      type: "button",
      class: `button ${event.interested ? "success" : "secondary"}`,
      "aria-pressed": String(Boolean(event.interested)),
      data: { event: event.id },
      onclick: toggle,
    },
    event.interested ? icon("check") : null,
    words.t("interested"),
  );
  const when = h(
    "p",
    { class: "event-when" },
    event.status === 2 ? h("strong", {}, `${words.t("event_now")} · `) : null,
    h("time", { datetime: event.scheduled_start_time, title: times.show(start, "F") }, times.show(start, "f")),
    end ? ` – ${times.show(end, times.sameDay(start, end) ? "t" : "f")}` : null,
  );
  const where = /^https?:\/\//i.test(place)
    ? h("a", { href: place, target: "_blank", rel: "noopener noreferrer" }, place)
    : h("bdi", {}, place);
  return h(
    "li",
    { class: "event" },
    when,
    h("h3", { dir: "auto" }, event.name),
    place ? h("p", { class: "hint" }, icon("compass"), where) : null,
    event.description ? render(event.description, client.markdown(null)) : null,
    h(
      "div",
      { class: "event-foot" },
      h("span", { class: "hint" }, words.t("interested_count", { n: event.user_count ?? 0 })),
      button,
    ),
  );
}
