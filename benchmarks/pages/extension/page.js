// Looks again and again at its page until it is drawn, then tells the background script when that was.

const EVERY_MS = 10;

const missing = (text) => {
  const app = document.querySelector("[data-testid=stApp]");
  if (app?.dataset.testScriptState !== "notRunning") return "the end of the app's script";
  if (document.querySelector("[data-testid=stSkeleton]") !== null) return "what a skeleton stands for";
  const figures = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
  if (!figures.every((figure) => figure.querySelector(".main-svg") !== null)) return "a figure";
  return document.body.innerText.includes(text) ? null : `the text "${text}"`;
};

chrome.runtime.sendMessage({ asks: true }, ({ number, text }) => {
  chrome.runtime.onMessage.addListener((_message, _sender, reply) => reply(missing(text)));
  const timer = setInterval(() => {
    if (missing(text) !== null) return;
    clearInterval(timer);
    chrome.runtime.sendMessage({ number, milliseconds: performance.now() });
  }, EVERY_MS);
});
