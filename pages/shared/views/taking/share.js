// The address bar follows the page; a button copies it. Nothing is added to the browser's history.
const EMBEDDING = /^embed(_options)?$/;
const FOLLOWED = "attentionLabFollowed";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  keepNotes(data.notes, setTriggerValue);
  followConnection();
  const { location, history } = window;
  const here = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
  if (data.page === "" ? !data.others.includes(here) : here === data.page) {
    const kept = [...new URLSearchParams(location.search)].filter(([name]) => EMBEDDING.test(name));
    const query = new URLSearchParams([...Object.entries(data.parameters), ...kept]);
    if (`?${query}` !== location.search) {
      history.replaceState(history.state, "", `${location.pathname}?${query}`);
      keepColours();
    }
  }
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

// A tab that was loaded with parameters tells every server those ones. When the server is gone,
// Streamlit is made to look at the bar again, so that the next one hears of the view that was left.
// It forgets what draws itself anew, then: a race that runs is asked for when there is a server.
function followConnection() {
  const app = document.querySelector("[data-test-connection-state]");
  const [loaded] = performance.getEntriesByType("navigation");
  if (!app || FOLLOWED in app.dataset || !loaded?.name.includes("?")) return;
  app.dataset[FOLLOWED] = "";
  const look = () => dispatchEvent(new PopStateEvent("popstate"));
  let live = false;
  new MutationObserver(([{ oldValue }]) => {
    if (oldValue === "CONNECTED") {
      live = document.querySelector('[class*="_stop_button"]') !== null;
      look();
    } else if (app.dataset.testConnectionState === "CONNECTED" && live) {
      look();
    }
  }).observe(app, { attributeFilter: ["data-test-connection-state"], attributeOldValue: true });
}

// Charts name the gradients of their colour bars by the address at which they were drawn.
function keepColours() {
  for (const bar of document.querySelectorAll('[fill^="url("]:not([fill^="url(#"])')) {
    bar.setAttribute("fill", bar.getAttribute("fill").replace(/url\([^#]*#/, "url(#"));
  }
}
