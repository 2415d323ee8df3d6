// The board: words as rows, and on the same rows three ways of reading them; below, common scales.

const ARCHITECTURES = ["attention", "recurrent", "convolutional"];
const SIZES = { head: 62, narrow_head: 26, foot: 25 };
const ROWS = [[8, 36], [12, 29], [Infinity, 24]]; // up to so many words: pixels a row
const FOOT = ["influence", "reached", "waits", "recalled"];

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
}

/** Where scores, weights and what is collected stand in the first column. */
function parts(stage, place) {
  const left = place.left(0);
  const narrow = place.column < 180;
  const share = (part) => left + part * place.column;
  const bars = { scores: left, weights: share(0.33), collected: share(0.72) };
  return { narrow, bars, wide: { scores: 0.28, weights: narrow ? 0.62 : 0.27, collected: 0.2 } };
}

function drawAttention(stage, put, place) {
  const { data, steps, query, key, ink, clock } = stage;
  const { narrow, bars, wide } = parts(stage, place);
  const shown = stageOf(clock);
  const weightsAt = narrow ? place.left(0) : bars.weights;
  const weightsWide = wide.weights * place.column;
  const high = Math.max(1, ...finite(row(steps.scores, query)));
  const drawn = stage.guess?.query === query ? stage.guess.bars : null;
  const hidden = guessing(stage);
  trace(stage, put, "attention", curve(place, query, key), shown >= 1);
  data.words.forEach((_, i) => {
    const [score, weight] = [row(steps.scores, query)[i], row(steps.weights, query)[i]];
    const y = place.middle(i);
    if (score === -Infinity && !hidden) {
      cross(stage, put, `masked ${i}`, weightsAt + 8, y);
      return;
    }
    if (!hidden && (!narrow || shown === 1)) {
      const zero = bars.scores + (wide.scores * place.column) / 2;
      const length = shown < 1 ? 0 : ((score / high) * wide.scores * place.column) / 2.6;
      const [x, most] = [Math.min(zero, zero + length), Math.abs(length)];
      bar(put, `score ${i}`, { x, y, width: most, fill: rgb(shade(ink.numbers, (score / high + 1) / 2)) });
      if (place.column > 240 && shown >= 1) {
        const end = length < 0 ? zero + 4 : zero + most + 4;
        text(stage, put, `score told ${i}`, end, y + 4, told(score, 1), { size: 11.5, quiet: true });
      }
    }
    if (narrow && shown === 1 && !hidden) return;
    const ghost = drawn && !hidden ? drawn[i] : formerWeight(stage, i);
    if (ghost !== null && shown >= 2) {
      bar(put, `ghost ${i}`, { x: weightsAt, y, width: ghost * weightsWide, height: 18, fill: "none", stroke: ink.text, dashed: true });
    }
    const pulled = stage.pulling?.word === i ? stage.pulling.share : null;
    const share = hidden ? drawn[i] : (pulled ?? weight);
    const colour = hidden || pulled !== null ? ink.accent : rgb(shade(ink.weights, 0.25 + 0.65 * share));
    const length = shown < 2 ? 0 : share;
    bar(put, `weight ${i}`, { x: weightsAt, y, width: length * weightsWide, fill: colour });
    if (shown >= 2) {
      const end = weightsAt + Math.max(share, ghost ?? 0) * weightsWide + 5;
      text(stage, put, `weight told ${i}`, end, y + 4, percent(share), { size: 12.5 });
    }
    if (!narrow && !hidden) collected(stage, put, place, i, shown >= 3 ? weight : 0, bars.collected);
  });
}

/** Strips of cells: what the word's value brings to the output, at its weight. */
function collected(stage, put, place, i, weight, left) {
  const values = row(stage.steps.v, i);
  const width = Math.min(0.2 * place.column, 24 * values.length) / values.length;
  const high = stage.highest;
  values.forEach((value, c) => {
    put.put(`value ${i} ${c}`, "rect", {
      x: left + c * width,
      y: place.middle(i) - 7,
      width: Math.max(width - 1, 0.6),
      height: 14,
      fill: rgb(shade(stage.ink.numbers, ((weight * value) / high + 1) / 2)),
      stroke: stage.ink.line,
      "stroke-width": 0.5,
    });
  });
}

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
  trace(stage, put, "recurrent", `M${x} ${from} L${x} ${to}`, clock.tick >= stepsTo(stage, "recurrent"));
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
    const label = data.labels[shares ? "share.head" : "recall.head"];
    const told = fitting(label, 11.5, right - at + 20);
    text(stage, put, `head of rows ${name}`, at, 54, told, { size: 11.5, quiet: true });
  }
  data.words.forEach((_, i) => {
    const y = place.middle(i);
    const reached = data.reach[name].at[query * n + i] > 0;
    if (!reached) cross(stage, put, `out ${name} ${i}`, left + 4, y);
    else if (shares) {
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
  const other = named < 0 ? labels.unseen : words[named];
  const told = correct ? "✓" : stage.place.narrow ? "✗" : `✗ ${other}`;
  const shown = fitting(told, 12.5, Math.max(right - left, 12));
  const made = { size: 12.5, colour: correct ? stage.ink.text : stage.ink.accent };
  text(stage, put, `recall ${part}`, left, y + 4, shown, made);
}

/** The output of each word at a column's right: what trembles when a word is shaken. */
function drawOutputs(stage, put, place, column) {
  const name = ARCHITECTURES[column];
  const { data, ink, query } = stage;
  const x = place.left(column) + place.column - 9;
  data.words.forEach((_, i) => {
    const asking = i === query;
    put.put(`output ${name} ${i}`, "rect", {
      x: x - 5,
      y: place.middle(i) - 5,
      width: 10,
      height: 10,
      rx: 2.5,
      fill: asking ? ink.accent : ink.behind,
      stroke: asking ? ink.accent : ink.text,
      "stroke-opacity": asking ? 1 : 0.45,
      "stroke-width": 1.3,
      class: "output",
    });
  });
}

function drawFoot(stage, put, place) {
  const { data, ink } = stage;
  const most = Math.max(...Object.values(data.waits));
  put.put("foot", "line", { x1: 0, x2: place.width, y1: place.foot - 6, y2: place.foot - 6, stroke: ink.line });
  FOOT.forEach((line, at) => {
    const y = place.foot + at * SIZES.foot + 11;
    const label = data.labels[place.narrow ? `foot.${line}.short` : `foot.${line}`];
    text(stage, put, `foot ${line}`, 0, y + 4, label, { size: 12.5, quiet: true });
    ARCHITECTURES.forEach((name, column) => {
      const fact = footOf(stage, name)[line];
      const x = place.left(column);
      const wide = place.narrow ? 0.3 * place.column : 0.42 * place.column;
      const before = formerFoot(stage, name, line);
      if (fact.part !== null) {
        const fill = line === "waits" ? rgb(shade(ink.numbers, 0.22)) : rgb(shade(ink.weights, 0.6));
        const scale = { x, y: y - 4, width: wide, height: 8, rx: 2, fill: ink.quiet };
        put.put(`scale ${line} ${name}`, "rect", scale, undefined, true);
        bar(put, `foot ${line} ${name}`, { x, y, width: fact.part * wide, height: 8, fill });
        if (before && before.part !== null && before.told !== fact.told) {
          const part = line === "waits" ? Math.min(1, before.count / most) : before.part;
          const at = { x, y, width: part * wide, height: 12, fill: "none", stroke: ink.text, dashed: true };
          bar(put, `foot ghost ${line} ${name}`, at);
        }
      }
      const start = fact.part === null ? x : x + wide + 7;
      const changed = before && before.told !== fact.told ? `${before.told} → ${fact.told}` : fact.told;
      const shown = fitting(changed, 12.5, x + place.column - start);
      text(stage, put, `told ${line} ${name}`, start, y + 4, shown, { size: 12.5 });
    });
  });
}

/** The facts of one architecture on the common scales: a part of the scale, and in words. */
function footOf(stage, name) {
  const { data, query, key } = stage;
  const n = data.words.length;
  const { labels } = data;
  const reach = Array.from(data.reach[name].at.subarray(query * n, (query + 1) * n));
  const reached = reach.filter((it) => it > 0).length;
  const waits = data.waits[name];
  const most = Math.max(...Object.values(data.waits));
  const shares = data.share[name];
  const unknown = guessing(stage) ? "?" : stage.byHand && name === "attention" ? "…" : null;
  const influence = unknown ? null : reach[key] ? (shares ? shares.at[query * n + key] : null) : 0;
  const recalled = data.recalled[name];
  const right = recalled ? recalled.filter((named, i) => named === i).length : null;
  const counted = (count) => labels.of.replace("{count}", count).replace("{n}", n);
  return {
    influence: {
      part: influence,
      told: unknown ?? (influence === null ? labels.untrained : reach[key] ? percent(influence) : labels.none),
    },
    reached: { part: reached / n, told: counted(reached) },
    waits: { part: waits / most, told: String(waits), count: waits },
    recalled: { part: right === null ? null : right / n, told: right === null ? "" : counted(right) },
  };
}

function curve(place, query, key) {
  const x = place.left(0) - 3;
  const [from, to] = [place.middle(key), place.middle(query)];
  const out = place.narrow ? 7 : 14;
  if (query === key) return `M${x} ${to - 6} C${x - out} ${to - 6} ${x - out} ${to + 6} ${x} ${to + 6}`;
  return `M${x} ${from} C${x - out} ${from} ${x - out} ${to} ${x} ${to}`;
}

/** The line of the traced pair: whole once it has arrived. */
function trace(stage, put, name, path, arrived) {
  const n = stage.data.words.length;
  const reached = stage.data.reach[name].at[stage.query * n + stage.key] > 0;
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

function text(stage, put, name, x, y, words, { size, weight = 400, quiet = false, colour }) {
  const fill = colour ?? stage.ink.text;
  const at = { x, y, fill, "fill-opacity": quiet ? 0.72 : 1, "font-size": size, "font-weight": weight };
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
