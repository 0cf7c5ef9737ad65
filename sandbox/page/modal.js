/**
 * The forms that bots open. What was typed stays until the bot has taken it.
 */
import { Kind } from "./discord.js";
import { openDialog } from "./dialog.js";
import { h, uid } from "./dom.js";
import { fieldOf } from "./fields.js";
import { render } from "./markdown.js";

/** @param {any} client @param {any} modal @param {string} channelId @param {string} opener */
export function openModal(client, modal, channelId, opener) {
  const { words } = client;
  const guildId = client.store.channels.get(channelId)?.guild_id;
  const parts = modal.components.map((component) => part(component, { client, guildId, channelId }));
  const alert = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { type: "submit", class: "button primary" }, words.t("send_form"));
  const cancel = h(
    "button",
    { type: "button", class: "button secondary", onclick: () => dialog.close() },
    words.t("cancel"),
  );
  const onsubmit = async (event) => {
    event.preventDefault();
    alert.textContent = "";
    const wrong = parts.filter((each) => each.check && !each.check());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    const data = { custom_id: modal.custom_id, components: parts.map((each) => each.answer()) };
    const failure = await client.interactions.modal(channelId, data, opener);
    if (!failure) return dialog.close();
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
    alert.textContent = failure;
  };
  const app = h("p", { class: "hint" }, words.t("modal_hint"));
  let dirty = false;
  let warned = false;
  const mayClose = () => {
    if (!dirty || warned) return true;
    warned = true;
    alert.textContent = words.t("modal_discard");
    return false;
  };
  const dialog = openDialog(client, {
    title: modal.title,
    body: [...parts.map((each) => each.element), app, alert],
    actions: [cancel, submit],
    class: "modal",
    onsubmit,
    mayClose,
  });
  dialog.element.addEventListener("input", () => {
    dirty = true;
  });
  parts.find((each) => each.focus)?.focus();
  return dialog;
}

/** @returns {{element: HTMLElement, answer: () => any, check?: () => boolean, focus?: () => void}} */
function part(component, context) {
  if (component.type === Kind.TEXT) {
    return {
      element: render(component.content, context.client.markdown(context.channelId)),
      answer: () => ({ type: component.type, id: component.id }),
    };
  }
  if (component.type === Kind.LABEL)
    return labelled(component, component.component, context, (answer) => ({
      type: component.type,
      id: component.id,
      component: answer,
    }));
  // Before labels, each text input stood in a row and carried its own label.
  const [input] = component.components;
  return labelled({ label: input.label }, input, context, (answer) => ({
    type: component.type,
    id: component.id,
    components: [answer],
  }));
}

function labelled({ label, description }, component, context, wrap) {
  const { words } = context.client;
  const labelId = uid("label");
  const hint = description ? h("p", { class: "hint", id: uid("hint"), dir: "auto" }, description) : null;
  const field = fieldOf(component, { ...context, label, labelId, describedby: hint?.id });
  if (!field)
    return {
      element: h("p", { class: "hint" }, words.t("unknown_component", { n: component.type })),
      answer: () => wrap({ type: component.type }),
    };
  const required = field.required ? h("span", { class: "required" }, ` ${words.t("required")}`) : null;
  const problem = h("p", { class: "problem", id: uid("problem") });
  const check = () => {
    problem.textContent = field.problem() ?? "";
    const wrong = problem.textContent !== "";
    field.focusable.setAttribute("aria-invalid", String(wrong));
    if (wrong) field.focusable.setAttribute("aria-errormessage", problem.id);
    return !wrong;
  };
  const name = h(
    "div",
    { class: "field-label", id: labelId, dir: "auto", onclick: () => field.focusable.focus() },
    label,
    required,
  );
  const element = h("div", { class: "field" }, name, hint, field.element, problem);
  return { element, check, answer: () => wrap(field.answer()), focus: () => field.focusable.focus() };
}
