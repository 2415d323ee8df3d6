// Below the columns: what they reach, feel, wait for and recall, on common scales.

const FOOT = ["influence", "reached", "waits", "recalled"];

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
      const news = before && before.told !== fact.told && !place.narrow; // there the ghost tells
      const changed = news ? `${before.told} → ${fact.told}` : fact.told;
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
  const path = Array.from(data.path[name].at.subarray(query * n, (query + 1) * n));
  const reached = path.filter((it) => it > 0).length;
  const waits = data.waits[name];
  const most = Math.max(...Object.values(data.waits));
  const shares = data.share[name];
  const unknown = guessing(stage) ? "?" : stage.byHand && name === "attention" ? "…" : null;
  const influence = unknown ? null : path[key] ? (shares ? shares.at[query * n + key] : null) : 0;
  const recalled = data.recalled[name];
  const right = recalled ? recalled.filter((named, i) => named === i).length : null;
  const counted = (count) => labels.of.replace("{count}", count).replace("{n}", n);
  return {
    influence: {
      part: influence,
      told: unknown ?? (influence === null ? labels.untrained : path[key] ? percent(influence) : labels.none),
    },
    reached: { part: reached / n, told: counted(reached) },
    waits: { part: waits / most, told: String(waits), count: waits },
    recalled: { part: right === null ? null : right / n, told: right === null ? "" : counted(right) },
  };
}
