// A new page appears at once when its parts are there: Streamlit loads each when it is needed first.
const FRAMES_AT_REST = 3;

function appearWhole() {
  const app = document.querySelector(".stApp");
  if (!app || "whole" in app.dataset) return;
  const look = (rest) => {
    const still = !document.querySelector('[data-testid="stSkeleton"]');
    if (still && rest === FRAMES_AT_REST) app.dataset.whole = "";
    else requestAnimationFrame(() => look(still ? rest + 1 : 0));
  };
  look(0);
}
