// One head of attention as core.layer computes it, for numbers that are under a reader's hand.

/**
 * @typedef {object} Matrix Numbers row by row.
 * @property {number} rows
 * @property {number} columns
 * @property {Float64Array} at
 *
 * @typedef {object} Layer
 * @property {Matrix} x (word, d_model), without what an encoding adds.
 * @property {Matrix} w_q (d_model, d_k), like w_k.
 * @property {Matrix} w_k
 * @property {Matrix} w_v (d_model, d_v)
 * @property {Matrix | null} added (word, d_model): what an encoding adds to x.
 * @property {Matrix | null} cos (word, d_k / 2): how an encoding turns q and k, in pairs.
 * @property {Matrix | null} sin
 * @property {Matrix} bias (query, key): what is added to the scores, -Infinity where masked.
 * @property {number} scale What q·k is multiplied by.
 *
 * @typedef {object} Steps
 * @property {Matrix} q
 * @property {Matrix} k
 * @property {Matrix} v
 * @property {Matrix} scores (query, key): what softmax is taken of.
 * @property {Matrix} weights (query, key)
 * @property {Matrix} output (query, d_v)
 */

/** @returns {Matrix} From an array of float32 as the server packs it. */
function unpacked({ shape, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const at = Float64Array.from(new Float32Array(bytes.buffer));
  return { rows: shape[0], columns: shape[1], at };
}

/** @returns {Layer} */
function unpackedLayer(sent) {
  const matrices = Object.entries(sent).filter(([name]) => name !== "scale");
  const layer = Object.fromEntries(matrices.map(([name, it]) => [name, it && unpacked(it)]));
  return { ...layer, scale: sent.scale };
}

/** @returns {Steps} */
function attend(layer) {
  const x = layer.added ? plus(layer.x, layer.added) : layer.x;
  const turn = (it) => (layer.cos ? turned(it, layer.cos, layer.sin) : it);
  const q = turn(times(x, layer.w_q));
  const k = turn(times(x, layer.w_k));
  const v = times(x, layer.w_v);
  const scores = biased(q, k, layer.bias, layer.scale);
  const weights = softmax(scores);
  return { q, k, v, scores, weights, output: times(weights, v) };
}

function empty(rows, columns) {
  return { rows, columns, at: new Float64Array(rows * columns) };
}

function row(matrix, i) {
  return matrix.at.subarray(i * matrix.columns, (i + 1) * matrix.columns);
}

function plus(one, other) {
  return { ...one, at: one.at.map((value, i) => value + other.at[i]) };
}

function times(one, other) {
  const result = empty(one.rows, other.columns);
  for (let i = 0; i < one.rows; i++) {
    const [from, to] = [row(one, i), row(result, i)];
    for (let m = 0; m < one.columns; m++) {
      const [share, added] = [from[m], row(other, m)];
      if (share) for (let j = 0; j < to.length; j++) to[j] += share * added[j];
    }
  }
  return result;
}

function turned(matrix, cos, sin) {
  const result = empty(matrix.rows, matrix.columns);
  for (let i = 0; i < matrix.rows; i++) {
    const [from, to, c, s] = [row(matrix, i), row(result, i), row(cos, i), row(sin, i)];
    for (let pair = 0; pair < c.length; pair++) {
      const [even, odd] = [from[2 * pair], from[2 * pair + 1]];
      to[2 * pair] = even * c[pair] - odd * s[pair];
      to[2 * pair + 1] = even * s[pair] + odd * c[pair];
    }
  }
  return result;
}

function biased(q, k, bias, scale) {
  const result = empty(q.rows, k.rows);
  for (let i = 0; i < q.rows; i++) {
    const [asking, to, added] = [row(q, i), row(result, i), row(bias, i)];
    for (let j = 0; j < k.rows; j++) to[j] = scale * dot(asking, row(k, j)) + added[j];
  }
  return result;
}

function dot(one, other) {
  return one.reduce((sum, value, i) => sum + value * other[i], 0);
}

/** Row by row; one that may look at nothing gives zeros. */
function softmax(scores) {
  const result = empty(scores.rows, scores.columns);
  for (let i = 0; i < scores.rows; i++) row(result, i).set(shares(row(scores, i)));
  return result;
}

/** @param {Float64Array} scores */
function shares(scores) {
  const highest = Math.max(...scores);
  if (highest === -Infinity) return scores.map(() => 0);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
