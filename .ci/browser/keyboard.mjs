// With the keyboard alone: Tab reaches every control in the order of the page, it can be seen where one is, and
// nothing covers it; the skip link leads past the navigation.

/** In the page: numbers every control that Tab should stop at, and says how many there are. */
const number = () => {
  const controls = Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]"))
    .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility({ visibilityProperty: true }))
    // One radio button of a group takes the focus for all.
    .filter((element) => element.type !== "radio" || element.checked || !element.form);
  globalThis.lookControls = controls;
  return { count: controls.length, positive: controls.filter((element) => element.tabIndex > 0).length };
};

/** In the page: where the focus is, and whether it can be seen. */
const focus = () => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  // The part of it that is in the window: what is higher than that cannot be seen whole.
  const boxes = Array.from(element.getClientRects(), (box) => ({
    left: Math.max(box.left, 0), top: Math.max(box.top, 0),
    right: Math.min(box.right, innerWidth), bottom: Math.min(box.bottom, innerHeight),
  }));
  const covered = boxes.length > 0 && boxes.every((box) => {
    const spots = [[(box.left + box.right) / 2, (box.top + box.bottom) / 2], [box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]];
    return spots.every(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top === null || !(top === element || element.contains(top) || top.contains(element));
    });
  });
  return {
    index: globalThis.lookControls.indexOf(element),
    seen: outlined || style.boxShadow !== "none",
    covered,
    what: `${element.localName}.${element.getAttribute("class") ?? ""} ${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}`,
  };
};

/** Walks through a page as it was opened: past its first and its last controls, this many of each. */
export const askKeyboard = async (tally, tab, page, walk) => {
  const { count, positive } = await tab.evaluate(number);
  tally.check(positive === 0, `${page}: no control asks for a place of its own in the order of Tab`);
  const astray = [];
  const unseen = [];
  const covered = [];
  const step = async (key, expected) => {
    await tab.keyboard.press(key);
    const now = await tab.evaluate(focus);
    if (now.index !== expected) astray.push(`${key} went to ${now.index} instead of ${expected}: ${now.what}`);
    if (!now.seen) unseen.push(now.what);
    if (now.covered) covered.push(now.what);
    return now.index === expected;
  };
  const jump = (index) => tab.evaluate((place) => globalThis.lookControls[place].focus(), index);
  const first = Math.min(walk, count);
  let fine = true;
  for (let place = 0; fine && place < first; place += 1) fine = await step("Tab", place);
  if (count > walk) {
    const from = Math.max(first, count - walk);
    await jump(from - 1);
    for (let place = from, going = true; going && place < count; place += 1) going = await step("Tab", place);
    for (let place = count - 2, going = true; going && place >= from; place -= 1) going = await step("Shift+Tab", place);
  }
  tally.none(astray, `${page}: Tab reaches every control in order`);
  tally.none([...new Set(unseen)], `${page}: where the focus is can be seen`);
  tally.none([...new Set(covered)], `${page}: nothing covers what has the focus`);

  await jump(0);
  const link = await tab.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return { target: document.activeElement.getAttribute("href"), shown: box.left >= 0 && box.top >= 0 && box.right <= innerWidth };
  });
  await tab.keyboard.press("Enter");
  const led = await tab.evaluate(() => document.activeElement.localName === "main");
  await tab.keyboard.press("Tab");
  const inside = await tab.evaluate(() => document.activeElement.closest("main, footer") !== null);
  tally.check(link.target?.startsWith("#") && link.shown && led && inside, `${page}: the first stop skips to the content`);
};
