// Looks at a rendered site in a real browser: node look.mjs SITE_FOLDER SHOTS_FOLDER [CHROMIUM]
//
// Only the order of things is here; each question has a file of its own. The last line is the count, and the exit
// status says whether all passed.

import { mkdirSync, readdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RULES, askAxe, askTables, emptyDrawings, unfold } from "./access.mjs";
import { each, launch } from "./browser.mjs";
import { contrast } from "./contrast.mjs";
import { askFilters } from "./filters.mjs";
import { askKeyboard } from "./keyboard.mjs";
import { judge as judgeLayout, measure } from "./layout.mjs";
import { askMarkup } from "./markup.mjs";
import { askPaper } from "./paper.mjs";
import { askPlain } from "./plain.mjs";
import { serve } from "./server.mjs";
import { askSorting } from "./sorting.mjs";
import { describe, judge as judgeStructure, judgeLinks } from "./structure.mjs";
import { tally as newTally } from "./tally.mjs";
import { askTooltips } from "./tooltips.mjs";

const [siteArgument, shotsArgument, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
if (!siteArgument || !shotsArgument) {
  console.error("usage: node look.mjs SITE_FOLDER SHOTS_FOLDER [CHROMIUM]");
  process.exit(2);
}
const site = resolve(siteArgument);
const shots = resolve(shotsArgument);
mkdirSync(shots, { recursive: true });

/** From wide to narrow and back, so that each width is arrived at by resizing as well. */
const WIDTHS = [1280, 1920, 768, 360];
const SCHEMES = ["light", "dark"];
/** Widths at which a picture is kept and what is folded is opened. */
const CLOSELY = [1280, 360];
const HEIGHT = 900;
/** A picture of a page that is taller ends here. */
const TALLEST = 12_000;

const files = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(site, join(entry.parentPath ?? entry.path, entry.name)))
  .sort();
const pages = files.filter((file) => file.endsWith(".html"));
const tally = newTally();
const { timed } = tally;
tally.check(pages.includes("index.html"), "the site has a start page");

/** The pages of a folder are of one kind; of each kind the first is used as a reader would. */
const kinds = new Set();
const first = pages.filter((page) => {
  const kind = page.includes("/") ? page.slice(0, page.lastIndexOf("/")) : page;
  return kinds.size !== kinds.add(kind).size;
});

const began = performance.now();
const valid = timed("valid markup", () => askMarkup(tally, site, files.filter((file) => /\.(html|css)$/.test(file))));
const browser = await launch(executablePath);
const home = pathToFileURL(`${site}/`).href;
const address = (page) => pathToFileURL(join(site, page)).href;

const picture = async (tab, page, scheme, width) => {
  const name = page.replace(/[/\\]/g, "-").replace(/\.html$/, "");
  const height = await tab.evaluate(() => document.documentElement.scrollHeight);
  await tab.screenshot({
    path: join(shots, `${name}-${scheme}-${width}.jpg`), type: "jpeg", quality: 70, fullPage: true, animations: "allow",
    clip: { x: 0, y: 0, width, height: Math.min(height, TALLEST) },
  });
};

// Opened once; then resized, recoloured, unfolded and printed.
const described = new Map();
await each(tally, browser, { viewport: { width: 1280, height: HEIGHT } }, pages, address, home, async (tab, page, seen) => {
  const found = await timed("structure", () => tab.evaluate(describe));
  described.set(page, found);
  judgeStructure(tally, page, found);
  await timed("keyboard", () => askKeyboard(tally, tab, page, first.includes(page) ? 40 : 6));
  // Where the focus was left would show on pictures, and what it scrolled would be under what stays in place.
  await tab.evaluate(() => {
    document.activeElement.blur();
    for (const box of [document.documentElement, ...document.querySelectorAll(".scroll")]) box.scrollTo(0, 0);
  });
  await timed("paper", () => askPaper(tally, tab, page, shots));
  for (const scheme of SCHEMES) {
    await tab.emulateMedia({ colorScheme: scheme });
    for (const width of WIDTHS) {
      const where = `${page} ${scheme} ${width}`;
      await tab.setViewportSize({ width, height: HEIGHT });
      judgeLayout(tally, where, await timed("layout", () => tab.evaluate(measure)));
      if (CLOSELY.includes(width)) await timed("pictures", () => picture(tab, page, scheme, width));
    }
  }
  await timed("axe", () => askTables(tally, tab, `${page} 360`));
  await unfold(tab);
  // The scheme is dark and the width 360 by now.
  const steps = [["dark", 360, RULES.others], ["dark", 1280, RULES.colours], ["light", 1280, RULES.all]];
  const go = async ([scheme, width]) => {
    await tab.emulateMedia({ colorScheme: scheme });
    await tab.setViewportSize({ width, height: HEIGHT });
    return `${page} ${scheme} ${width} unfolded`;
  };
  for (const step of steps) {
    const where = await go(step);
    judgeLayout(tally, where, await timed("layout", () => tab.evaluate(measure)));
    tally.none(await timed("contrast", () => tab.evaluate(contrast)), `${where}: enough contrast`);
  }
  await emptyDrawings(tab);
  for (const step of steps) {
    const where = await go(step);
    await timed("axe", () => askAxe(tally, tab, where, step[2]));
  }
  tally.none(seen.troubles, `${page}: no message, dialog or failed request`);
  tally.none(seen.outside, `${page}: no request outside`);
});
judgeLinks(tally, site, described);

// As a reader uses it. Every page of a kind works alike.
await each(tally, browser, { viewport: { width: 1280, height: HEIGHT } }, first, address, home, async (tab, page, seen) => {
  await timed("use", async () => {
    await askTooltips(tally, tab, page);
    await askSorting(tally, tab, page);
    await askFilters(tally, tab, page);
  });
  tally.check(!(await tab.evaluate(() => "pwned" in globalThis)), `${page} in use: no foreign code ran`);
  tally.none(seen.troubles, `${page} in use: no message, dialog or failed request`);
  tally.none(seen.outside, `${page} in use: no request outside`);
});

await timed("without JavaScript", () =>
  each(tally, browser, { javaScriptEnabled: false, viewport: { width: 360, height: HEIGHT } }, pages, address, home, (tab, page) =>
    askPlain(tally, tab, page)));

// From a server, under a path, with a policy that forbids all that is not the site's own.
const server = await serve(site);
await timed("served", () =>
  each(tally, browser, { viewport: { width: 1280, height: HEIGHT } }, pages, (page) => server.home + encodeURI(page), server.home, async (tab, page, seen) => {
    const styled = await tab.evaluate(() => document.styleSheets.length > 0 && Array.from(document.styleSheets).every((sheet) => sheet.cssRules.length > 0));
    tally.check(styled, `${page} served: has its style`);
    tally.none(seen.troubles, `${page} served: no message or failed request`);
    tally.none(seen.outside, `${page} served: no request outside its own path`);
  }));
await each(tally, browser, {}, [""], () => server.home, server.home, async (tab, _, seen) => {
  tally.check(await tab.locator("main h1").isVisible(), "the folder itself leads to the start page");
  tally.none([...seen.troubles, ...seen.outside], "the folder itself: no trouble");
});
await server.close();

await browser.close();
await valid;
const took = ((performance.now() - began) / 1000).toFixed(0);
const fine = tally.close(`${pages.length} pages of ${basename(site)} in ${took} s, pictures in ${shots}`);
process.exitCode = fine ? 0 : 1;
