// Filters in use, whatever page has them: what stands in a `.filter` narrows rows and cards, can be undone,
// is part of the address, and never hides what a link leads to. A long table shows some of its rows at a time; how many
// fit is what the filter says.

const ITEMS = "main [data-cases] tbody > tr:not(.detail), main article";

const count = (tab) => tab.evaluate((selector) => {
  const shown = Array.from(document.querySelectorAll(selector)).filter((item) => item.checkVisibility()).length;
  const said = Number(/^\d+/.exec(document.querySelector(".filter output")?.textContent ?? "")?.[0] ?? 0);
  // What is shown is never more than what fits, and something of it.
  return shown > said || (shown === 0) !== (said === 0) ? -1 : said;
}, ITEMS);

const ids = (tab) => tab.evaluate((selector) =>
  Array.from(document.querySelectorAll(selector)).filter((item) => item.checkVisibility())
    .map((item) => item.id || item.textContent).join("\n"), ITEMS);

/** A filter may wait for the next frame, or for a pause in typing. */
const settled = async (tab, wanted) => {
  for (let tries = 0; tries < 20; tries += 1) {
    if (wanted(await count(tab))) return true;
    await tab.waitForTimeout(25);
  }
  return false;
};

/** The address with what is chosen now leads a second reader to the same rows. */
const askAddress = async (tally, tab, page) => {
  await tab.waitForTimeout(350);
  const address = tab.url();
  if (!/[?#].*=/.test(address)) {
    tally.note(`whether an address keeps the filter of ${page}: it has none of it`);
    return;
  }
  const here = await ids(tab);
  const other = await tab.context().newPage();
  await other.goto(address, { waitUntil: "load" });
  const fitting = await count(tab);
  await settled(other, (shown) => shown === fitting);
  tally.check((await ids(other)) === here, `${page}: an address keeps the filter`, address);
  await other.close();
};

export const askFilters = async (tally, tab, page) => {
  const place = tab.locator(".filter:visible");
  if ((await place.count()) === 0) {
    tally.note("filters, on pages without one");
    return;
  }
  const total = await count(tab);
  const words = place.locator("input[type=search]:visible, input[type=text]:visible").first();
  if ((await words.count()) > 0) {
    const word = await tab.evaluate((selector) => {
      const last = Array.from(document.querySelectorAll(selector)).at(-1);
      return (last.querySelector("summary, a") ?? last).textContent.match(/[A-Za-z0-9-]{4,}/)?.[0] ?? "";
    }, ITEMS);
    await words.fill("no such words anywhere");
    tally.check(await settled(tab, (shown) => shown === 0), `${page}: words that occur nowhere leave nothing`);
    await words.fill(word);
    tally.check(await settled(tab, (shown) => shown > 0), `${page}: words of the last one find it`, word);
    const strange = await tab.evaluate(([selector, text]) => Array.from(document.querySelectorAll(selector))
      .filter((item) => item.checkVisibility() && !item.textContent.toLowerCase().includes(text.toLowerCase())).length, [ITEMS, word]);
    tally.check(strange === 0, `${page}: what is found has the words`, `${strange} without ${word}`);
    await askAddress(tally, tab, `${page} (words)`);
    // Text that would be markup, or a pattern, is only text.
    for (const text of ["<img src=x onerror=\"pwned=1\">", "(.*+[", "\u202e%00%E0%A4%A"]) {
      await words.fill(text);
      await settled(tab, (shown) => shown < total);
    }
    await words.fill("");
    tally.check(await settled(tab, (shown) => shown === total), `${page}: an emptied filter shows everything`);
  }
  for (const select of await place.locator("select:visible").all()) {
    const values = await select.evaluate((element) => Array.from(element.options, (option) => option.value));
    const name = await select.evaluate((element) => (element.labels?.[0]?.firstChild?.textContent ?? element.name).trim());
    const empty = [];
    for (const value of values.slice(1)) {
      await select.selectOption(value);
      if (!(await settled(tab, (shown) => shown > 0 && shown <= total))) empty.push(value);
    }
    tally.none(empty, `${page}: every choice of “${name}” leaves something`);
    if (values.length > 1) await askAddress(tally, tab, `${page} (${name})`);
    await select.selectOption(values[0]);
    tally.check(await settled(tab, (shown) => shown === total), `${page}: “${name}” can be undone`);
  }
  for (const box of await place.locator("input[type=checkbox]:visible, button[aria-pressed]:visible").all()) {
    const name = (await box.getAttribute("aria-label")) ?? (await box.evaluate((element) => (element.labels?.[0] ?? element).textContent.trim()));
    const before = await count(tab);
    await box.click();
    tally.check((await count(tab)) <= total, `${page}: “${name}” narrows`);
    await box.click();
    tally.check(await settled(tab, (shown) => shown === before), `${page}: “${name}” can be undone`);
  }
  await askLink(tally, tab, page, words);
};

/** A link to a row or a card shows it, whatever the filter says; and a broken address breaks nothing. */
const askLink = async (tally, tab, page, words) => {
  const id = await tab.evaluate((selector) =>
    Array.from(document.querySelectorAll(selector)).filter((item) => item.id).at(-1)?.id, ITEMS);
  if (id === undefined) return;
  if ((await words.count()) > 0) {
    await words.fill("no such words anywhere");
    await settled(tab, (shown) => shown === 0);
  }
  await tab.evaluate((place) => { location.hash = `#${place}`; }, id);
  const reached = () => tab.evaluate((place) => {
    const element = document.getElementById(place);
    const box = element.getBoundingClientRect();
    return element.checkVisibility() && box.bottom > 0 && box.top < innerHeight;
  }, id);
  let shown = await reached();
  for (let tries = 0; !shown && tries < 20; tries += 1) {
    await tab.waitForTimeout(25);
    shown = await reached();
  }
  tally.check(shown, `${page}: a link to one that is filtered away shows it`, id);
  for (const broken of ["#%E0%A4%A", "#<img src=x onerror=pwned=1>", "#", "#no=such&thing=%"]) {
    await tab.evaluate((hash) => { location.hash = hash; }, broken);
    await tab.waitForTimeout(10);
  }
};
