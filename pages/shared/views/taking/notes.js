// The tab's own notes outlive the server; a session that does not know them is told them once.
// "aside" leaves no trace: it is in the page's memory alone, and gone when that is loaded anew.
const NOTES = "attention-lab";
const STATE = "data-test-connection-state";
const SOON = 50; // milliseconds

function keepNotes(notes, tell) {
  if (!notes) return;
  try {
    const tab = (window[NOTES] ??= watched({}));
    tab.tell = tell;
    tab.own ??= JSON.parse(sessionStorage.getItem(NOTES)) ?? { digest: "" };
    const { own } = tab;
    if (words(own) && own.session !== notes.session) {
      keep(tab, { ...own, session: notes.session });
      if (!tab.handed) whenSettled(() => handBack(tab, own));
    } else if (notes.text !== null) {
      keep(tab, notes);
    } else if (own.digest !== notes.digest) {
      keep(tab, own); // else it would be missing again
      tell("missing", true);
    }
    tab.handed = false;
  } catch {
    // a browser that keeps nothing
  }
}

function keep(tab, own) {
  tab.own = own;
  const { aside, ...lasting } = own;
  if (own.text) sessionStorage.setItem(NOTES, JSON.stringify(lasting));
  else sessionStorage.removeItem(NOTES);
}

const words = (own) => own.aside || own.text;
const handBack = (tab, own, more) =>
  tab.tell("held", { session: own.session, text: words(own), ...more });

// Who comes back may have come to a server that knows nothing: it is told before all else, and of
// the address that holds now; Streamlit, left alone, tells the one with which the page was loaded.
function watched(tab) {
  const app = document.querySelector(`[${STATE}]`);
  let away = false;
  new MutationObserver(() => {
    const here = app.getAttribute(STATE) === "CONNECTED";
    if (!here) {
      dispatchEvent(new PopStateEvent("popstate"));
    } else if (away) {
      tab.handed = true;
      handBack(tab, tab.own, { query: location.search.slice(1) });
    }
    away = !here;
  }).observe(app, { attributeFilter: [STATE] });
  return tab;
}

// Before a run is over and drawn, widgets would tell what they held before it.
function whenSettled(act) {
  const settled = document.querySelector('[data-test-script-state="notRunning"]');
  setTimeout(settled ? act : () => whenSettled(act), SOON);
}
