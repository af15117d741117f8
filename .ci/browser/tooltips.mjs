// Marks of a chart say what they are: to a pointer, to the keyboard where they take the focus, and to nobody else.

export const askTooltips = async (tally, tab, page) => {
  const marks = tab.locator("svg.chart .mark:has(> title)");
  if ((await marks.count()) === 0) {
    tally.note("tooltips, on pages without marks");
    return;
  }
  const mark = marks.first();
  const words = (await mark.locator("> title").first().textContent()).trim();
  tally.check(words.length > 0, `${page}: marks have words`);
  await mark.scrollIntoViewIfNeeded();
  const box = await mark.evaluate((element) => {
    const point = element.querySelector(".point") ?? element;
    const { left, top, width, height } = point.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  });
  await tab.mouse.move(...box);
  const tip = tab.locator(".tip:visible").first();
  try {
    await tip.waitFor({ timeout: 400 });
  } catch {
    tally.note("tooltips of our own: pages have the browser's");
    return;
  }
  const letters = (text) => text.replace(/\s+/g, "");
  const said = await tip.textContent();
  tally.check(letters(said).includes(letters(words).slice(0, 12)), `${page}: a tooltip says what its mark is`, `${said} / ${words}`);
  const fits = await tip.evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return left >= -1 && right <= document.documentElement.clientWidth + 1 && top >= -1 && bottom <= innerHeight + 1;
  });
  tally.check(fits, `${page}: a tooltip stays inside the window`);
  await tab.keyboard.press("Escape");
  await tab.waitForTimeout(50);
  tally.check((await tab.locator(".tip:visible").count()) === 0, `${page}: Escape closes a tooltip`);
};
