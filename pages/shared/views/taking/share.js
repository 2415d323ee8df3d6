// The address bar follows the page; a button copies it. Nothing is added to the browser's history.
const EMBEDDING = /^embed(_options)?$/;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  followAddress(setTriggerValue);
  appearWhole();
  const { location, history } = window;
  const arrived = location.pathname + location.search;
  const here = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
  if (data.page === "" ? !data.others.includes(here) : here === data.page) {
    const kept = [...new URLSearchParams(location.search)].filter(([name]) => EMBEDDING.test(name));
    const query = new URLSearchParams([...Object.entries(data.parameters), ...kept]);
    if (`?${query}` !== location.search) {
      history.replaceState(history.state, "", `${location.pathname}?${query}`);
      keepColours();
    }
  }
  keepWhole(data, arrived, setTriggerValue);
  const button = parentElement.querySelector("button");
  button.textContent = data.copy;
  button.title = data.help;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = data.copied;
    } catch {
      button.textContent = data.failed;
    }
    setTimeout(() => (button.textContent = data.copy), 2500);
  };
}

// Charts name the gradients of their colour bars by the address at which they were drawn.
function keepColours() {
  for (const bar of document.querySelectorAll('[fill^="url("]:not([fill^="url(#"])')) {
    bar.setAttribute("fill", bar.getAttribute("fill").replace(/url\([^#]*#/, "url(#"));
  }
}
