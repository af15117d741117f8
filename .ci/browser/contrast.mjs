// Contrast as WCAG 2.2 computes it (1.4.3 text, 1.4.11 graphics), of all text and also of text and marks in
// drawings, of which axe knows nothing.
//
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Colours are read as the browser computed them.

/** In the page: what has too little contrast. */
export const contrast = () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const painter = canvas.getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  // Any colour that CSS can write, as red, green and blue of 0 to 255 and opacity of 0 to 1.
  const rgba = (text) => {
    let known = colours.get(text);
    if (known === undefined) {
      painter.clearRect(0, 0, 1, 1);
      painter.fillStyle = "#000";
      painter.fillStyle = text;
      painter.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = painter.getImageData(0, 0, 1, 1).data;
      known = [red, green, blue, alpha / 255];
      colours.set(text, known);
    }
    return known;
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const faded = ([r, g, b, a], opacity) => [r, g, b, a * opacity];
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => {
    const [bright, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (bright + 0.05) / (dark + 0.05);
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const grounds = new Map();
  const ground = (element) => {
    if (element === null) return dark ? [18, 18, 18, 1] : [255, 255, 255, 1];
    let known = grounds.get(element);
    if (known === undefined) {
      const own = rgba(getComputedStyle(element).backgroundColor);
      known = own[3] === 1 ? own : over(own, ground(element.parentElement));
      grounds.set(element, known);
    }
    return known;
  };
  const opacities = new Map();
  const opacity = (element) => {
    if (element === null) return 1;
    let known = opacities.get(element);
    if (known === undefined) {
      known = Number(getComputedStyle(element).opacity) * opacity(element.parentElement);
      opacities.set(element, known);
    }
    return known;
  };
  const excerpt = (text) => text.trim().replace(/\s+/g, " ").slice(0, 30);
  const faint = new Map();
  const ask = (kind, colour, below, least, what) => {
    const shown = over(colour, below);
    const reached = ratio(shown, below);
    // A hundredth is lost where colours are rounded to whole numbers.
    if (reached < least - 0.01) {
      const key = `${kind} ${reached.toFixed(2)}:1 of ${least}:1`;
      if (!faint.has(key)) faint.set(key, what);
    }
  };
  const large = (style, scale = 1) => {
    const size = parseFloat(style.fontSize) * scale;
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  };

  const asked = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element.ownerSVGElement || asked.has(element) || !/\S/.test(node.data)) continue;
    asked.add(element);
    if (element.closest("script, style, option, [disabled]") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const colour = faded(rgba(style.color), opacity(element));
    ask("text", colour, ground(element), large(style) ? 3 : 4.5, excerpt(node.data));
  }

  for (const svg of document.querySelectorAll("svg")) {
    const edge = svg.getBoundingClientRect();
    if (edge.width === 0 || !svg.checkVisibility()) continue;
    const page = ground(svg);
    const shapes = Array.from(svg.querySelectorAll("path, rect, circle, ellipse, polygon, text"));
    const filled = [];
    for (const shape of shapes) {
      const style = getComputedStyle(shape);
      const fill = style.fill === "none" ? null : faded(rgba(style.fill), Number(style.fillOpacity) * opacity(shape));
      if (shape.localName !== "text") {
        const box = shape.getBoundingClientRect();
        if (fill && fill[3] > 0 && box.width > 0 && box.height > 0) filled.push({ shape, fill, box });
        continue;
      }
      const box = shape.getBoundingClientRect();
      if (box.width === 0 || !fill) continue;
      const halo = style.paintOrder.startsWith("stroke") && style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2;
      const at = [[box.left + 1, box.top + box.height / 2], [box.left + box.width / 2, box.top + box.height / 2],
        [box.right - 1, box.top + box.height / 2]];
      for (const [x, y] of at) {
        let below = page;
        for (const { shape: other, fill: paint, box: room } of filled) {
          if (x < room.left || x > room.right || y < room.top || y > room.bottom) continue;
          const point = new DOMPoint(x, y).matrixTransform(other.getScreenCTM().inverse());
          if (other.isPointInFill(point)) below = over(paint, below);
        }
        if (halo) below = over(rgba(style.stroke), below);
        ask("text of a drawing", fill, below, 4.5, excerpt(shape.lastChild?.textContent ?? ""));
      }
    }
    // A mark is told by its outline or by what fills it, whichever is plainer; what carries text by that.
    for (const mark of svg.querySelectorAll(".mark, .series, .dot, .ideal, .threshold")) {
      const parts = mark.localName === "g" ? Array.from(mark.children) : [mark];
      if (parts.some((part) => part.localName === "text")) continue;
      let best = 0;
      for (const part of parts) {
        if (!(part instanceof SVGGeometryElement)) continue;
        const style = getComputedStyle(part);
        for (const [paint, share] of [[style.fill, style.fillOpacity], [style.stroke, style.strokeOpacity]]) {
          if (paint === "none") continue;
          best = Math.max(best, ratio(over(faded(rgba(paint), Number(share) * opacity(part)), page), page));
        }
      }
      if (best > 0 && best < 2.99) {
        const key = `mark ${mark.getAttribute("class")} ${best.toFixed(2)}:1 of 3:1`;
        if (!faint.has(key)) faint.set(key, excerpt(mark.querySelector("title")?.textContent ?? ""));
      }
    }
  }
  return Array.from(faint, ([what, example]) => `${what} (${example})`);
};
