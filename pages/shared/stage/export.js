// The board as one picture of 16 : 9, for a slide: what is seen, what it says, where it comes from.

const SLIDE = { width: 1920, height: 1080, margin: 70, said: 40, source: 22 };

/** @returns {SVGElement} */
function slide(shown) {
  const svg = document.createElementNS(SVG, "svg");
  const stage = { ...shown, drawing: new Drawing(svg), board: { clientWidth: 880 } }; // large words
  drawBoard(stage);
  const { place, ink, data } = stage;
  const { width, height, margin } = SLIDE;
  const lines = wrapped(stage.said.textContent, SLIDE.said, width - 2 * margin);
  const top = margin + lines.length * SLIDE.said * 1.3 + 20;
  const scale = Math.min((width - 2 * margin) / place.width, (height - top - 80) / place.height);
  const whole = shaped("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  whole.setAttribute("font-family", `${getComputedStyle(stage.root).fontFamily}, sans-serif`);
  whole.append(shaped("rect", { width, height, fill: ink.behind }));
  lines.forEach((line, i) => {
    const y = margin + (i + 0.8) * SLIDE.said * 1.3;
    whole.append(shaped("text", { x: margin, y, fill: ink.text, "font-size": SLIDE.said }, line));
  });
  const board = shaped("g", { transform: `translate(${margin} ${top}) scale(${scale})` });
  board.append(...[...stage.drawing.svg.children].map((part) => part.cloneNode(true)));
  data.words.forEach((word, i) => board.append(named(stage, word, i)));
  const source = { x: margin, y: height - 30, fill: ink.text, "font-size": SLIDE.source };
  whole.append(board, shaped("text", source, data.source));
  return whole;
}

function named(stage, word, i) {
  const { place, ink, query, key } = stage;
  const at = { x: 12, y: place.middle(i) + 5, "font-size": 15, fill: ink.text };
  if (i === query) Object.assign(at, { fill: ink.accent, "font-weight": 650 });
  if (i === key) at["text-decoration"] = "underline";
  return shaped("text", at, fitting(word, 15, place.names - 20));
}

function shaped(tag, attributes, words) {
  const part = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
  if (words !== undefined) part.textContent = words;
  return part;
}

/** A text in lines that fit: cut between words, or anywhere between Chinese characters. */
function wrapped(text, size, pixels) {
  const lines = [""];
  for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/gu) ?? []) {
    if (measured(lines.at(-1) + piece, size) > pixels) lines.push("");
    lines[lines.length - 1] += piece;
  }
  return lines.map((line) => line.trim());
}

function saveSlide(stage, kind) {
  const drawn = new XMLSerializer().serializeToString(slide(stage));
  const file = new Blob([drawn], { type: "image/svg+xml" });
  if (kind === "svg") return saveAs(file, "attention.svg");
  const image = new Image();
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), SLIDE);
    canvas.getContext("2d").drawImage(image, 0, 0);
    canvas.toBlob((picture) => saveAs(picture, "attention.png"));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
}

function saveAs(file, name) {
  const link = Object.assign(document.createElement("a"), { download: name });
  link.href = URL.createObjectURL(file);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
