// Asks the desk for one page after another, opens each in a new tab, and reports when the page's script saw it drawn.

const START_MS = 3000; // Chromium itself is still starting
const PAUSE_MS = 800; // the server puts away what it kept for the tab before

let job = null;
let tell = null;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

chrome.runtime.onMessage.addListener((message, _sender, reply) => {
  if (message.asks) reply(job);
  else if (message.number === job.number) tell(message.milliseconds);
});

// A page whose script does not answer has not even begun to load.
const missingIn = (tab) => chrome.tabs.sendMessage(tab.id, {}).catch(() => "the server's answer");

const open = async () => {
  const drawn = new Promise((resolve) => { tell = resolve; });
  const tab = await chrome.tabs.create({ url: job.url, active: true });
  const milliseconds = await Promise.race([drawn, sleep(job.patience_ms).then(() => null)]);
  const missing = milliseconds === null ? await missingIn(tab) : null;
  await chrome.tabs.remove(tab.id);
  return { number: job.number, milliseconds, missing };
};

const work = async () => {
  const { url } = await (await fetch(chrome.runtime.getURL("desk.json"))).json();
  await sleep(START_MS);
  for (;;) {
    job = await (await fetch(url)).json();
    const report = await open();
    await sleep(PAUSE_MS);
    await fetch(url, { method: "POST", body: JSON.stringify(report) });
  }
};

work();
