// A picture whose parts have names: one drawn again keeps its element, so that it can move there.

const SVG = "http://www.w3.org/2000/svg";

class Drawing {
  /** @param {SVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    this.layers = [0, 1].map(() => svg.appendChild(document.createElementNS(SVG, "g")));
    this.parts = new Map();
    this.drawn = new Set();
  }

  /** Draw everything that `draw` puts; what it puts no more goes. */
  draw(draw) {
    this.drawn.clear();
    draw(this);
    for (const [name, part] of this.parts) {
      if (this.drawn.has(name)) continue;
      part.remove();
      this.parts.delete(name);
    }
  }

  /**
   * @param {string} name Of the part; its own within the picture.
   * @param {string} tag Of SVG.
   * @param {Object<string, string | number>} attributes
   * @param {string} [text] As text, never as markup.
   * @param {boolean} [behind] Whether it lies behind all others.
   */
  put(name, tag, attributes, text, behind = false) {
    let part = this.parts.get(name);
    if (!part) {
      part = document.createElementNS(SVG, tag);
      this.layers[behind ? 0 : 1].append(part);
      this.parts.set(name, part);
    }
    this.drawn.add(name);
    for (const [key, value] of Object.entries(attributes)) {
      const told = typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
      if (part.getAttribute(key) !== told) part.setAttribute(key, told);
    }
    if (text !== undefined && part.textContent !== text) part.textContent = text;
    return part;
  }
}

/** The theme's colours where the stage stands. */
function inks(element) {
  const style = getComputedStyle(element.host ?? element);
  const named = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    accent: named("primary-color"),
    text: named("text-color"),
    line: named("border-color"),
    behind: named("background-color"),
    quiet: named("secondary-background-color"),
    weights: themeColours(element, "sequential"),
    numbers: themeColours(element, "diverging"),
  };
}

function rgb(colour) {
  return `rgb(${colour})`;
}

/** A text that fits into so many pixels; the whole one is told elsewhere. */
function fitting(text, size, pixels) {
  const wide = (letters) => measured(letters, size) <= pixels;
  if (wide(text)) return text;
  const letters = [...text];
  while (letters.length > 1 && !wide(`${letters.join("")}…`)) letters.pop();
  return `${letters.join("")}…`;
}

const canvas = document.createElement("canvas").getContext("2d");

function measured(text, size) {
  canvas.font = `${size}px "Source Sans", sans-serif`;
  return canvas.measureText(text).width;
}
