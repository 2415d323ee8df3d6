// Words as buttons, shaded by weight. Words reach the page as text only, never as markup.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const strip = parentElement.querySelector(".strip");
  const colours = themeColours(parentElement, "sequential");
  strip.classList.toggle("running", data.running);
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", data.label);
  // Buttons stay the same while words change: one that is replaced loses its click, and the focus.
  while (strip.children.length > data.words.length) strip.lastElementChild.remove();
  while (strip.children.length < data.words.length) strip.append(emptyButton());
  data.words.forEach((word, position) => {
    const button = strip.children[position];
    const colour = shade(colours, word.weight);
    button.style.backgroundColor = `rgb(${colour})`;
    button.style.color = readable(colour);
    button.dataset.standing = word.standing;
    button.setAttribute("aria-pressed", String(position === data.asks));
    button.setAttribute("aria-label", word.description);
    button.title = word.description;
    button.querySelector(".word").textContent = word.text;
    button.querySelector(".share").textContent = word.share;
    button.onclick = () => setTriggerValue("asked", position);
  });
}

function emptyButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.append(line("word"), line("share"));
  return button;
}

function line(name) {
  const span = document.createElement("span");
  span.className = name;
  return span;
}
