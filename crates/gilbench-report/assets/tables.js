// Sorting, filtering and links for tables of cases, one case a row. Without it the page shows every row, in the plan's order.
//
// The rows behind the first ones stand in a <noscript>, which a browser with scripting keeps as text. They are searched
// and sorted as text, and become elements when they are to be seen: laying out ten thousand rows takes seconds.
"use strict";

(() => {
  // Rows that are shown at a time: a key must not cost more than a frame or three.
  const STEP = 50;
  const UNITS = {
    ns: 1e-9, "µs": 1e-6, ms: 1e-3, s: 1, B: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824,
  };
  const collator = new Intl.Collator("en", { numeric: true });
  const template = document.createElement("template");
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // Rows are text that the page escaped, and are parsed as part of this page: nothing in them is live.
  const parse = (html) => {
    template.innerHTML = html;
    return template.content;
  };
  const PLAIN = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'" };
  const plain = (html) => html.replace(/<[^>]*>/g, " ").replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => PLAIN[name]);

  // What a row says, in lower case; not its command, whose words stand in every row.
  const textOf = (row) => {
    row.text ??= plain(row.html.replace(/<wbr>|<code>[^<]*<\/code>/g, "")).toLowerCase();
    return row.text;
  };
  // The word of its second cell; a plain one has no mark-up of its own.
  const stateOf = (row) => (/<span class="(?:status|gain) ([a-z]+)/.exec(row.html) ?? [null, "measured"])[1];

  // The content of a row's cell in some column. A cell that stands for several is in all of them.
  const cellOf = (html, column) => {
    let at = 0;
    for (const cell of html.split("<td").slice(1)) {
      const begin = cell.indexOf(">") + 1;
      const span = /^[^>]*colspan="?(\d+)/.exec(cell);
      at += span ? Number(span[1]) : 1;
      if (at >= column) {
        const none = /^ class="?none/.test(cell) || (span && column > 1);
        return none ? null : cell.slice(begin);
      }
    }
    return null;
  };
  const keyOf = (row, column) => {
    if (column === 0) return row.id;
    const cell = cellOf(row.html, column);
    if (cell === null) return null;
    const text = plain(cell.split("<small>")[0]).trim();
    const number = /^(\d[\d.]*)\s*(ns|µs|ms|s|B|KiB|MiB|GiB|×)?(?: of \d+)?$/.exec(text);
    if (number) return Number(number[1]) * (UNITS[number[2]] ?? 1);
    return text === "—" ? null : text;
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number"
    ? a - b
    : collator.compare(String(a), String(b)));

  const set = (place) => {
    const table = place.querySelector("table");
    const body = table.tBodies[0];
    const hidden = place.querySelector("noscript");
    const pieces = Array.from(body.rows, (row) => row.outerHTML);
    if (hidden) {
      const text = hidden.textContent;
      const rest = text.slice(text.indexOf("<tbody>") + 7, text.lastIndexOf("</tbody>"));
      for (const piece of rest.split(/(?=<tr id=")/)) {
        if (piece.startsWith("<tr")) pieces.push(piece);
      }
    }
    const rows = pieces.map((html, index) => {
      const id = html.slice(8, html.indexOf("\"", 8));
      return { html, id, index, parts: id.split("/"), element: null, detail: null, text: null };
    });
    Array.from(body.rows).forEach((element, index) => { rows[index].element = element; });

    // Controls.
    const bar = place.querySelector(".filter");
    const labelled = (text, control) => {
      const label = make("label", {});
      label.append(text, control);
      bar.append(label);
      return control;
    };
    const words = labelled("Rows with all these words", make("input", { type: "search", autocomplete: "off" }));
    const heads = Array.from(table.tHead.rows[0].cells);
    const titles = heads.map((head) => head.textContent);
    const choice = (text, name, read) => {
      const values = Array.from(new Set(rows.map(read))).sort(collator.compare);
      if (values.length < 2) return null;
      const control = make("select", {});
      for (const value of ["", ...values]) control.append(new Option(value || "all", value));
      labelled(text, control);
      return { name, control, read };
    };
    const choices = [
      choice(titles[1], titles[1].toLowerCase(), stateOf),
      choice("Interpreter", "interpreter", (row) => row.parts[2]),
      choice("Strategy", "strategy", (row) => row.parts[1]),
    ].filter(Boolean);
    const shown = bar.appendChild(make("output", {}));
    bar.hidden = false;
    place.classList.add("scripted");
    const scroll = table.parentElement;
    const button = (text, action) => {
      const control = make("button", { type: "button", className: "more", textContent: text, hidden: true });
      control.addEventListener("click", action);
      return control;
    };
    let from = 0;
    // On a phone two hundred rows are thirty screens.
    const first = window.matchMedia("(max-width: 40rem)").matches ? STEP : body.rows.length;
    let to = Math.min(rows.length, first);
    let fitting = rows;
    let order = rows;
    const earlier = button("Show earlier rows", () => { from = Math.max(0, from - STEP); show(); });
    const more = button("Show more rows", () => { to = Math.min(fitting.length, to + STEP); show(); });
    scroll.before(earlier);
    scroll.after(more);

    // Makes elements of the rows from `from` to `to` of those that fit, and of no others.
    const show = () => {
      const wanted = fitting.slice(from, to);
      const missing = wanted.filter((row) => !row.element);
      const made = parse(missing.map((row) => row.html).join("")).children;
      Array.from(made).forEach((element, index) => { missing[index].element = element; });
      body.replaceChildren(...wanted.flatMap(({ element, detail }) => (detail ? [element, detail] : [element])));
      earlier.hidden = from === 0;
      more.hidden = to >= fitting.length;
      const part = from === 0 && to >= fitting.length ? "" : `, rows ${from + 1} to ${to} are below`;
      const all = fitting.length === rows.length ? `${rows.length} cases` : `${fitting.length} of ${rows.length} cases`;
      shown.textContent = fitting.length === 0 ? `no case of ${rows.length} has all that` : all + part;
    };
    const filter = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = choices.filter(({ control }) => control.value);
      fitting = order.filter((row) => chosen.every(({ control, read }) => read(row) === control.value)
        && wanted.every((word) => textOf(row).includes(word)));
      from = 0;
      to = Math.min(fitting.length, STEP);
      show();
    };

    // Sorting.
    let sorted = { column: -1, down: false };
    const sort = (column, down) => {
      sorted = { column, down };
      heads.forEach((head, index) => {
        const own = index === column;
        if (own) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
        head.querySelector("[aria-hidden]").textContent = own ? (down ? " ▼" : " ▲") : "";
      });
      const keyed = rows.map((row) => ({ row, key: column < 0 ? row.index : keyOf(row, column) }));
      // Rows without a value stay last in both directions.
      keyed.sort((a, b) => (a.key === null) - (b.key === null)
        || (a.key === null ? 0 : (down ? -1 : 1) * compare(a.key, b.key)) || a.row.index - b.row.index);
      order = keyed.map(({ row }) => row);
    };
    heads.forEach((head, column) => {
      const control = make("button", { type: "button", className: "sort", title: head.title });
      head.removeAttribute("title");
      const mark = make("span", {});
      mark.setAttribute("aria-hidden", "true");
      control.append(...head.childNodes, mark);
      head.append(control);
      control.addEventListener("click", () => {
        sort(column, head.getAttribute("aria-sort") === "ascending");
        filter();
        remember();
      });
    });

    // The address holds what is chosen, so that a view can be sent to somebody.
    const remember = () => {
      const query = new URLSearchParams();
      if (words.value.trim()) query.set("words", words.value.trim());
      for (const { name, control } of choices) if (control.value) query.set(name, control.value);
      if (sorted.column >= 0) query.set("sort", `${sorted.down ? "-" : ""}${sorted.column}`);
      const text = String(query);
      try {
        history.replaceState(null, "", `${location.pathname}${text && `?${text}`}${location.hash}`);
      } catch {
        // Some browsers do not allow it for files.
      }
    };
    const recall = () => {
      const query = new URLSearchParams(location.search);
      words.value = query.get("words") ?? "";
      for (const { name, control } of choices) {
        const value = query.get(name) ?? "";
        // A link made for another run may ask for what this one lacks: then no row fits, and the choice says why.
        if (!Array.from(control.options).some((option) => option.value === value)) control.add(new Option(value, value));
        control.value = value;
      }
      const wish = /^(-?)(\d+)$/.exec(query.get("sort") ?? "");
      if (wish && Number(wish[2]) < heads.length) sort(Number(wish[2]), wish[1] === "-");
      return Array.from(query).length > 0;
    };
    const changed = () => { filter(); remember(); };
    words.addEventListener("input", changed);
    for (const { control } of choices) control.addEventListener("change", changed);

    // A link to a row must reach it, whatever the filter says and wherever it stands.
    const reach = () => {
      let id = location.hash.slice(1);
      try {
        id = decodeURIComponent(id);
      } catch {
        // Not of ours; it may be an id as it is.
      }
      const row = rows.find((candidate) => candidate.id === id);
      if (!row) return;
      if (!row.element?.isConnected) {
        if (!fitting.includes(row)) {
          words.value = "";
          for (const { control } of choices) control.value = "";
          filter();
          remember();
        }
        from = Math.floor(fitting.indexOf(row) / STEP) * STEP;
        to = Math.min(fitting.length, from + STEP);
        show();
        // Makes it the target of the page, which the browser looked for before the row was there.
        location.replace(location.href);
      }
      const details = row.element.querySelector("details");
      if (details) details.open = true;
      row.element.scrollIntoView({ block: "center" });
    };
    window.addEventListener("hashchange", reach);

    // What an open row shows, in a row of its own.
    const describe = (row) => {
      const links = make("p", { className: "row-links" });
      const code = make("code", { textContent: row.element.querySelector("th code").textContent });
      if (navigator.clipboard) {
        const copy = make("button", { type: "button", textContent: "Copy command" });
        copy.addEventListener("click", async () => {
          try {
            await navigator.clipboard.writeText(code.textContent);
            copy.textContent = "Copied";
          } catch {
            copy.textContent = "Not allowed here: select it instead";
          }
        });
        links.append(copy);
      }
      const fragment = `#${encodeURI(row.id)}`;
      links.append(make("a", { href: fragment, textContent: "Link to this case" }));
      if (place.dataset.cases) {
        const page = `${place.dataset.cases}${encodeURIComponent(row.parts[0])}.html`;
        links.append(make("a", { href: page + fragment, textContent: "All its figures" }));
      }
      // On a phone the state and the columns behind the second figure are not shown; here they are.
      const list = make("dl", { className: "row-figures" });
      let at = 1;
      for (const cell of Array.from(row.element.cells).slice(1)) {
        if (cell.colSpan === 1 && (at === 1 || at > 3)) {
          const line = make("div", {});
          const value = make("dd", {});
          value.append(...Array.from(cell.childNodes, (node) => node.cloneNode(true)));
          line.append(make("dt", { textContent: titles[at] }), value);
          list.append(line);
        }
        at += cell.colSpan;
      }
      const cell = make("td", { colSpan: heads.length });
      cell.append(code, links, list);
      const detail = make("tr", { className: "detail" });
      detail.append(cell);
      return detail;
    };
    place.addEventListener("toggle", ({ target }) => {
      const row = target.parentElement.tagName === "TH" && rows.find(({ id }) => id === target.closest("tr").id);
      if (!row) return;
      row.detail?.remove();
      row.detail = target.open ? describe(row) : null;
      if (row.detail) row.element.after(row.detail);
    }, true);

    // On paper there is no button.
    let before = null;
    window.addEventListener("beforeprint", () => {
      before = [from, to];
      [from, to] = [0, fitting.length];
      show();
    });
    window.addEventListener("afterprint", () => {
      if (before) [from, to] = before;
      before = null;
      show();
    });

    if (recall()) filter();
    else show();
    reach();
    // So that the first key is as quick as the others.
    const prepare = (deadline) => {
      for (const row of rows) {
        if (row.text === null) {
          textOf(row);
          if (deadline.timeRemaining() < 2) break;
        }
      }
      if (rows[rows.length - 1]?.text === null) window.requestIdleCallback(prepare);
    };
    if (window.requestIdleCallback) window.requestIdleCallback(prepare);
  };

  for (const place of document.querySelectorAll("[data-cases]")) set(place);
})();
