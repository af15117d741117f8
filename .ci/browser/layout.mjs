// Where everything stands at one width: nothing wider than the page, no label cut off or on top of another, no
// mark too thin to be seen, no column so narrow that words are read letter by letter.
//
// `measure` runs in the page, all questions in one go, because going there and back costs more than the answers.

/** In the page. Each list holds what is wrong. */
export const measure = () => {
  const room = document.documentElement.clientWidth;
  const name = (element) => {
    const kind = (element.getAttribute("class") ?? "").trim().replace(/\s+/g, ".");
    return `${element.localName}${element.id ? `#${element.id}` : ""}${kind ? `.${kind}` : ""}`;
  };
  const excerpt = (text) => text.trim().replace(/\s+/g, " ").slice(0, 50);
  const found = {
    wide: [], cut: [], spilled: [], overlapping: [], squeezed: [], hairlines: [], outside: [], tiny: [], sideways: [],
  };

  // The nearest element around, itself included, that does not show what is beyond its edges.
  const clippers = new Map([[document.body, null], [document.documentElement, null]]);
  const clipper = (element) => {
    if (element === null) return null;
    let known = clippers.get(element);
    if (known === undefined) {
      const inDrawing = element.namespaceURI !== document.body.namespaceURI;
      const cuts = !inDrawing && getComputedStyle(element).overflowX !== "visible";
      known = cuts ? element : clipper(element.parentElement);
      clippers.set(element, known);
    }
    return known;
  };
  const styles = new Map();
  const style = (element) => {
    let known = styles.get(element);
    if (known === undefined) styles.set(element, (known = getComputedStyle(element)));
    return known;
  };
  const blocks = new Map();
  const block = (element) => {
    let known = blocks.get(element);
    if (known === undefined) {
      const inline = ["inline", "contents"].includes(getComputedStyle(element).display);
      known = inline && element.parentElement ? block(element.parentElement) : element;
      blocks.set(element, known);
    }
    return known;
  };
  // Not in a part that is folded, hidden or left out.
  const shown = new Map();
  const isShown = (element) => {
    let known = shown.get(element);
    if (known === undefined) shown.set(element, (known = element.checkVisibility({ visibilityProperty: true })));
    return known;
  };
  const frames = new Map();
  const frame = (element) => {
    let known = frames.get(element);
    if (known === undefined) frames.set(element, (known = element.getBoundingClientRect()));
    return known;
  };

  for (const element of document.body.querySelectorAll("*")) {
    if (element.ownerSVGElement) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > room + 1 && !clipper(element.parentElement) && isShown(element)) found.wide.push(name(element));
  }

  // All visible pieces of text, each line of a paragraph by itself.
  const pieces = [];
  const lines = new Map();
  const add = (box, element, text, within) => {
    let { left, top, right, bottom } = box;
    let around = within;
    while (around) {
      const edge = frame(around);
      // What has no size is there for screen readers alone.
      if (edge.width <= 2 || edge.height <= 2) return;
      const { overflowX, overflowY } = style(around);
      const lost = (overflowX === "hidden" || overflowX === "clip") && (right > edge.right + 1 || left < edge.left - 1)
        || (overflowY === "hidden" || overflowY === "clip") && (bottom > edge.bottom + 3 || top < edge.top - 3);
      if (lost) found.cut.push(excerpt(text));
      left = Math.max(left, edge.left);
      right = Math.min(right, edge.right);
      top = Math.max(top, edge.top);
      bottom = Math.min(bottom, edge.bottom);
      around = clipper(around.parentElement);
    }
    if (right - left > 1 && bottom - top > 1) pieces.push({ left, top, right, bottom, element, text });
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const sizes = new Map();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element.ownerSVGElement || !/\S/.test(node.data)) continue;
    if (["SCRIPT", "STYLE", "OPTION", "TEXTAREA"].includes(element.tagName) || !isShown(element)) continue;
    range.selectNodeContents(node);
    const boxes = Array.from(range.getClientRects()).filter((box) => box.width > 0);
    if (boxes.length === 0) continue;
    const within = clipper(element);
    const own = block(element);
    const edge = frame(own);
    // Where spaces are kept, the one at the end of a line hangs over.
    const hanging = style(element).whiteSpaceCollapse === "preserve" ? 8 : 1.5;
    if (edge.width > 2 && boxes.some((box) => box.right > edge.right + hanging || box.left < edge.left - hanging)) {
      found.spilled.push(`${name(own)}: ${excerpt(node.data)}`);
    }
    const known = lines.get(own) ?? { tops: new Set(), length: 0 };
    for (const box of boxes) {
      add(box, node, node.data, within);
      known.tops.add(Math.round(box.top));
    }
    known.length += node.data.trim().length;
    lines.set(own, known);
    if (!sizes.has(element)) {
      const size = parseFloat(getComputedStyle(element).fontSize);
      sizes.set(element, size);
      if (size < 10.5) found.tiny.push(`${size} px: ${excerpt(node.data)}`);
    }
  }
  for (const [own, { tops, length }] of lines) {
    if (tops.size >= 5 && length / tops.size < 6) found.squeezed.push(`${name(own)}: ${excerpt(own.textContent)}`);
  }

  for (const svg of document.querySelectorAll("svg:not(.key)")) {
    const edge = svg.getBoundingClientRect();
    if (edge.width === 0 || !isShown(svg)) continue;
    const scale = svg.viewBox.baseVal && svg.viewBox.baseVal.width ? edge.width / svg.viewBox.baseVal.width : 1;
    const beyond = (box) => box.left < edge.left - 1 || box.right > edge.right + 1
      || box.top < edge.top - 1 || box.bottom > edge.bottom + 1;
    for (const text of svg.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      if (box.width === 0) continue;
      const words = Array.from(text.childNodes).filter((child) => child.localName !== "title")
        .map((child) => child.textContent).join("");
      if (beyond(box)) found.cut.push(excerpt(words));
      add(box, text, words, clipper(svg.parentElement));
      const size = parseFloat(getComputedStyle(text).fontSize) * scale;
      if (size < 10.5) found.tiny.push(`${size.toFixed(1)} px: ${excerpt(words)}`);
    }
    for (const shape of svg.querySelectorAll("path, line, rect, circle, ellipse, polyline, polygon")) {
      if (shape.closest("defs, clipPath, pattern, mask")) continue;
      const drawn = getComputedStyle(shape);
      const stroked = drawn.stroke !== "none" && Number(drawn.strokeOpacity) > 0;
      const filled = drawn.fill !== "none" && Number(drawn.fillOpacity) > 0;
      const box = shape.getBoundingClientRect();
      const width = parseFloat(drawn.strokeWidth) * (drawn.vectorEffect === "non-scaling-stroke" ? 1 : scale);
      if (stroked ? width < 0.5 : filled && Math.min(box.width, box.height) < 0.5) {
        found.hairlines.push(`${name(shape)} in ${name(svg.closest("[id]") ?? svg)}`);
      }
      if ((stroked || filled) && beyond(box)) found.outside.push(`${name(shape)} in ${name(svg.closest("[id]") ?? svg)}`);
    }
  }

  // Only pieces that share a strip of the page can be on top of each other.
  const STRIP = 64;
  const strips = new Map();
  pieces.forEach((piece, index) => {
    for (let strip = Math.floor(piece.top / STRIP); strip <= Math.floor(piece.bottom / STRIP); strip += 1) {
      const others = strips.get(strip) ?? [];
      for (const other of others) {
        const a = pieces[other];
        if (a.element === piece.element) continue;
        const across = Math.min(a.right, piece.right) - Math.max(a.left, piece.left);
        const down = Math.min(a.bottom, piece.bottom) - Math.max(a.top, piece.top);
        if (across > 1 && down > 3) found.overlapping.push(`${excerpt(a.text)} / ${excerpt(piece.text)}`);
      }
      others.push(index);
      strips.set(strip, others);
    }
  });

  // What stacks on a phone is there so that nobody has to read it sideways.
  if (room <= 400) {
    for (const box of document.querySelectorAll(".scroll:has(> table.stacking)")) {
      if (box.scrollWidth > box.clientWidth + 1) {
        found.sideways.push(`${box.getAttribute("aria-label")}: ${box.scrollWidth} of ${box.clientWidth} px`);
      }
    }
  }
  return { room, needed: document.documentElement.scrollWidth, ...found };
};

/** Asks about what `measure` found; `where` names page, scheme and width. */
export const judge = (tally, where, found) => {
  tally.check(found.needed <= found.room, `${where}: no horizontal page scroll`, `${found.needed} of ${found.room} px`);
  const unique = (list) => [...new Set(list)];
  tally.none(unique(found.wide), `${where}: nothing is wider than the page`);
  tally.none(unique(found.cut), `${where}: no text is cut off`);
  tally.none(unique(found.spilled), `${where}: no text stands outside its own box`);
  tally.none(unique(found.overlapping), `${where}: no text on another`);
  tally.none(unique(found.squeezed), `${where}: no column is read letter by letter`);
  tally.none(unique(found.tiny), `${where}: no text is too small`);
  tally.none(unique(found.hairlines), `${where}: no hairline in a drawing`);
  tally.none(unique(found.outside), `${where}: no mark outside its drawing`);
  tally.none(unique(found.sideways), `${where}: nothing that stacks is read sideways`);
};
