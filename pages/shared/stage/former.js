// The former state: what the picture showed before the last change, kept as a ghost behind it.

/** Keep what is shown now; `cause` says in words what is about to change, if that is known. */
function remember(stage, cause = null) {
  const foot = {};
  for (const name of ARCHITECTURES) foot[name] = footOf(stage, name);
  const { data, steps, query, key, byHand, ghost } = stage;
  if (byHand && ghost) foot.attention = ghost.foot.attention; // what a hand leads to is not known
  stage.ghost = { words: data.words, steps, foot, query, key, cause, from: data.words.map((_, i) => i) };
}

/** Let the ghost's words find their places among other words. */
function follow(ghost, words) {
  ghost.from = aligned(ghost.words, words);
}

/**
 * For each new word the place of the same word before, or -1: a longest common subsequence.
 * @param {string[]} before
 * @param {string[]} after
 */
function aligned(before, after) {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [skip, same] = [Math.max(lengths[i + 1][j], lengths[i][j + 1]), lengths[i + 1][j + 1] + 1];
      lengths[i][j] = before[i] === after[j] ? same : skip;
    }
  }
  const from = new Array(after.length).fill(-1);
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    if (before[i] === after[j]) from[j++] = i++;
    else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++;
    else j++;
  }
  return from;
}

/** The weight that the asking word gave to a word before, or null. */
function formerWeight(stage, i, query = stage.query) {
  const { ghost } = stage;
  if (!ghost) return null;
  const [asked, about] = [ghost.from[query], ghost.from[i]];
  return asked >= 0 && about >= 0 ? row(ghost.steps.weights, asked)[about] : null;
}

/** The same on the common scales, as long as the same pair is traced. */
function formerFoot(stage, name, line) {
  const { ghost, query, key } = stage;
  const same = ghost && ghost.from[query] === ghost.query && ghost.from[key] === ghost.key;
  return same ? ghost.foot[name][line] : null;
}

/** Say what has changed for the traced pair. */
function tellChange(stage) {
  const { data, steps, query, key, ghost } = stage;
  if (guessing(stage)) return void (stage.changed.textContent = "");
  const before = formerWeight(stage, key);
  const now = percent(row(steps.weights, query)[key]);
  const changed = before !== null && (ghost.cause || percent(before) !== now);
  const values = { asks: data.words[query], key: data.words[key], now };
  stage.changed.textContent = changed
    ? filled(data.labels[ghost.cause ? "changed.number" : "changed"], {
        ...values,
        before: percent(before),
        cause: ghost.cause ?? "",
      })
    : "";
}

/** Draw a number that is typed or dragged beside the stage at once, before the server has it. */
function followEdit(stage, { table, row: i, column: j, value }) {
  const matrix = stage.layer[table];
  if (value === null || !matrix || i >= matrix.rows || j >= matrix.columns) return;
  const at = i * matrix.columns + j;
  if (matrix.at[at] === Math.fround(value)) return; // the server had it before the table
  const cell = `${table}[${i},${j}]`;
  if (stage.underHand?.cell !== cell) {
    remember(stage);
    stage.underHand = { cell, from: matrix.at[at] };
  }
  const { names } = stage.data;
  const named = `${names.tables[table]}[${names.rows[table][i]}, ${names.columns[table][j]}]`;
  stage.ghost.cause = `${named} ${short(stage.underHand.from)} → ${short(value)}`;
  matrix.at[at] = value;
  stage.steps = attend(stage.layer);
  stage.byHand = true;
  refresh(stage);
  tellPair(stage);
  tellChange(stage);
  refreshWhy(stage);
}

function short(value) {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}
