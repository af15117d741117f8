// What a page is made of: headings in order, ids once, links that lead somewhere inside, charts with their words
// and numbers, and nothing live that is not ours.

import { existsSync } from "node:fs";
import { join, posix } from "node:path";

/** In the page. */
export const describe = () => {
  const all = Array.from(document.querySelectorAll("*"));
  const ids = all.map((element) => element.id).filter(Boolean);
  const known = new Set(ids);
  // What a script makes elements of when they are asked for is text until then.
  const later = Array.from(document.querySelectorAll("noscript")).flatMap((text) =>
    Array.from(text.textContent.matchAll(/ id="([^"]+)"/g), ([, id]) => id));
  const seen = new Set();
  const twice = ids.filter((id) => seen.size === seen.add(id).size);
  const label = (element) => element.outerHTML.slice(0, 80);
  const references = ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers"];
  const lost = references.flatMap((attribute) => Array.from(document.querySelectorAll(`[${attribute}]`))
    .filter((element) => element.getAttribute(attribute).split(/\s+/).some((id) => !known.has(id))).map(label));
  const levels = Array.from(document.querySelectorAll("h1, h2, h3, h4, h5, h6"))
    .map((heading) => ({ level: Number(heading.localName[1]), text: heading.textContent.trim().slice(0, 60) }));
  const skipped = levels.filter(({ level }, index) => level > (index === 0 ? 1 : levels[index - 1].level + 1));
  const links = all.flatMap((element) => ["href", "src"]
    .filter((attribute) => element.hasAttribute(attribute))
    .map((attribute) => element.getAttribute(attribute)));
  const foreign = all.filter((element) => {
    if (["img", "iframe", "object", "embed", "style", "base", "video", "audio", "foreignobject", "animate", "set"]
      .includes(element.localName.toLowerCase())) return true;
    if (element.localName === "script") return !element.getAttribute("src") && element.type !== "application/json";
    return element.getAttributeNames().some((attribute) => attribute.startsWith("on") || attribute === "style");
  }).map(label);
  const charts = Array.from(document.querySelectorAll("svg:not([aria-hidden]):not(.key)")).filter((svg) => {
    const words = (kind) => svg.querySelector(`:scope > ${kind}`)?.textContent.trim();
    // Its numbers stand with it, in its card, or in the page's table of cases.
    const numbers = svg.closest("figure")?.querySelector("table") ?? svg.closest("article")?.querySelector("table")
      ?? document.querySelector("main table.rows, main details.numbers table");
    return svg.getAttribute("role") !== "img" || !words("title") || !words("desc") || !numbers;
  }).map((svg) => svg.getAttribute("aria-labelledby") ?? label(svg));
  const hidden = /[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]/;
  return {
    ids: [...ids, ...later], twice, lost, skipped: skipped.map(({ level, text }) => `h${level} ${text}`), links, foreign, charts,
    tops: levels.filter(({ level }) => level === 1).length,
    first: levels[0]?.level,
    empty: levels.filter(({ text }) => text === "").length,
    language: document.documentElement.lang,
    title: document.title,
    scripts: Array.from(document.scripts, (script) => script.getAttribute("src")),
    pwned: typeof globalThis.pwned !== "undefined",
    reordered: hidden.test(document.body.textContent) || hidden.test(document.title),
  };
};

/** Asks about one page by itself. */
export const judge = (tally, page, found) => {
  tally.none(found.twice, `${page}: no id occurs twice`);
  tally.none(found.lost, `${page}: labels and descriptions exist`);
  tally.check(found.tops === 1 && found.first === 1 && found.empty === 0, `${page}: one h1, and it comes first`);
  tally.none(found.skipped, `${page}: headings in order`);
  tally.check(/^en\b/.test(found.language) && found.title.trim() !== "", `${page}: has a language and a title`);
  tally.none(found.foreign, `${page}: no element, attribute or inline script that could be somebody else's`);
  tally.check(found.scripts.every((src) => src && /^(\.\.\/)*assets\//.test(src)), `${page}: runs only the site's own scripts`);
  tally.check(!found.pwned, `${page}: no foreign code ran`);
  tally.check(!found.reordered, `${page}: no character that reorders or hides text`);
  tally.none(found.charts, `${page}: every chart has a title, a description and its numbers`);
};

/** Asks about all pages together: `described` by path. */
export const judgeLinks = (tally, site, described) => {
  const ids = new Map(Array.from(described, ([page, { ids: own }]) => [page, new Set(own)]));
  const leadsTo = new Map();
  for (const [page, { links }] of described) {
    const wrong = [];
    const targets = new Set();
    for (const link of new Set(links)) {
      if (link === "data:,") continue;
      if (/^([a-z][a-z0-9+.-]*:|\/)/i.test(link)) {
        wrong.push(`${link} is not relative`);
        continue;
      }
      const [, path, fragment] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(link);
      const target = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
      targets.add(target);
      if (target.startsWith("..") || !existsSync(join(site, target))) wrong.push(`${link} does not exist`);
      else if (fragment && !ids.get(target)?.has(decodeURIComponent(fragment))) wrong.push(`${link} has no such place`);
    }
    leadsTo.set(page, targets);
    tally.none(wrong, `${page}: links stay inside and lead somewhere`);
  }
  const reached = new Set(["index.html"]);
  for (const page of reached) for (const target of leadsTo.get(page) ?? []) reached.add(target);
  tally.none([...described.keys()].filter((page) => !reached.has(page)), "every page can be reached from the start");
  const titles = [...described.values()].map(({ title }) => title);
  tally.none(titles.filter((title, index) => titles.indexOf(title) !== index), "no two pages have the same title");
};
