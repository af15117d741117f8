// Looks at a rendered site in a real browser: node look.mjs SITE_FOLDER SHOTS_FOLDER [CHROMIUM]
//
// Opens every page from file://, in both colour schemes and four widths. Counts a check per page and question;
// the last line is the count, and the exit status says whether all passed.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [siteArgument, shotsArgument, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
if (!siteArgument || !shotsArgument) {
  console.error("usage: node look.mjs SITE_FOLDER SHOTS_FOLDER [CHROMIUM]");
  process.exit(2);
}
const site = resolve(siteArgument);
const shots = resolve(shotsArgument);
mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [360, 768, 1280, 1920];
const SCHEMES = ["light", "dark"];

const pages = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
  .map((entry) => relative(site, join(entry.parentPath ?? entry.path, entry.name)))
  .sort();

let passed = 0;
let failed = 0;
const check = (ok, what, detail = "") => {
  if (ok) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`FAILED ${what}${detail ? `: ${detail}` : ""}`);
  }
};

const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const open = async (context, page) => {
  const tab = await context.newPage();
  const troubles = [];
  tab.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  tab.on("pageerror", (error) => troubles.push(String(error)));
  tab.on("requestfailed", (request) => troubles.push(`failed request ${request.url()}`));
  const outside = [];
  tab.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) outside.push(request.url());
  });
  await tab.goto(pathToFileURL(join(site, page)).href, { waitUntil: "load" });
  return { tab, troubles, outside };
};

const shotName = (page, scheme, width) => `${page.replace(/[/\\]/g, "-").replace(/\.html$/, "")}-${scheme}-${width}.png`;

check(pages.length > 0, "the site has pages");

for (const scheme of SCHEMES) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1280, height: 900 } });
  for (const page of pages) {
    const { tab, troubles, outside } = await open(context, page);
    for (const width of WIDTHS) {
      await tab.setViewportSize({ width, height: 900 });
      const wide = await tab.evaluate(() => {
        const room = document.documentElement.clientWidth;
        const guilty = Array.from(document.querySelectorAll("main *"))
          .filter((element) => !element.closest(".scroll") && element.getBoundingClientRect().right > room + 1)
          .slice(0, 3)
          .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
        return { room, needed: document.documentElement.scrollWidth, guilty };
      });
      check(
        wide.needed <= wide.room && wide.guilty.length === 0,
        `${page} ${scheme} ${width}: no horizontal page scroll`,
        `${wide.needed} of ${wide.room} px ${wide.guilty.join(" ")}`,
      );
      // Labels are placed by an estimate of their width; the browser knows the real one.
      const clipped = await tab.evaluate(() =>
        Array.from(document.querySelectorAll("svg.chart")).flatMap((svg) => {
          const frame = svg.getBoundingClientRect();
          return Array.from(svg.querySelectorAll("text")).filter((text) => {
            const box = text.getBoundingClientRect();
            return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1);
          }).map((text) => text.textContent);
        }));
      check(clipped.length === 0, `${page} ${scheme} ${width}: no clipped label`, clipped.slice(0, 3).join(" | "));
      const overlapping = await tab.evaluate(() =>
        Array.from(document.querySelectorAll("svg.chart")).flatMap((svg) => {
          const boxes = Array.from(svg.querySelectorAll("text")).map((text) => [text.getBoundingClientRect(), text.textContent]);
          const hits = [];
          boxes.forEach(([a, one], index) => boxes.slice(index + 1).forEach(([b, other]) => {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 1 && down > 3) hits.push(`${one} / ${other}`);
          }));
          return hits;
        }));
      check(overlapping.length === 0, `${page} ${scheme} ${width}: no labels on each other`, overlapping.slice(0, 3).join(" | "));
      if (width === 360) {
        const sideways = await tab.evaluate(() =>
          Array.from(document.querySelectorAll(".scroll:has(> table.stacking)"))
            .filter((box) => box.scrollWidth > box.clientWidth + 1)
            .map((box) => `${box.getAttribute("aria-label")}: ${box.scrollWidth} of ${box.clientWidth} px`));
        check(sideways.length === 0, `${page} ${scheme} ${width}: no claim and no answer is read sideways`, sideways.slice(0, 3).join(" | "));
      }
      await tab.screenshot({ path: join(shots, shotName(page, scheme, width)), fullPage: true });
    }
    for (const width of [360, 1280]) {
      await tab.setViewportSize({ width, height: 900 });
      // Also what is folded away must be readable when it is opened.
      await tab.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      await tab.evaluate(axe);
      // Its preloading asks for style sheets by XMLHttpRequest, which file:// does not allow.
      const { violations } = await tab.evaluate(() => globalThis.axe.run({ preload: false }));
      const words = violations.map((violation) => `${violation.id} (${violation.nodes.length}, ${violation.nodes[0]?.target})`);
      check(violations.length === 0, `${page} ${scheme} ${width}: axe finds no violation`, words.join("; "));
    }
    check(troubles.length === 0, `${page} ${scheme}: no console message`, troubles.join("; "));
    check(outside.length === 0, `${page} ${scheme}: no request outside`, outside.join(" "));
    await tab.close();
  }
  await context.close();
}

// Without JavaScript everything can still be read.
const rowsOf = (tab) => tab.evaluate(() => document.querySelectorAll("table.cases tbody tr").length);
{
  const without = await browser.newContext({ javaScriptEnabled: false });
  for (const page of pages) {
    const { tab } = await open(without, page);
    const rows = tab.locator("table.cases tbody tr");
    const total = await rows.count();
    const visible = await rows.filter({ visible: true }).count();
    check(total === visible, `${page} without JavaScript: all rows are visible`, `${visible} of ${total}`);
    check(await tab.locator("main h1").isVisible(), `${page} without JavaScript: the heading is visible`);
    await tab.close();
  }
  await without.close();
}

// Filter, sort and links to a row.
{
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const { tab, troubles } = await open(context, "cases.html");
  const total = await rowsOf(tab);
  const shown = () => tab.locator("table.cases tbody tr").filter({ visible: true }).count();
  await tab.locator(".filter input").fill("no such words anywhere");
  check((await shown()) === 0, "filter: words that occur nowhere leave no row");
  await tab.locator(".filter input").fill("");
  check((await shown()) === total, "filter: emptied, it shows every row");
  const column = 2;
  const head = tab.locator("table.cases thead th").nth(column);
  for (const direction of ["ascending", "descending"]) {
    await head.locator("button").click();
    const values = await tab.evaluate((index) => Array.from(document.querySelectorAll("table.cases tbody tr"))
      .map((row) => row.cells[index].dataset.sort).filter((text) => text !== undefined).map(Number), column);
    const sorted = [...values].sort((a, b) => (direction === "ascending" ? a - b : b - a));
    check(JSON.stringify(values) === JSON.stringify(sorted), `sort: ${direction} by steady time`);
    check((await head.getAttribute("aria-sort")) === direction, `sort: says that it is ${direction}`);
  }
  check((await rowsOf(tab)) === total, "sort: no row is lost");
  const id = await tab.locator("table.cases tbody tr").last().getAttribute("id");
  await tab.goto(`${pathToFileURL(join(site, "cases.html")).href}#${id}`);
  check(await tab.locator("tr:target").isVisible(), "link: a case can be linked to", id);
  await tab.keyboard.press("Home");
  check(troubles.length === 0, "cases.html in use: no console message", troubles.join("; "));
  await context.close();
}

await browser.close();
console.log(`${pages.length} pages of ${basename(site)}, screenshots in ${shots}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
