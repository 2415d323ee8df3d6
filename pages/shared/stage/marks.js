// Marks that all columns draw with, and numbers as they are told.

/** The line of the traced pair: whole once it has arrived. */
function trace(stage, put, name, path, arrived) {
  const n = stage.data.words.length;
  const reached = stage.data.path[name].at[stage.query * n + stage.key] > 0;
  put.put(`trace ${name}`, "path", {
    d: reached ? path : "",
    fill: "none",
    stroke: stage.ink.accent,
    "stroke-width": 2.5,
    "stroke-dasharray": arrived ? "none" : "2 5",
    "stroke-linecap": "round",
  });
}

function bar(put, name, { x, y, width, height = 14, fill, stroke = "none", dashed = false }) {
  const at = { x, y: y - height / 2, width: Math.max(width, 0), height, rx: 2, fill, stroke };
  if (dashed) Object.assign(at, { "stroke-dasharray": "3 2", "stroke-opacity": 0.6 });
  put.put(name, "rect", at);
}

function cross(stage, put, name, x, y) {
  const d = `M${x - 4} ${y - 4} l8 8 M${x + 4} ${y - 4} l-8 8`;
  put.put(name, "path", { d, stroke: stage.ink.text, "stroke-opacity": 0.45, "stroke-width": 1.6 });
}

function text(stage, put, name, x, y, words, { size, weight = 400, quiet = false, colour, anchor = "start" }) {
  const fill = colour ?? stage.ink.text;
  const at = { x, y, fill, "fill-opacity": quiet ? 0.72 : 1, "font-size": size, "font-weight": weight, "text-anchor": anchor };
  put.put(name, "text", at, words);
}

function finite(scores) {
  return Array.from(scores).filter(Number.isFinite).map(Math.abs);
}

/** A share in per cent that stays true when it is rounded, as shares.rounded writes it. */
function percent(share) {
  const whole = (100 * share).toFixed(0);
  if (share > 0 && whole === "0") return "<1%";
  if (share < 1 && whole === "100") return share > 0.9995 ? ">99.9%" : `${(100 * share).toFixed(1)}%`;
  return `${whole}%`;
}

function told(number, digits) {
  const rounded = number.toFixed(digits);
  return (Number(rounded) === 0 ? rounded.replace("-", "") : rounded).replace("-", "−");
}
