// axe-core's rules, and whether tables are still tables to a screen reader where their cells stack.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Also what is folded away must be readable when it is opened. */
export const unfold = (tab, open = true) => tab.evaluate((wanted) => {
  for (const details of document.querySelectorAll("main details")) details.open = wanted;
}, open);

/** To axe a drawing is one image with a title and a description. Its marks, most of a page's elements, go first, unless
 * something in it takes the focus. */
export const emptyDrawings = (tab) => tab.evaluate(() => {
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    if (svg.querySelector("[tabindex], a, [role]")) continue;
    svg.replaceChildren(...svg.querySelectorAll(":scope > title, :scope > desc"));
  }
});

/** What depends on the scheme. The width has no part in it, and it takes axe as long as everything else. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Which of axe's rules to ask: all, those about colours, or all others. */
export const RULES = {
  all: {},
  colours: { runOnly: COLOURS },
  others: { rules: Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }])) },
};

/** Asks axe about the page as it stands. */
export const askAxe = async (tally, tab, where, rules) => {
  if (!(await tab.evaluate(() => "axe" in globalThis))) await tab.evaluate(source);
  // Its preloading asks for style sheets by XMLHttpRequest, which file:// does not allow.
  const violations = await tab.evaluate(async (options) => {
    const found = await globalThis.axe.run({ preload: false, resultTypes: ["violations"], ...options });
    return found.violations.map(({ id, nodes }) => `${id} (${nodes.length}, ${nodes[0]?.target})`);
  }, rules);
  tally.none(violations, `${where}: axe finds no violation`, "; ");
};

/** CSS that changes how a table is laid out must not take its rows and cells from whoever hears it. */
export const askTables = async (tally, tab, where) => {
  const count = await tab.evaluate(() => document.querySelectorAll("table.stacking").length);
  if (count === 0) return;
  const session = await tab.context().newCDPSession(tab);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const roles = nodes.filter((node) => !node.ignored).map((node) => node.role?.value);
  const cells = await tab.evaluate(() => Array.from(document.querySelectorAll("table.stacking"))
    .filter((table) => table.checkVisibility())
    .flatMap((table) => Array.from(table.querySelectorAll("tbody td")))
    .filter((cell) => cell.checkVisibility()).length);
  const heard = roles.filter((role) => role === "cell" || role === "gridcell").length;
  tally.check(heard >= cells, `${where}: stacked tables are still tables to a screen reader`, `${heard} of ${cells} cells`);
};
