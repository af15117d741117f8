// The browser, its tabs, and what it has to say about a page while it is open.

import { chromium } from "playwright-core";

/** Tabs at work at once: one for each CPU of a small machine. */
export const TABS = 2;

export const launch = (executablePath) =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Else pages of file:// share one process, and two tabs are no faster than one.
      "--site-per-process",
    ],
  });

/** Messages, dialogs and requests of a tab from now on; `home` is where every address has to begin. */
export const watch = (tab, home) => {
  const seen = { troubles: [], outside: [] };
  tab.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.troubles.push(message.text());
  });
  tab.on("pageerror", (error) => seen.troubles.push(String(error)));
  tab.on("requestfailed", (request) => seen.troubles.push(`failed request ${request.url()}`));
  tab.on("response", (response) => {
    if (response.status() >= 400) seen.troubles.push(`${response.status()} ${response.url()}`);
  });
  tab.on("dialog", (dialog) => {
    seen.troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  tab.on("popup", () => seen.troubles.push("opened a window"));
  tab.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(home) && !url.startsWith("data:")) seen.outside.push(url);
  });
  return seen;
};

/** Does `work(tab, page, seen)` on each page, some of them at once. A tab goes from page to page: a process for each
 * page would take as long as what most pages are asked. */
export const each = async (tally, browser, options, pages, address, home, work) => {
  const waiting = [...pages];
  const worker = async () => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(60_000);
    let tab = await context.newPage();
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
      try {
        const seen = watch(tab, home);
        await tab.goto(address(page), { waitUntil: "load" });
        await work(tab, page, seen);
        tab.removeAllListeners();
        await tab.emulateMedia({ media: null, colorScheme: null });
        if (options.viewport) await tab.setViewportSize(options.viewport);
      } catch (error) {
        tally.check(false, `${page}: can be looked at to the end`, error.message);
        tab = await context.newPage();
      }
    }
    await context.close();
  };
  await Promise.all(Array.from({ length: TABS }, worker));
};
