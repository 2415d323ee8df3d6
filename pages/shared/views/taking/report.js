// A button that saves the report: the server writes it, the pictures are the page's own charts.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => setTriggerValue("asked", true);
  if (data.file === null || button.dataset.saved === String(data.run)) return;
  button.dataset.saved = data.run; // the same data may come again
  keep(withPictures(data.file), "text/html", data.name);
}

function withPictures(file) {
  const page = new DOMParser().parseFromString(file, "text/html");
  const place = page.getElementById("pictures");
  let heading = "";
  for (const it of document.querySelectorAll(`[data-testid="stMain"] :is(h2, h3, ${CHART})`)) {
    if (!it.matches(CHART)) {
      heading = it.textContent;
    } else if (it.querySelector(DRAWN)) {
      if (heading) place.append(element(page, "h3", {}, heading));
      heading = "";
      place.append(figure(page, it));
    }
  }
  if (!place.querySelector("figure")) place.remove();
  return `<!doctype html>\n${page.documentElement.outerHTML}\n`;
}

// As an image a drawing keeps its names, such as those of its colours, for itself.
function figure(page, chart) {
  const [name, src] = [named(chart), `data:image/svg+xml,${encodeURIComponent(drawing(chart))}`];
  const whole = element(page, "figure");
  whole.append(element(page, "img", { alt: name, src }), element(page, "figcaption", {}, titled(chart)));
  return whole;
}

function element(page, kind, attributes = {}, words = "") {
  const made = page.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = words;
  return made;
}
