// The charts of the page as they stand, each as a drawing of its own: made here, sent nowhere.
const SPACE = "http://www.w3.org/2000/svg";
const FONTS = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const UNFIT = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g; // what XML has no place for
const PAUSE = 300; // milliseconds: browsers lose files that come at once
const LONGEST = 60; // characters of a name
const MARGIN = 12;

export default function (component) {
  const { data, parentElement } = component;
  const [all, one] = [parentElement.querySelector("button"), parentElement.querySelector("details")];
  all.textContent = data.all;
  one.querySelector("summary").textContent = data.one;
  all.onclick = async () => {
    const found = charts();
    all.textContent = found.length ? data.all : data.none;
    for (const [place, chart] of found.entries()) {
      save(chart, place, data.page);
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  };
  one.ontoggle = () => {
    one.querySelector("div").replaceChildren(...charts().map((chart, place) => {
      const button = document.createElement("button");
      button.textContent = `${place + 1}. ${named(chart)}`;
      button.onclick = () => save(chart, place, data.page);
      return button;
    }));
  };
  one.ontoggle();
}

function charts() {
  const found = document.querySelectorAll('[data-testid="stVegaLiteChart"]');
  return [...found].filter((chart) => chart.querySelector("svg.marks, canvas"));
}

function named(chart) {
  return chart.getAttribute("aria-label") ?? "";
}

function save(chart, place, page) {
  const words = named(chart).split(/[.。]/)[0].replace(/[^\p{L}\p{N}]+/gu, "-");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([drawing(chart)], { type: "image/svg+xml" }));
  link.download = `${page}-${place + 1}-${words.slice(0, LONGEST)}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function drawing(chart) {
  const shown = chart.querySelector("svg.marks");
  const drawn = shown ? copied(shown) : framed(chart.querySelector("canvas"));
  const { backgroundColor } = getComputedStyle(chart.querySelector("svg.marks, canvas"));
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
