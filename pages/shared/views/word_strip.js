// Words as buttons, shaded by weight. Words reach the page as text only, never as markup.
const DARK = [16, 21, 28];
const WHITE = [255, 255, 255];

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const strip = parentElement.querySelector(".strip");
  const colours = themeColours(parentElement);
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", data.label);
  // Buttons stay the same while words change: one that is replaced loses its click, and the focus.
  while (strip.children.length > data.words.length) strip.lastElementChild.remove();
  while (strip.children.length < data.words.length) strip.append(emptyButton());
  data.words.forEach((word, position) => {
    const button = strip.children[position];
    const colour = shade(colours, word.weight);
    button.style.backgroundColor = `rgb(${colour})`;
    button.style.color = readable(colour);
    button.classList.toggle("unknown", word.unknown);
    button.setAttribute("aria-pressed", String(position === data.asks));
    button.setAttribute("aria-label", word.description);
    button.title = word.description;
    button.querySelector(".word").textContent = word.text;
    button.querySelector(".share").textContent = word.share;
    button.onclick = () => setTriggerValue("asked", position);
  });
}

function emptyButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.append(line("word"), line("share"));
  return button;
}

function line(name) {
  const span = document.createElement("span");
  span.className = name;
  return span;
}

function themeColours(element) {
  const host = element.host ?? element;
  const list = getComputedStyle(host).getPropertyValue("--st-chart-sequential-colors");
  return list.split(",").map((colour) => {
    const hex = parseInt(colour.trim().slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  });
}

// The ink that stands out more, by the contrast that WCAG 2 defines.
function readable(colour) {
  const [dark, light, behind] = [DARK, WHITE, colour].map((it) => luminance(it) + 0.05);
  return `rgb(${light / behind > behind / dark ? WHITE : DARK})`;
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function shade(colours, weight) {
  const place = Math.min(Math.max(weight, 0), 1) * (colours.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, colours.length - 1);
  return colours[below].map((part, i) =>
    Math.round(part + (place - below) * (colours[above][i] - part)),
  );
}
