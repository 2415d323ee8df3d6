// The board: words as rows, and on the same rows three ways of reading them.

const ARCHITECTURES = ["attention", "recurrent", "convolutional"];
const SIZES = { head: 62, narrow_head: 26, foot: 25 };
const ROWS = [[8, 36], [12, 29], [Infinity, 24]]; // up to so many words: pixels a row

/** Where everything stands, for the room that there is. */
function geometry(stage) {
  const { words } = stage.data;
  const width = Math.max(stage.board.clientWidth, 300);
  const narrow = width < 700;
  const [, row] = ROWS.find(([most]) => words.length <= most);
  const longest = Math.max(...words.map((word) => measured(word, 15)));
  const names = narrow ? 72 : Math.min(Math.max(longest + 34, 104), 190);
  const gap = narrow ? 9 : 30;
  const column = (width - names - 3 * gap) / 3;
  const top = narrow ? SIZES.narrow_head : SIZES.head;
  return {
    width,
    narrow,
    row,
    names,
    column,
    top,
    left: (place) => names + gap + place * (column + gap),
    middle: (word) => top + word * row + row / 2,
    foot: top + words.length * row + 12,
    height: top + words.length * row + 12 + FOOT.length * SIZES.foot + 4,
  };
}

function drawBoard(stage) {
  const place = geometry(stage);
  stage.place = place;
  stage.ink = inks(stage.parent);
  const { svg } = stage.drawing;
  svg.setAttribute("viewBox", `0 0 ${place.width} ${place.height}`);
  svg.setAttribute("height", place.height);
  stage.drawing.draw((put) => {
    drawRows(stage, put, place);
    drawHeads(stage, put, place);
    drawAttention(stage, put, place);
    drawRecurrent(stage, put, place);
    drawConvolutional(stage, put, place);
    ARCHITECTURES.forEach((_, i) => drawOutputs(stage, put, place, i));
    drawFoot(stage, put, place);
  });
}

/** The rows: the word that asks and the one that is traced are marked across all columns. */
function drawRows(stage, put, place) {
  const { query, key, data, ink } = stage;
  data.words.forEach((_, i) => {
    const marked = i === query || i === key;
    const at = { x: 0, y: place.top + i * place.row + 1, width: place.width, height: place.row - 2 };
    const fill = marked ? ink.quiet : ink.behind;
    put.put(`row ${i}`, "rect", { ...at, rx: 6, fill }, undefined, true);
  });
  put.put("asks", "rect", {
    x: 1,
    y: place.top + query * place.row + 1,
    width: place.names - 2,
    height: place.row - 2,
    rx: 6,
    fill: "none",
    stroke: ink.accent,
    "stroke-width": 2,
  });
}

function drawHeads(stage, put, place) {
  const { labels } = stage.data;
  ARCHITECTURES.forEach((name, i) => {
    const x = place.left(i);
    const title = place.narrow ? labels[`${name}.short`] : labels[name];
    text(stage, put, `head ${name}`, x, 16, title, { size: place.narrow ? 13 : 16, weight: 650 });
    if (place.narrow) return;
    const how = fitting(labels[`${name}.how`], 12.5, place.column + 20);
    text(stage, put, `how ${name}`, x, 35, how, { size: 12.5, quiet: true });
  });
  const { narrow, bars } = parts(stage, place);
  if (narrow) return;
  const ends = { scores: bars.weights, weights: bars.collected, collected: bars.collected + 90 };
  for (const [name, x] of Object.entries(bars)) {
    const told = fitting(labels[`step.${name}`], 11.5, ends[name] - x - 6);
    text(stage, put, `step ${name}`, x, 54, told, { size: 11.5, quiet: true });
  }
  if (place.column < 280) return; // no room beside what is recalled
  ARCHITECTURES.forEach((name, i) => {
    const x = place.left(i) + place.column;
    const how = { size: 11.5, quiet: true, anchor: "end" };
    text(stage, put, `step output ${name}`, x, 54, labels["step.output"], how);
  });
}

/** The output of each word at a column's right: what trembles when a word is shaken. */
function drawOutputs(stage, put, place, column) {
  const name = ARCHITECTURES[column];
  const { data, ink, query } = stage;
  const x = place.left(column) + place.column - 9;
  data.words.forEach((_, i) => {
    const asking = i === query;
    put.put(`output ${name} ${i}`, "rect", {
      x: x - 2.5,
      y: place.middle(i) - 8,
      width: 5,
      height: 16,
      rx: 2.5,
      fill: asking ? ink.accent : ink.behind,
      stroke: asking ? ink.accent : ink.text,
      "stroke-opacity": asking ? 1 : 0.45,
      "stroke-width": 1.3,
      class: "output",
    });
  });
}
