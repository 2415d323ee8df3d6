// Predict, then see: the reader draws the bars of the asking word before the true ones appear.

function predict(stage) {
  if (stage.guess && !stage.guess.shown) return reveal(stage);
  const n = stage.data.words.length;
  closePanel(stage);
  stage.guess = { bars: new Array(n).fill(1 / n), query: stage.query, shown: false };
  stage.ghost = null;
  rest(stage);
  refresh(stage);
  tellChange(stage);
  stage.said.textContent = filled(stage.data.labels["predict.how"], { asks: stage.data.words[stage.query] });
}

/** Give a word a share; the others keep their proportions, and all of them make one whole. */
function draw(stage, word, share) {
  const { bars } = stage.guess;
  const wanted = bars.length > 1 ? Math.max(0, Math.min(1, share)) : 1;
  const rest = bars.reduce((sum, bar, i) => (i === word ? sum : sum + bar), 0);
  const each = rest ? (1 - wanted) / rest : (1 - wanted) / (bars.length - 1);
  stage.guess.bars = bars.map((bar, i) => (i === word ? wanted : rest ? bar * each : each));
  drawBoard(stage);
}

function guessing(stage) {
  return Boolean(stage.guess) && !stage.guess.shown;
}

/** Show the true bars over the drawn ones, and say how far they are apart. */
function reveal(stage) {
  const { data, guess, query } = stage;
  guess.shown = true;
  const weights = Array.from(row(stage.steps.weights, query));
  const gaps = weights.map((weight, i) => Math.abs(weight - guess.bars[i]));
  const worst = gaps.indexOf(Math.max(...gaps));
  refresh(stage);
  stage.said.textContent = filled(data.labels["predict.told"], {
    overlap: percent(1 - gaps.reduce((sum, gap) => sum + gap, 0) / 2),
    word: data.words[worst],
    drawn: percent(guess.bars[worst]),
    weight: percent(weights[worst]),
  });
}

function endPrediction(stage) {
  stage.guess = null;
}
