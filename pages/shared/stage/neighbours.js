// The other two columns: a memory that is handed down, and windows that grow.

function drawRecurrent(stage, put, place) {
  const { data, query, key, ink, clock } = stage;
  const x = place.left(1) + 12;
  const both = data.recurrent.direction === "both";
  const n = data.words.length;
  const read = clock.tick;
  for (let i = 0; i < n; i++) {
    const y = place.middle(i);
    const known = i < read || (both && n - 1 - i < read);
    if (i) {
      put.put(`chain ${i}`, "line", {
        x1: x,
        x2: x,
        y1: place.middle(i - 1) + 9,
        y2: y - 9,
        stroke: i < read || (both && n - i < read) ? ink.text : ink.line,
        "stroke-width": 1.5,
      });
    }
    put.put(`memory ${i}`, "rect", {
      x: x - 8,
      y: y - 8,
      width: 16,
      height: 16,
      rx: 4,
      fill: known ? rgb(shade(ink.weights, 0.6)) : ink.behind,
      stroke: known ? rgb(shade(ink.weights, 0.75)) : ink.line,
      "stroke-width": 1.5,
    });
  }
  const [from, to] = [place.middle(key), place.middle(query)];
  const arrived = key <= query ? query < read : n - 1 - query < read;
  trace(stage, put, "recurrent", `M${x} ${from} L${x} ${to}`, arrived);
  drawShares(stage, put, place, 1, "recurrent", x + 22);
}

function drawConvolutional(stage, put, place) {
  const { data, query, key, ink, clock } = stage;
  const { kernel, dilations, causal } = data.convolutional;
  const n = data.words.length;
  const layers = dilations.length;
  const step = Math.min(place.narrow ? 14 : 34, (0.42 * place.column) / layers);
  const x = (layer) => place.left(2) + 7 + layer * step;
  let seen = new Set([query]);
  const reachOf = [];
  for (let layer = layers; layer >= 0; layer--) {
    reachOf[layer] = seen;
    if (layer) seen = new Set([...seen].flatMap((i) => looks(i, kernel, dilations[layer - 1], causal, n)));
  }
  for (let layer = 0; layer <= layers; layer++) {
    for (let i = 0; i < n; i++) {
      const reached = reachOf[layer].has(i);
      const done = clock.tick >= layer;
      if (layer && reached) {
        for (const j of looks(i, kernel, dilations[layer - 1], causal, n)) {
          put.put(`edge ${layer} ${i} ${j}`, "line", {
            x1: x(layer - 1),
            y1: place.middle(j),
            x2: x(layer),
            y2: place.middle(i),
            stroke: ink.line,
            "stroke-width": 1,
          });
        }
      }
    }
  }
  for (let layer = 0; layer <= layers; layer++) {
    for (let i = 0; i < n; i++) {
      const [reached, done] = [reachOf[layer].has(i), clock.tick >= layer];
      put.put(`node ${layer} ${i}`, "circle", {
        cx: x(layer),
        cy: place.middle(i),
        r: 4.5,
        fill: done ? rgb(shade(ink.weights, reached ? 0.65 : 0.12)) : ink.behind,
        stroke: reached ? rgb(shade(ink.weights, 0.75)) : ink.line,
        "stroke-width": 1.2,
      });
    }
  }
  const path = stage.data.path.convolutional.at[query * n + key];
  trace(stage, put, "convolutional", pathThrough(stage, place, x, reachOf), clock.tick >= path);
  drawShares(stage, put, place, 2, "convolutional", x(layers) + 14);
}

/** The words that a node of a convolution looks at in the layer below. */
function looks(i, kernel, dilation, causal, n) {
  const first = causal ? i - (kernel - 1) * dilation : i - ((kernel - 1) / 2) * dilation;
  const all = Array.from({ length: kernel }, (_, tap) => first + tap * dilation);
  return all.filter((j) => j >= 0 && j < n);
}

/** One way from the traced word up to the asking one, if there is any. */
function pathThrough(stage, place, x, reachOf) {
  const { query, key, data } = stage;
  const { kernel, dilations, causal } = data.convolutional;
  if (!reachOf[0].has(key)) return "";
  const ways = [[query]];
  for (let layer = dilations.length; layer > 0; layer--) {
    const way = ways.at(-1);
    const next = looks(way.at(-1), kernel, dilations[layer - 1], causal, data.words.length);
    const nearest = next.reduce((best, j) => (Math.abs(j - key) < Math.abs(best - key) ? j : best));
    way.push(nearest);
  }
  const points = ways[0].map((i, down) => `${x(dilations.length - down)} ${place.middle(i)}`);
  return `M${points.reverse().join(" L")}`;
}

/** What of each word is in the asking word's output: its share, or whether it can be there. */
function drawShares(stage, put, place, column, name, left) {
  const { data, query, ink } = stage;
  const n = data.words.length;
  const right = place.left(column) + place.column - 22;
  const middle = place.narrow ? left + 12 : Math.max(left + 16, place.left(column) + 0.5 * place.column);
  const shares = data.share[name];
  const recalled = data.recalled[name];
  if (!place.narrow) {
    const at = shares ? left : middle;
    const label = filled(data.labels[shares ? "share.head" : "recall.head"], { asks: data.words[query] });
    const told = fitting(label, 11.5, right - at + 20);
    text(stage, put, `head of rows ${name}`, at, 54, told, { size: 11.5, quiet: true });
  }
  data.words.forEach((_, i) => {
    const y = place.middle(i);
    const reached = data.path[name].at[query * n + i] > 0;
    if (!reached && !place.narrow) cross(stage, put, `out ${name} ${i}`, left + 4, y);
    else if (reached && shares) {
      const share = shares.at[query * n + i];
      const wide = Math.max(right - left - 40, 8);
      const colour = rgb(shade(ink.weights, 0.25 + 0.65 * share));
      bar(put, `share ${name} ${i}`, { x: left, y, width: share * wide, fill: colour });
      text(stage, put, `share told ${name} ${i}`, left + share * wide + 5, y + 4, percent(share), { size: 12.5 });
    }
    if (recalled && !shares) tellRecall(stage, put, recalled[i], `${name} ${i}`, { left: middle, right, y, i });
  });
}

function tellRecall(stage, put, named, part, { left, right, y, i }) {
  const correct = named === i;
  const { words, labels } = stage.data;
  const other = named < 0 ? labels.unseen : filled(labels.mistook, { word: words[named] });
  const told = correct ? "✓" : stage.place.narrow ? "✗" : `✗ ${other}`;
  const shown = fitting(told, 12.5, Math.max(right - left, 12));
  const made = { size: 12.5, colour: correct ? stage.ink.text : stage.ink.accent };
  text(stage, put, `recall ${part}`, left, y + 4, shown, made);
}
