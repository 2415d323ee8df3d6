// The charts of the page as they stand, each as a drawing of its own: made here, sent nowhere.
const SPACE = "http://www.w3.org/2000/svg";
const FONTS = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const UNFIT = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g; // what XML has no place for
const MARGIN = 12;
const CHART = '[data-testid="stVegaLiteChart"]';
const DRAWN = "svg.marks, canvas";

function charts() {
  return [...document.querySelectorAll(CHART)].filter((chart) => chart.querySelector(DRAWN));
}

function named(chart) {
  return chart.getAttribute("aria-label") ?? "";
}

function titled(chart) {
  return named(chart).split(/[.。]/)[0];
}

function drawing(chart) {
  const shown = chart.querySelector("svg.marks");
  const drawn = shown ? copied(shown) : framed(chart.querySelector("canvas"));
  const { backgroundColor } = getComputedStyle(chart.querySelector(DRAWN));
  const [width, height] = ["width", "height"].map((side) => +drawn.getAttribute(side));
  const area = { x: -MARGIN, y: -MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  drawn.setAttribute("viewBox", Object.values(area).join(" "));
  drawn.setAttribute("width", area.width);
  drawn.setAttribute("height", area.height);
  drawn.prepend(made("title", {}, named(chart)), made("rect", { ...area, fill: backgroundColor }));
  return new XMLSerializer().serializeToString(drawn).replace(UNFIT, " ");
}

// Elsewhere the page's font may be missing: every word keeps the width that it has here.
function copied(shown) {
  const drawn = shown.cloneNode(true);
  const here = shown.querySelectorAll("text");
  for (const [place, text] of drawn.querySelectorAll("text").entries()) {
    text.setAttribute("font-family", `${getComputedStyle(here[place]).fontFamily}, ${FONTS}`);
    text.style.fontFamily = "";
    if (!here[place].querySelector("tspan") && here[place].getComputedTextLength()) {
      text.setAttribute("textLength", here[place].getComputedTextLength());
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  }
  // Vega refers to gradients and clips by the page's whole address, with what its reader wrote.
  for (const element of drawn.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (value.startsWith("url(")) element.setAttribute(name, value.replace(/^url\(.*#/, "url(#").replace(/["']/g, ""));
    }
  }
  drawn.removeAttribute("class");
  drawn.removeAttribute("style");
  return drawn;
}

function framed(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const drawn = made("svg", { width, height });
  drawn.append(made("image", { width, height, href: canvas.toDataURL("image/png") }));
  return drawn;
}

function made(kind, attributes, words = "") {
  const element = document.createElementNS(SPACE, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = words;
  return element;
}

function keep(content, kind, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
