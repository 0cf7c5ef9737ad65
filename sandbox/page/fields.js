/**
 * The inputs of modals: each field draws itself, checks itself and says what a Discord client would send.
 */
import { Kind } from "./discord.js";
import { h, icon, uid } from "./dom.js";
import { fileSize } from "./media.js";
import { SelectField } from "./select.js";

/**
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {HTMLElement} focusable
 * @property {() => any} answer what goes into `components` of the submission
 * @property {() => string | null} problem
 * @property {boolean} required
 */

/** @param {any} component @param {any} context client, guildId, ids of label and description @returns {Field | null} */
export function fieldOf(component, context) {
  return MAKERS[component.type]?.(component, context) ?? null;
}

const MAKERS = {
  [Kind.TEXT_INPUT]: textField,
  [Kind.STRING_SELECT]: selectField,
  [Kind.USER_SELECT]: selectField,
  [Kind.ROLE_SELECT]: selectField,
  [Kind.MENTIONABLE_SELECT]: selectField,
  [Kind.CHANNEL_SELECT]: selectField,
  [Kind.RADIO]: radioField,
  [Kind.CHECKBOXES]: checkboxesField,
  [Kind.CHECKBOX]: checkboxField,
  [Kind.FILE_UPLOAD]: fileField,
};

function base(component) {
  return { type: component.type, id: component.id, custom_id: component.custom_id };
}

/** The shortest and longest text, counted as Discord counts: by characters, not bytes. */
function textField(component, { client, labelId, describedby }) {
  const { words } = client;
  const long = component.style === 2;
  const counter = h("div", { class: "counter hint", id: uid("counter") });
  const props = {
    id: uid("field"),
    class: "input",
    placeholder: component.placeholder,
    "aria-labelledby": labelId,
    "aria-describedby": [describedby, counter.id].filter(Boolean).join(" "),
    dir: "auto",
    autocomplete: "off",
  };
  const input = long ? h("textarea", { ...props, rows: 4 }) : h("input", { ...props, type: "text" });
  input.value = component.value ?? "";
  const required = component.required ?? true;
  const maximum = component.max_length ?? 4000;
  input.required = required;
  input.maxLength = maximum;
  const count = () => {
    counter.textContent =
      component.max_length || input.value.length > 3500
        ? words.t("counter", { n: input.value.length, max: maximum })
        : "";
  };
  input.addEventListener("input", count);
  count();
  const problem = () => {
    const length = input.value.length;
    if (!length) return required ? words.t("field_required") : null;
    return length < (component.min_length ?? 0) ? words.t("field_short", { n: component.min_length }) : null;
  };
  return {
    element: h("div", { class: "field-text" }, input, counter),
    focusable: input,
    required,
    problem,
    answer: () => ({ ...base(component), value: input.value }),
  };
}

function selectField(component, { client, guildId, label, labelId }) {
  const required = component.required ?? true;
  const select = new SelectField({
    component: { ...component, required },
    client,
    guildId,
    label,
    labelledby: labelId,
  });
  return {
    element: select.element,
    focusable: select.element,
    required,
    problem: () => countProblem(select.values.length, required, component, client.words),
    answer: () => ({ ...base(component), values: select.values }),
  };
}

function countProblem(count, required, component, words) {
  if (!count) return required ? words.t("field_required") : null;
  const least = component.min_values ?? 1;
  return count < least ? words.t("field_few", { n: least }) : null;
}

function options(component, kind, name) {
  return component.options.map((option) => {
    const hint = option.description ? h("span", { class: "hint", id: uid("hint") }, option.description) : null;
    const input = h("input", {
      type: kind,
      name,
      value: option.value,
      ".checked": Boolean(option.default),
      "aria-describedby": hint?.id,
    });
    return {
      input,
      node: h(
        "label",
        { class: "choice" },
        input,
        h("span", { class: "choice-words", dir: "auto" }, h("span", {}, option.label), hint),
      ),
    };
  });
}

function radioField(component, { client, labelId, describedby }) {
  const list = options(component, "radio", uid("radio"));
  const required = component.required ?? true;
  const value = () => list.find(({ input }) => input.checked)?.input.value ?? null;
  return {
    element: h(
      "div",
      { role: "radiogroup", "aria-labelledby": labelId, "aria-describedby": describedby, class: "choices" },
      list.map(({ node }) => node),
    ),
    focusable: list[0].input,
    required,
    problem: () => (required && value() === null ? client.words.t("field_required") : null),
    answer: () => ({ ...base(component), value: value() }),
  };
}

function checkboxesField(component, { client, labelId, describedby }) {
  const list = options(component, "checkbox", uid("boxes"));
  const required = component.required ?? true;
  const values = () => list.filter(({ input }) => input.checked).map(({ input }) => input.value);
  const most = component.max_values ?? list.length;
  const limit = () => {
    const full = values().length >= most;
    for (const { input } of list) input.disabled = full && !input.checked;
  };
  for (const { input } of list) input.addEventListener("change", limit);
  limit();
  return {
    element: h(
      "div",
      { role: "group", "aria-labelledby": labelId, "aria-describedby": describedby, class: "choices" },
      list.map(({ node }) => node),
    ),
    focusable: list[0].input,
    required,
    problem: () => countProblem(values().length, required, component, client.words),
    answer: () => ({ ...base(component), values: values() }),
  };
}

function checkboxField(component, { labelId, describedby }) {
  const input = h("input", {
    type: "checkbox",
    ".checked": Boolean(component.default),
    "aria-labelledby": labelId,
    "aria-describedby": describedby,
  });
  return {
    element: h("span", { class: "choice single" }, input),
    focusable: input,
    required: false,
    problem: () => null,
    answer: () => ({ ...base(component), value: input.checked }),
  };
}

function fileField(component, { client, labelId, describedby }) {
  const { words } = client;
  const required = component.required ?? true;
  const most = component.max_values ?? 1;
  const input = h("input", {
    type: "file",
    ".multiple": most > 1,
    "aria-labelledby": labelId,
    "aria-describedby": describedby,
  });
  const list = h("ul", { class: "file-list" });
  /** @type {any[]} */
  let files = [];
  let pending = 0;
  input.addEventListener("change", async () => {
    pending += 1;
    const chosen = [...input.files].slice(0, most);
    list.replaceChildren(
      ...chosen.map((file) =>
        h("li", {}, h("bdi", {}, file.name), " ", h("span", { class: "hint" }, fileSize(file.size, words.locale))),
      ),
    );
    try {
      files = await Promise.all(chosen.map((file) => client.store.api.upload(file)));
    } catch (error) {
      files = [];
      list.replaceChildren(h("li", { class: "problem" }, words.t("upload_failed", { reason: error.message })));
    }
    pending -= 1;
  });
  const problem = () => (pending ? words.t("upload_pending") : countProblem(files.length, required, component, words));
  const drop = h(
    "div",
    { class: "file-drop" },
    icon("file"),
    h("span", {}, words.t(most > 1 ? "choose_files" : "choose_file", { n: most })),
    input,
  );
  return {
    element: h("div", {}, drop, list),
    focusable: input,
    required,
    problem,
    answer: () => ({ ...base(component), values: files.map((file) => file.id) }),
  };
}
