/** Who is acting: the bar that says it, and the list to become somebody else. */
import { people } from "./api.js";
import { avatar } from "./avatar.js";
import { userName } from "./discord.js";
import { openDialog } from "./dialog.js";
import { h, icon, uid } from "./dom.js";
import { Listbox, fold } from "./listbox.js";
import { openPopup } from "./popup.js";

const SHOWN = 60;

/** @param {any} client @param {any} user @returns {string} their roles in the server that is open, else in the first one */
function roleHint(client, user) {
  const guildId = client.guildId ?? client.store.guilds.keys().next().value;
  const names = client.store.rolesOf(guildId, user.id).map((role) => role.name);
  return names.slice(0, 3).join(", ") || client.words.t("no_role");
}

/** @param {any} client @param {string} [extra] @returns {HTMLButtonElement} */
export function personButton(client, extra = "") {
  const { store, words } = client;
  const name = h("span", { class: "person-name" }, h("bdi", {}, userName(store.user)));
  const roles = h("span", { class: "hint person-roles" });
  const draw = () => {
    roles.textContent = roleHint(client, store.user);
  };
  draw();
  client.stops.push(store.on("open", draw));
  const quiet = (key) => h("span", { class: "visually-hidden" }, words.t(key));
  return h(
    "button",
    {
      type: "button",
      class: `person ${extra}`,
      "aria-haspopup": "dialog",
      title: words.t("switch_person"),
      onclick: (event) => choosePerson(client, event.currentTarget),
    },
    avatar(store.user, "small"),
    quiet("you_are"),
    h("span", { class: "person-words" }, name, roles),
    quiet("then_switch"),
    icon("chevron"),
  );
}

/** @param {any} client @param {HTMLElement} anchor */
async function choosePerson(client, anchor) {
  const { words } = client;
  let everyone;
  try {
    everyone = await people();
  } catch (error) {
    client.notices.tell(client.notices.explain(error), "error");
    return;
  }
  const search = h("input", {
    type: "text",
    class: "input",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-label": words.t("search_people"),
    placeholder: words.t("search_people"),
    autocomplete: "off",
  });
  const pick = (item) => {
    popup.close();
    if (item.value !== client.store.user.id) client.hooks.become(item.value);
  };
  const list = new Listbox({ label: words.t("people"), empty: words.t("nothing_found"), onpick: pick });
  const invite = () => {
    popup.close();
    newPerson(client);
  };
  const add = h(
    "button",
    { type: "button", class: "button secondary", onclick: invite },
    icon("plus"),
    words.t("new_person"),
  );
  const popup = openPopup({
    anchor,
    content: h("div", { class: "people-popup" }, search, list.element, add),
    label: words.t("people"),
    role: "dialog",
  });
  const items = everyone
    .map((person) => personItem(client, person))
    .sort((a, b) => b.rank - a.rank || words.order(a.label, b.label));
  const show = () => {
    const wanted = fold(search.value.trim());
    list.show(
      items
        .filter((item) => !wanted || fold(`${item.label} ${item.hint}`).includes(wanted))
        .slice(0, SHOWN)
        .map((item) => ({ ...item, media: avatar(item.user, "small") })),
    );
    popup.place();
  };
  show();
  list.attach(search);
  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => list.key(event));
  search.focus();
}

function personItem(client, person) {
  const places = person.guilds.map(({ id, roles }) => ({ guild: client.store.guilds.get(id), roles }));
  const roles = places
    .flatMap(({ guild, roles: ids }) => ids.map((id) => guild?.roles.get(id)).filter(Boolean))
    .sort((a, b) => b.position - a.position);
  const owner = places.some(({ guild }) => guild?.owner_id === person.user.id);
  const names = [...(owner ? [client.words.t("owner")] : []), ...new Set(roles.map((role) => role.name))];
  const hint = names.slice(0, 3).join(", ") || client.words.t(person.guilds.length ? "no_role" : "no_server");
  const rank = owner ? 1000 : Math.max(person.guilds.length ? 0 : -1, ...roles.map((role) => role.position));
  return {
    label: userName(person.user),
    hint: `${hint} · ${person.locale}`,
    user: person.user,
    selected: person.user.id === client.store.user.id,
    value: person.user.id,
    rank,
  };
}

/** Somebody new joins the server that is open, as by an invitation. @param {any} client */
export function newPerson(client) {
  const { store, words } = client;
  const name = h("input", { id: uid("name"), class: "input", maxlength: 32, required: true, dir: "auto" });
  const locale = h(
    "select",
    { id: uid("locale"), class: "input" },
    h("option", { value: "fr" }, "Français"),
    h("option", { value: "en-GB" }, "English"),
  );
  locale.value = words.language === "fr" ? "fr" : "en-GB";
  const alert = h("p", { class: "problem", role: "alert" });
  const onsubmit = async (event) => {
    event.preventDefault();
    if (!name.value.trim()) {
      alert.textContent = words.t("field_required");
      name.focus();
      return;
    }
    try {
      const guild = client.guildId ?? store.guilds.keys().next().value;
      const person = await store.api.post("/people", {
        name: name.value.trim(),
        locale: locale.value,
        ...(guild ? { guild_id: guild } : {}),
      });
      dialog.close();
      client.hooks.become(person.user.id);
    } catch (error) {
      alert.textContent = client.notices.explain(error);
    }
  };
  const field = (label, input) =>
    h("div", { class: "field" }, h("label", { class: "field-label", for: input.id }, label), input);
  const actions = [
    h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, words.t("cancel")),
    h("button", { type: "submit", class: "button primary" }, words.t("join")),
  ];
  const dialog = openDialog(client, {
    title: words.t("new_person"),
    body: [field(words.t("person_name"), name), field(words.t("language"), locale), alert],
    actions,
    class: "modal",
    onsubmit,
  });
  name.focus();
}
