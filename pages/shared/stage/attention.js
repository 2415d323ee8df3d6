// The first column: scores, weights, and what is collected, for the word that asks.

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
  const shown = clock.stage;
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

function curve(place, query, key) {
  const x = place.left(0) - 3;
  const [from, to] = [place.middle(key), place.middle(query)];
  const out = place.narrow ? 7 : 14;
  if (query === key) return `M${x} ${to - 6} C${x - out} ${to - 6} ${x - out} ${to + 6} ${x} ${to + 6}`;
  return `M${x} ${from} C${x - out} ${from} ${x - out} ${to} ${x} ${to}`;
}
