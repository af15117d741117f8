// Tables that can be sorted: by every column, both ways, with no row lost and what has no value last.

/** In the page: the keys of the shown rows in one column, and what the column says of its order. */
const column = ([table, index]) => {
  const UNITS = {
    ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, "×": 1, "": 1,
  };
  const element = document.querySelectorAll("main table")[table];
  const head = element.tHead.rows[0].cells[index];
  const rows = Array.from(element.tBodies).flatMap((body) => Array.from(body.rows)).filter((row) => !row.matches(".detail"));
  const keys = rows.map((row) => {
    if (index === 0 && row.id) return row.id;
    // A cell that stands for several columns says why there is no figure.
    let at = 0;
    const cell = Array.from(row.cells).find((one) => {
      at += one.colSpan;
      return at > index;
    });
    if (index > 1 && (cell === undefined || cell.colSpan > 1 || cell.matches(".none"))) return null;
    // What is small beside it takes no part.
    const parts = Array.from(cell.childNodes);
    const small = parts.findIndex((part) => part.localName === "small");
    const text = parts.slice(0, small < 0 ? parts.length : small).map((part) => part.textContent).join("").trim();
    const figure = /^([\d.]+)\s*(ns|µs|ms|s|B|KiB|MiB|GiB|×)?/.exec(text);
    return index > 1 && figure ? Number(figure[1]) * UNITS[figure[2] ?? ""] : text;
  });
  return { keys, order: head.getAttribute("aria-sort") };
};

// Written figures are rounded: neighbours may differ by the last digit.
const inOrder = (a, b, sign) => (typeof a === "number" && typeof b === "number"
  ? sign * (a - b) <= 0.002 * Math.abs(a)
  : typeof a !== typeof b || sign * a.localeCompare(b, "en", { numeric: true }) <= 0);

export const askSorting = async (tally, tab, page) => {
  const tables = await tab.evaluate(() => Array.from(document.querySelectorAll("main table"), (table) =>
    Array.from(table.tHead?.rows[0]?.cells ?? []).map((cell) => cell.querySelector("button") !== null)));
  let asked = 0;
  for (const [table, heads] of tables.entries()) {
    const sortable = heads.flatMap((can, index) => (can ? [index] : []));
    if (sortable.length === 0) continue;
    asked += 1;
    const wrong = [];
    for (const index of sortable) {
      const button = tab.locator("main table").nth(table).locator("thead tr").first().locator("th, td").nth(index).locator("button");
      const orders = [];
      for (let click = 0; click < 2; click += 1) {
        await button.evaluate((element) => element.click());
        const { keys, order } = await tab.evaluate(column, [table, index]);
        orders.push(order);
        const known = keys.filter((key) => key !== null);
        const sign = order === "descending" ? -1 : 1;
        const sorted = known.every((key, place) => place === 0 || inOrder(known[place - 1], key, sign));
        const gap = keys.indexOf(null);
        if (keys.length === 0) wrong.push(`column ${index + 1}: no row`);
        else if (!sorted) wrong.push(`column ${index + 1}: not ${order}`);
        else if (gap >= 0 && keys.slice(gap).some((key) => key !== null)) wrong.push(`column ${index + 1}: no value is not last`);
      }
      if (!orders.includes("ascending") || !orders.includes("descending")) wrong.push(`column ${index + 1} says ${orders.join(", ")}`);
    }
    tally.none(wrong, `${page}: table ${table + 1} can be sorted by each column`);
  }
  if (asked === 0) tally.note("sorting, on pages without a table for it");
};
