// What a mark of a chart says: beside it when it is pointed at, tapped or reached by arrow keys. Without it the browser
// shows a mark's title after a while, to pointers only; the table below each chart has all numbers in any case.
//
// A chart is one stop of the tab key, however many marks it has. Escape closes.
"use strict";

(() => {
  const MARKS = ".mark, .dot, .line, .area";
  const charts = Array.from(document.querySelectorAll("svg.chart"));
  if (charts.length === 0) return;

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  document.body.append(tip);

  // The titles are kept here, and taken from the marks, so that the browser does not show them a second time. An empty
  // one stays: without it, the title of the whole chart would be shown.
  const texts = new WeakMap();
  const textOf = (mark) => {
    if (!texts.has(mark)) {
      const title = Array.from(mark.children).find((child) => child.localName === "title");
      texts.set(mark, title?.textContent ?? "");
      if (title) title.textContent = "";
    }
    return texts.get(mark);
  };
  const marksOf = (chart) => Array.from(chart.querySelectorAll(MARKS)).filter((mark) => textOf(mark) !== "");

  let current = null;
  let leaving = 0;
  const hide = () => {
    clearTimeout(leaving);
    current?.classList.remove("current");
    current = null;
    tip.hidden = true;
  };
  const show = (mark) => {
    clearTimeout(leaving);
    const text = textOf(mark);
    if (text === "") return;
    if (mark !== current) {
      current?.classList.remove("current");
      current = mark;
      mark.classList.add("current");
      tip.textContent = text;
      tip.hidden = false;
    }
    // Above the mark, or below where there is no room, and never beyond an edge.
    const at = mark.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const left = Math.min(Math.max(4, at.left + at.width / 2 - own.width / 2), Math.max(4, room - own.width - 4));
    const above = at.top - own.height - 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${above >= 4 ? above : at.bottom + 6}px`;
  };
  const markAt = (target) => {
    const mark = target instanceof Element && target.closest(MARKS);
    return mark && mark.closest("svg.chart") ? mark : null;
  };

  const point = (event) => {
    const mark = markAt(event.target);
    if (mark) show(mark);
    else if (tip.contains(event.target)) clearTimeout(leaving);
    // The way from the mark to its text takes a moment.
    else if (current && document.activeElement !== current.closest("svg.chart")) {
      clearTimeout(leaving);
      leaving = setTimeout(hide, 200);
    }
  };
  document.addEventListener("pointerover", point);
  document.addEventListener("pointerdown", (event) => {
    if (markAt(event.target)) point(event);
    else if (!tip.contains(event.target)) hide();
  });
  window.addEventListener("scroll", hide, { passive: true, capture: true });
  window.addEventListener("resize", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  for (const chart of charts) {
    if (!chart.querySelector(MARKS)) continue;
    chart.setAttribute("tabindex", "0");
    chart.addEventListener("blur", hide);
    chart.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const marks = marksOf(chart);
      if (marks.length === 0) return;
      const place = marks.indexOf(current);
      const next = place < 0 && step === 1 ? 0 : place + step;
      const mark = marks[Math.min(Math.max(next, 0), marks.length - 1)];
      // Moving into view scrolls, and scrolling hides: so first that.
      const at = mark.getBoundingClientRect();
      if (at.top < 0 || at.bottom > window.innerHeight) mark.scrollIntoView({ block: "center", behavior: "instant" });
      requestAnimationFrame(() => requestAnimationFrame(() => show(mark)));
    });
  }
})();
