// The theme's scales of colours, and the ink that can be read on them.
const DARK = [16, 21, 28];
const WHITE = [255, 255, 255];

/**
 * @param {ShadowRoot | HTMLElement} element Where the theme holds.
 * @param {"sequential" | "diverging"} scale
 * @returns {number[][]} Red, green and blue, 0 to 255, from one end of the scale to the other.
 */
function themeColours(element, scale) {
  const host = element.host ?? element;
  const list = getComputedStyle(host).getPropertyValue(`--st-chart-${scale}-colors`);
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

/**
 * The colour of a number on a scale.
 * @param {number[][]} colours
 * @param {number} weight 0 and less is one end, 1 and more the other.
 */
function shade(colours, weight) {
  const place = Math.min(Math.max(weight, 0), 1) * (colours.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, colours.length - 1);
  return colours[below].map((part, i) =>
    Math.round(part + (place - below) * (colours[above][i] - part)),
  );
}
