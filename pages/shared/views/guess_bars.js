// Bars that are drawn by hand, then the true ones over them. Words reach the page as text only.
export default function (component) {
  const { data, parentElement } = component;
  const box = parentElement.querySelector(".guess");
  const guess = (box.guess ??= { bars: null, hides: false });
  const about = JSON.stringify([data.asks, data.words, data.weights]);
  // Whoever still draws begins anew with another word: its true bars stay out of sight, too.
  if (guess.about !== about) guess.bars = guess.hides ? even(data.words) : null;
  const [button, said, title, rows] = box.children;
  Object.assign(guess, { data, about, button, said, title, rows, host: parentElement.host });
  guess.colours = themeColours(parentElement, "sequential");
  button.type = "button";
  button.onclick = () => press(guess);
  while (rows.children.length > data.words.length) rows.lastElementChild.remove();
  while (rows.children.length < data.words.length) rows.append(slider(guess, rows.children.length));
  drawRows(guess);
}

const even = (words) => words.map(() => 1 / words.length);

function press(guess) {
  guess.hides = !guess.hides;
  if (guess.hides) guess.bars = even(guess.data.words);
  drawRows(guess);
  if (guess.hides) guess.rows.firstElementChild.focus({ preventScroll: true });
}

function drawRows({ data, bars, hides, host, button, said, title, rows, colours }) {
  const { labels, words, weights } = data;
  host.toggleAttribute("data-guesses", hides); // what else tells the weights is out of sight
  button.textContent = hides ? labels.show : labels.start;
  said.textContent = hides ? labels.how : bars ? compared(data, bars) : "";
  title.textContent = labels.title;
  title.hidden = rows.hidden = !bars;
  rows.setAttribute("aria-label", labels.title);
  if (!bars) return;
  words.forEach((word, i) => {
    const row = rows.children[i];
    const [name, track, share] = row.children;
    const [filling, ghost] = track.children;
    const value = hides ? bars[i] : weights[i];
    name.textContent = row.title = word;
    filling.style.width = `${100 * value}%`;
    filling.style.background = hides ? "" : `rgb(${shade(colours, 0.25 + 0.65 * value)})`;
    ghost.style.width = `${100 * bars[i]}%`;
    ghost.hidden = hides;
    share.textContent = percent(value);
    row.setAttribute("aria-label", word);
    row.setAttribute("aria-valuenow", Math.round(100 * value));
    row.setAttribute("aria-valuetext", percent(value));
    row.setAttribute("aria-readonly", !hides);
  });
}

/** How far the drawn bars and the true ones are apart, in words. */
function compared({ labels, words, weights }, bars) {
  const gaps = weights.map((weight, i) => Math.abs(weight - bars[i]));
  const worst = gaps.indexOf(Math.max(...gaps));
  const values = {
    overlap: percent(1 - gaps.reduce((sum, gap) => sum + gap, 0) / 2),
    word: `\u2068${words[worst]}\u2069`,
    drawn: percent(bars[worst]),
    weight: percent(weights[worst]),
  };
  return labels.told.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Give a word a share; the others keep their proportions, and all of them make one whole. */
function give(guess, word, share) {
  const { bars } = guess;
  if (!guess.hides || bars.length === 1) return;
  const wanted = Math.max(0, Math.min(1, share));
  const rest = bars.reduce((sum, bar, i) => (i === word ? sum : sum + bar), 0);
  const each = (1 - wanted) / (bars.length - 1);
  const others = (bar) => (rest ? (bar * (1 - wanted)) / rest : each);
  guess.bars = bars.map((bar, i) => (i === word ? wanted : others(bar)));
  drawRows(guess);
}

function slider(guess, word) {
  const row = document.createElement("div");
  row.innerHTML = '<bdi></bdi><span class="track"><i></i><i></i></span><span class="share"></span>';
  const fixed = { role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 100 };
  Object.entries(fixed).forEach(([name, value]) => row.setAttribute(name, value));
  let before = null;
  const drag = (event) => {
    const { left, width } = row.children[1].getBoundingClientRect();
    if (event.buttons) give(guess, word, (event.clientX - left) / width);
  };
  row.onpointerdown = (event) => {
    before = guess.bars;
    row.setPointerCapture(event.pointerId);
    drag(event);
  };
  row.onpointermove = drag;
  row.onpointercancel = () => { // a finger that scrolls the page has drawn nothing
    guess.bars = before;
    drawRows(guess);
  };
  row.onkeydown = (event) => {
    const next = { ArrowUp: row.previousSibling, ArrowDown: row.nextSibling };
    const now = guess.bars[word];
    const shares = { ArrowLeft: now - 0.05, ArrowRight: now + 0.05, Home: 0, End: 1 };
    if (event.key in shares) give(guess, word, shares[event.key]);
    else if (next[event.key]) next[event.key].focus();
    else return;
    event.preventDefault();
  };
  return row;
}
