// On paper: in dark ink on white whatever the scheme, without navigation and controls, with every row and card,
// and nothing beyond the edge of the sheet.
//
// The PDF that the browser prints is read back with poppler's pdftotext, which says where each word stands.

import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** In the page, as it is for print in the dark scheme. */
const onPaper = () => {
  const bright = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return alpha === 0 ? 1 : (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  };
  const words = (element) => `${element.localName} ${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}`;
  const visible = (selector) => Array.from(document.querySelectorAll(selector)).filter((element) => element.checkVisibility());
  const texts = visible("main h1, main p, main td, main th, main a, svg.chart text");
  return {
    ground: bright(getComputedStyle(document.body).backgroundColor),
    pale: texts.filter((element) => {
      const style = getComputedStyle(element);
      return bright(element.ownerSVGElement ? style.fill : style.color) > 0.62;
    }).map(words),
    controls: visible("nav, .skip, .filter, input, select, .tip").map(words),
    lost: Array.from(document.querySelectorAll("main tbody tr, main article"))
      .filter((element) => !element.closest("details:not([open])") && !element.checkVisibility()).map(words),
    cut: visible(".scroll").filter((box) => getComputedStyle(box).overflowY !== "visible").map((box) => box.getAttribute("aria-label")),
    // The first cell's first word of each row and the title of each card, to be found again in the file.
    text: document.querySelector("main").innerText.replace(/\s+/g, "").length,
    columns: visible("main thead th").map((element) => element.textContent.trim().match(/[A-Za-z0-9]{3,}/)?.[0]).filter(Boolean),
    heads: visible("main tbody tr > :first-child, main article h2").filter((element) => !element.closest("details"))
      .map((element) => element.textContent.trim().match(/[A-Za-z0-9]{3,}/)?.[0]).filter(Boolean),
  };
};

export const askPaper = async (tally, tab, page, folder) => {
  await tab.emulateMedia({ media: "print", colorScheme: "dark" });
  const found = await tab.evaluate(onPaper);
  tally.check(found.ground > 0.95, `${page} on paper: white, also in the dark scheme`, found.ground);
  tally.none([...new Set(found.pale)], `${page} on paper: dark ink, also in the dark scheme`);
  tally.none([...new Set(found.controls)], `${page} on paper: no navigation and no control`);
  tally.none(found.lost, `${page} on paper: every row and card`);
  tally.none(found.cut, `${page} on paper: nothing is left in a box that scrolls`);
  const name = page.replace(/[/\\]/g, "-").replace(/\.html$/, "");
  const file = join(folder, `${name}.pdf`);
  const pdf = await tab.pdf({ format: "A4", preferCSSPageSize: true });
  await tab.emulateMedia({ media: null, colorScheme: null });
  await writeFile(file, pdf);
  let boxes;
  try {
    ({ stdout: boxes } = await run("pdftotext", ["-bbox", file, "-"], { maxBuffer: 1 << 28 }));
  } catch (error) {
    tally.check(false, `${page} on paper: pdftotext (of poppler-utils) reads the file`, error.message);
    return;
  }
  const beyond = [];
  const printed = [];
  let sheet = [0, 0];
  let sheets = 0;
  for (const [, kind, attributes, word] of boxes.matchAll(/<(page|word) ([^>]*)>(?:([^<]*)<\/word>)?/g)) {
    const value = (key) => Number(new RegExp(`${key}="([-\\d.]+)"`).exec(attributes)?.[1]);
    if (kind === "page") {
      sheet = [value("width"), value("height")];
      sheets += 1;
    } else {
      printed.push(word);
      if (value("xMin") < -1 || value("xMax") > sheet[0] + 1) beyond.push(`${word} on sheet ${sheets}`);
    }
  }
  const text = printed.join("");
  tally.check(sheets > 0 && printed.length > 10, `${page} on paper: the file holds words`, `${printed.length} on ${sheets}`);
  // A browser leaves out what would be beyond the edge.
  tally.check(text.length >= 0.99 * found.text, `${page} on paper: nothing is left out`, `${text.length} of ${found.text} letters`);
  tally.none([...new Set(found.columns)].filter((head) => !text.includes(head)), `${page} on paper: every column`);
  tally.none(beyond, `${page} on paper: nothing beyond the edge of a sheet`);
  tally.none([...new Set(found.heads)].filter((head) => !text.includes(head)), `${page} on paper: rows and cards are in the file`);
  // Of pages in folders, of which there are many, none is kept.
  if (page.includes("/")) await rm(file);
};
