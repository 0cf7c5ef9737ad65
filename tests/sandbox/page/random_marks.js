// Thousands of texts made of Markdown's own signs; returns what went wrong with the first few.
async () => {
  const { render } = await import("/static/markdown.js");
  const { Words } = await import("/static/i18n.js");
  const { Times } = await import("/static/time.js");
  const context = {
    user: () => null,
    channel: () => null,
    role: () => null,
    words: new Words("fr"),
    times: new Times("fr", () => 0),
  };
  const signs = [
    "*",
    "**",
    "_",
    "__",
    "~~",
    "||",
    "`",
    "```",
    "\n",
    "> ",
    ">>> ",
    "# ",
    "- ",
    "1. ",
    "[",
    "](",
    ")",
    "<",
    ">",
    "<@1>",
    "<t:1:R>",
    "<t:9999999999999:F>",
    "https://a.fr",
    "javascript:x",
    "\\",
    "é",
    " ",
    "👩‍🚀",
    "<b>",
    "\u202e",
    "-# ",
    "@everyone",
    "<#1>",
    "<:a:1>",
  ];
  const allowed = new Set("DIV,P,SPAN,STRONG,EM,U,S,CODE,PRE,UL,OL,LI,BLOCKQUOTE,A,TIME,BUTTON,BDI".split(","));
  let seed = 42;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const faults = [];
  for (let turn = 0; turn < 5000; turn += 1) {
    const parts = Array.from({ length: random(30) }, () => signs[random(signs.length)]);
    const text = parts.join("");
    const node = render(text, context);
    for (const each of node.querySelectorAll("*")) {
      if (!allowed.has(each.tagName)) faults.push([text, each.tagName]);
      if (each.tagName === "A" && !/^https?:/.test(each.href)) faults.push([text, each.href]);
    }
    const letters = (string) => [...string].filter((sign) => sign === "é").length;
    const shown = node.textContent + [...node.querySelectorAll("pre")].map((pre) => pre.dataset.language).join("");
    if (letters(shown) !== letters(text)) faults.push([text, "lost"]);
  }
  return faults.slice(0, 5);
};
