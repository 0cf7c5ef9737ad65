/**
 * Application commands as a client sees them: trees made flat, names in the reader's language, and the data that is sent.
 */
import { Command, Option } from "./discord.js";
import { fold } from "./listbox.js";

/**
 * @typedef {object} Leaf what can be run
 * @property {any} command
 * @property {any[]} path the group and subcommand, outermost first
 * @property {string} name as shown: "ressource chercher"
 * @property {string} canonical as sent: "resource search"
 * @property {string} description
 * @property {any[]} options
 */

/** @param {any} named */
export function shownName(named) {
  return named.name_localized || named.name;
}

/** @param {any} named */
export function shownDescription(named) {
  return named.description_localized || named.description || "";
}

/** @param {any[]} commands @returns {Leaf[]} */
export function leaves(commands) {
  return commands
    .filter((command) => command.type === Command.SLASH)
    .flatMap((command) => descend(command, command, []));
}

function descend(command, node, path) {
  const branches = (node.options ?? []).filter(
    (option) => option.type === Option.SUBCOMMAND || option.type === Option.GROUP,
  );
  if (branches.length) return branches.flatMap((branch) => descend(command, branch, [...path, branch]));
  const chain = [command, ...path];
  return [
    {
      command,
      path,
      name: chain.map(shownName).join(" "),
      canonical: chain.map((each) => each.name).join(" "),
      description: shownDescription(node),
      options: node.options ?? [],
    },
  ];
}

/** @param {Leaf[]} list @param {string} typed what follows the slash @returns {Leaf[]} best first within each application */
export function search(list, typed) {
  const wanted = fold(typed.trim());
  const rank = (leaf) => Math.min(rankOf(fold(leaf.name), wanted), rankOf(fold(leaf.canonical), wanted));
  return list
    .map((leaf) => ({ leaf, rank: rank(leaf) }))
    .filter((each) => each.rank < 4)
    .sort(
      (a, b) =>
        compare(a.leaf.command.application?.name, b.leaf.command.application?.name) ||
        a.rank - b.rank ||
        compare(a.leaf.name, b.leaf.name),
    )
    .map((each) => each.leaf);
}

function compare(a = "", b = "") {
  return a.localeCompare(b);
}

function rankOf(name, wanted) {
  if (name.startsWith(wanted)) return 0;
  if (name.split(" ").some((word) => word.startsWith(wanted))) return 1;
  const parts = wanted.split(/\s+/);
  const words = name.split(" ");
  if (parts.every((part) => words.some((word) => word.startsWith(part)))) return 2;
  return name.includes(wanted) ? 3 : 4;
}

/** @param {Leaf[]} list @param {string} typed @returns {{leaf: Leaf, rest: string} | null} the command typed in full, and what follows */
export function typedInFull(list, typed) {
  for (const leaf of list) {
    for (const name of [leaf.name, leaf.canonical])
      if (fold(typed).startsWith(`${fold(name)} `)) return { leaf, rest: typed.slice(name.length + 1) };
  }
  return null;
}

/**
 * @param {Leaf} leaf @param {{option: any, value: any, focused?: boolean}[]} filled
 * @returns {any} the `data` of the interaction
 */
export function commandData(leaf, filled) {
  let options = filled.map(({ option, value, focused }) => ({
    name: option.name,
    type: option.type,
    value,
    ...(focused ? { focused: true } : {}),
  }));
  for (const branch of [...leaf.path].reverse()) options = [{ name: branch.name, type: branch.type, options }];
  return {
    id: leaf.command.id,
    name: leaf.command.name,
    type: leaf.command.type,
    options,
    ...(leaf.command.guild_id ? { guild_id: leaf.command.guild_id } : {}),
  };
}
