// With JavaScript switched off: everything can be read, and no control is shown that would do nothing.

/** In the page, which may run no scripts of its own. */
const readable = () => {
  const shown = (element) => element.checkVisibility();
  const folded = (element) => element.closest("details:not([open])") !== null;
  const unread = (selector) => Array.from(document.querySelectorAll(selector))
    .filter((element) => !folded(element) && !shown(element));
  const words = (element) => `${element.localName} ${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}`;
  return {
    unread: unread("main tbody tr, main article, main h1, main h2, main h3, main h4, main p, main li, main figure svg, main dt, main dd").map(words),
    hidden: Array.from(document.querySelectorAll("main [hidden]")).filter((element) => /\S/.test(element.textContent)).map(words),
    dead: Array.from(document.querySelectorAll("button, input, select, textarea")).filter(shown).map(words),
    folds: Array.from(document.querySelectorAll("details")).filter((details) => !details.querySelector(":scope > summary")).map(words),
    text: document.querySelector("main").innerText.length,
  };
};

export const askPlain = async (tally, tab, page) => {
  const found = await tab.evaluate(readable);
  tally.none(found.unread, `${page} without JavaScript: every row, card, heading and drawing is shown`);
  tally.none(found.hidden, `${page} without JavaScript: nothing that can be read is hidden`);
  tally.none(found.dead, `${page} without JavaScript: no control that does nothing`);
  tally.none(found.folds, `${page} without JavaScript: what is folded can be opened`);
  tally.check(found.text > 40, `${page} without JavaScript: the page says something`, `${found.text} characters`);
};
