// Tables that can be sorted: by every column, both ways, with no row lost and what has no value last.

/** In the page: the keys of the shown rows in one column, and what the column says of its order. */
const column = ([table, index]) => {
  const element = document.querySelectorAll("main table")[table];
  const head = element.tHead.rows[0].cells[index];
  const rows = Array.from(element.tBodies).flatMap((body) => Array.from(body.rows));
  const keys = rows.map((row) => {
    const cell = row.cells[index];
    if (cell.dataset.sort !== undefined && cell.dataset.sort !== "" && !Number.isNaN(Number(cell.dataset.sort))) return Number(cell.dataset.sort);
    if (cell.classList.contains("none")) return null;
    return cell.dataset.sort ?? cell.textContent.trim();
  });
  return { keys, order: head.getAttribute("aria-sort") };
};

const compare = (a, b) => (typeof a === "number" && typeof b === "number"
  ? a - b
  : String(a).localeCompare(String(b), "en", { numeric: true }));

export const askSorting = async (tally, tab, page) => {
  const tables = await tab.evaluate(() => Array.from(document.querySelectorAll("main table"), (table) =>
    Array.from(table.tHead?.rows[0]?.cells ?? []).map((cell) => cell.querySelector("button") !== null)));
  let asked = 0;
  for (const [table, heads] of tables.entries()) {
    const sortable = heads.flatMap((can, index) => (can ? [index] : []));
    if (sortable.length === 0) continue;
    asked += 1;
    const before = (await tab.evaluate(column, [table, sortable[0]])).keys.length;
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
        const sorted = known.every((key, place) => place === 0 || sign * compare(known[place - 1], key) <= 0);
        const gap = keys.indexOf(null);
        if (keys.length !== before) wrong.push(`column ${index + 1}: ${keys.length} of ${before} rows`);
        else if (!sorted) wrong.push(`column ${index + 1}: not ${order}`);
        else if (gap >= 0 && keys.slice(gap).some((key) => key !== null)) wrong.push(`column ${index + 1}: no value is not last`);
      }
      if (!orders.includes("ascending") || !orders.includes("descending")) wrong.push(`column ${index + 1} says ${orders.join(", ")}`);
    }
    tally.none(wrong, `${page}: table ${table + 1} can be sorted by each column`);
  }
  if (asked === 0) tally.note("sorting, on pages without a table for it");
};
