// How the table of all cases behaves in a real browser when it is long: node scale.mjs CASES_HTML [CHROMIUM]
//
// Prints when the page was first painted, how long each key of a filter and a sort took until the next frame was drawn,
// what of that was script and layout, and the longest task that kept the page from answering. It holds no limit: machines differ, and a gate that
// fails at random helps nobody. Aims: first paint in 1 s, a key in 50 ms. A page of 10,000 rows:
//
//   cargo run --release --package gilbench-report --example sample -- target/large-site 10000
//   node .ci/browser/scale.mjs target/large-site/cases.html

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [pageArgument, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
if (!pageArgument) {
  console.error("usage: node scale.mjs CASES_HTML [CHROMIUM]");
  process.exit(2);
}
const address = pathToFileURL(resolve(pageArgument)).href;
const REPETITIONS = 5;
const WORDS = "threads cpython-3.13t workers=7";

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const figures = new Map();
const record = (what, value) => figures.set(what, [...(figures.get(what) ?? []), value]);

// From an action until the frame that shows its result has been drawn.
const timed = (tab, action, argument) => tab.evaluate(async ([source, value]) => {
  const act = new Function("value", source);
  const begun = performance.now();
  act(value);
  // Layout is part of what it costs; a browser would do it before the next frame.
  document.querySelector("table.rows").getBoundingClientRect();
  const busy = performance.now() - begun;
  await new Promise((done) => { requestAnimationFrame(() => { setTimeout(done); }); });
  return { busy, drawn: performance.now() - begun };
}, [action, argument]);

for (let turn = 0; turn < REPETITIONS; turn += 1) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const tab = await context.newPage();
  await tab.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      globalThis.longTasks.push(...list.getEntries().map((entry) => entry.duration));
    }).observe({ type: "longtask", buffered: true });
  });
  await tab.goto(address, { waitUntil: "load" });
  await tab.waitForTimeout(1500);
  const loaded = await tab.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
    ready: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
    longest: Math.max(0, ...globalThis.longTasks.splice(0)),
  }));
  record("first paint", loaded.paint);
  record("scripts done", loaded.ready);
  record("longest task while loading", loaded.longest);
  const type = "const input = document.querySelector('.filter input'); input.value = value; input.dispatchEvent(new Event('input'));";
  for (let length = 1; length <= WORDS.length; length += 1) {
    const { busy, drawn } = await timed(tab, type, WORDS.slice(0, length));
    record("filter key, script and layout", busy);
    record("filter key, drawn", drawn);
  }
  await timed(tab, type, "");
  const { busy, drawn } = await timed(tab, "document.querySelectorAll('table.rows thead button')[2].click();", "");
  record("sort, script and layout", busy);
  record("sort, drawn", drawn);
  await context.close();
}
console.log(`${pageArgument}, ${REPETITIONS} times`);
for (const [what, values] of figures) {
  console.log(`${what}: median ${middle(values).toFixed(0)} ms, most ${Math.max(...values).toFixed(0)} ms`);
}
await browser.close();
