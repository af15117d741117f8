// Filters for the cards of claims, kept in the address: `claims.html?verdict=refuted&fix=fix-3&interpreter=ID&order=verdict`.
// Without it the page shows all cards, in the article's order, and lists of links by verdict and by fix.
"use strict";

(() => {
  const place = document.querySelector("[data-claims]");
  const lists = document.getElementById("lists");
  const container = document.querySelector(".cards");
  if (!place || !lists || !container) return;

  const cards = Array.from(container.children, (element, index) => {
    const found = new Map();
    for (const line of element.querySelectorAll(".found > li")) {
      found.set(line.querySelector("b").textContent, line.querySelector(".verdict").textContent);
    }
    const verdict = element.querySelector(".badge").classList[1];
    return { element, index, verdict, found, fixes: element.dataset.fixes.split(" ").filter(Boolean) };
  });
  const VERDICT = "verdict-";
  const listed = Array.from(lists.querySelectorAll("div[id]"));
  const verdicts = listed.filter((entry) => entry.id.startsWith(VERDICT))
    .map((entry) => entry.id.slice(VERDICT.length));
  const fixes = listed.filter((entry) => !entry.id.startsWith(VERDICT))
    .map((entry) => [entry.querySelector("dt").textContent, entry.id]);
  const interpreters = Array.from(new Set(cards.flatMap((card) => Array.from(card.found.keys())))).sort();

  const NONE = "none";
  const controls = {};
  const add = (name, text, options) => {
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.name = name;
    for (const [words, value] of options) select.append(new Option(words, value));
    select.addEventListener("change", () => { apply(); remember(); });
    label.append(text, select);
    place.append(label);
    controls[name] = select;
  };
  const plain = (values) => values.map((value) => [value, value]);
  add("verdict", "Verdict", [["all", ""], ...plain(verdicts)]);
  add("fix", "Fix of the article", [["all", ""], ...fixes, ["of no fix", NONE]]);
  add("interpreter", "Interpreter", [["all", ""], ...plain(interpreters)]);
  add("order", "Order", [["as in the article", ""], ["by verdict", "verdict"]]);
  const reset = document.createElement("button");
  reset.type = "button";
  reset.textContent = "Show all";
  const shown = document.createElement("output");
  place.append(reset, shown);

  const chosen = (name) => controls[name].value;
  const fits = (card) => {
    const [verdict, fix, interpreter] = [chosen("verdict"), chosen("fix"), chosen("interpreter")];
    // On one interpreter its own verdict counts, not that over all of them.
    const own = interpreter ? card.found.get(interpreter) : card.verdict;
    return (!interpreter || own !== undefined) && (!verdict || own === verdict)
      && (!fix || (fix === NONE ? card.fixes.length === 0 : card.fixes.includes(fix)));
  };
  let order = "";
  const apply = () => {
    let count = 0;
    for (const card of cards) {
      card.element.hidden = !fits(card);
      if (!card.element.hidden) count += 1;
    }
    if (chosen("order") !== order) {
      order = chosen("order");
      const rank = (card) => (order ? verdicts.indexOf(card.verdict) : 0);
      const sorted = [...cards].sort((a, b) => rank(a) - rank(b) || a.index - b.index);
      container.append(...sorted.map((card) => card.element));
    }
    const where = chosen("interpreter") && chosen("verdict")
      ? `: ${chosen("verdict")} on ${chosen("interpreter")}` : "";
    shown.textContent = `${count} of ${cards.length} claims shown${where}`;
    reset.hidden = !Object.keys(controls).some(chosen);
  };
  const remember = (fragment = "") => {
    const query = new URLSearchParams();
    for (const name of Object.keys(controls)) if (chosen(name)) query.set(name, chosen(name));
    const text = query.toString();
    try {
      history.replaceState(null, "", `${location.pathname}${text && `?${text}`}${fragment}`);
    } catch {
      // A browser may refuse that to a page of the file system: the address then stays as it is.
    }
  };
  const clear = () => {
    for (const select of Object.values(controls)) select.value = "";
    apply();
  };
  const read = () => {
    const query = new URLSearchParams(location.search);
    for (const [name, select] of Object.entries(controls)) {
      const value = query.get(name) || "";
      // A link made for another run may ask for what this one lacks: then no card fits, and the choice says why.
      if (!Array.from(select.options).some((option) => option.value === value)) select.add(new Option(value, value));
      select.value = value;
    }
    apply();
  };
  // A link to a claim reaches it, whatever the filter says.
  const reach = () => {
    // Ids of claims are plain, so nothing has to be decoded, and an address that was cut short does no harm.
    const target = document.getElementById(location.hash.slice(1));
    const card = target && target.closest(".card");
    if (!card || !container.contains(card)) return;
    if (card.hidden) {
      clear();
      remember(location.hash);
    }
    // A phone folds it.
    const evidence = card.querySelector("details.large");
    if (evidence) evidence.open = true;
    target.scrollIntoView();
  };

  reset.addEventListener("click", () => {
    clear();
    remember();
    controls.verdict.focus();
  });
  for (const link of document.querySelectorAll(".strip a")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      clear();
      controls.verdict.value = new URL(link.href).searchParams.get("verdict");
      apply();
      remember();
      controls.verdict.focus();
    });
  }
  window.addEventListener("hashchange", reach);
  lists.hidden = true;
  place.hidden = false;
  read();
  reach();
})();
