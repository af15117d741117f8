// Sorting and filtering for the table of all cases. Without it the page shows every row, in the plan's order.
"use strict";

(() => {
  const place = document.querySelector("[data-filter]");
  const table = document.querySelector("table.cases");
  if (!place || !table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);

  const labelled = (text, control) => {
    const label = document.createElement("label");
    label.append(text, control);
    return label;
  };
  const words = document.createElement("input");
  words.type = "search";
  words.autocomplete = "off";
  const state = document.createElement("select");
  const states = Array.from(new Set(rows.map((row) => row.dataset.state)));
  for (const value of ["", ...states]) state.append(new Option(value || "all", value));
  const shown = document.createElement("output");
  place.append(labelled("Rows with all these words", words), labelled("State", state), shown);
  place.hidden = false;

  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, index) => {
      const fits = (!state.value || row.dataset.state === state.value)
        && wanted.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = `${count} of ${rows.length} shown`;
  };
  words.addEventListener("input", filter);
  state.addEventListener("change", filter);
  filter();
  // What a browser would look for: an address that was cut short holds half a character, which cannot be decoded.
  const fragment = () => {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return "";
    }
  };
  // A link to a row must reach it, whatever the filter says.
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(fragment());
    if (target && target.hidden) {
      words.value = state.value = "";
      filter();
      target.scrollIntoView();
    }
  });

  const key = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
    return cell.classList.contains("none") ? null : cell.textContent.trim();
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a).localeCompare(String(b), "en", { numeric: true }));
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    const mark = document.createElement("span");
    mark.setAttribute("aria-hidden", "true");
    button.append(...head.childNodes, mark);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) {
        other.removeAttribute("aria-sort");
        other.querySelector("[aria-hidden]").textContent = "";
      }
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      mark.textContent = direction > 0 ? " ▲" : " ▼";
      const keyed = rows.map((row, index) => ({ row, index, key: key(row, column) }));
      // Rows without a value stay last in both directions.
      keyed.sort((a, b) => (a.key === null) - (b.key === null)
        || (a.key === null ? 0 : direction * compare(a.key, b.key)) || a.index - b.index);
      body.append(...keyed.map((entry) => entry.row));
    });
  });
})();
