// Let Lighthouse look at addresses, one after the other in one Chromium; print what it found of each as JSON.
// Called as: node lighthouse.mjs <folder of node_modules> <Chromium> <address>...
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [clients, chromePath, ...addresses] = process.argv.slice(2);
const { resolve } = createRequire(`${clients}/package.json`);
const load = (name) => import(pathToFileURL(resolve(name)));
const { default: lighthouse, desktopConfig } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

const CATEGORIES = ["accessibility", "best-practices"];
const config = {
  ...desktopConfig,
  settings: {
    ...desktopConfig.settings,
    onlyCategories: CATEGORIES,
    disableFullPageScreenshot: true,
    // Speed is not asked for, and our pages load nothing late.
    pauseAfterFcpMs: 0,
    pauseAfterLoadMs: 0,
    networkQuietThresholdMs: 100,
    cpuQuietThresholdMs: 100,
  },
};
// Nothing but this machine can be reached.
const ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

function failing(lhr, name) {
  const refs = lhr.categories[name].auditRefs.filter(({ id, weight }) => weight && (lhr.audits[id].score ?? 1) < 1);
  return refs.map(({ id }) => {
    const items = lhr.audits[id].details?.items ?? [];
    const where = items.map((one) => one.node?.snippet ?? one.description ?? one.url ?? "");
    return [id, ...where.slice(0, 3)].join(": ");
  });
}

const chromeFlags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", ALONE];
const chrome = await launch({ chromePath, chromeFlags });
const seen = {};
try {
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port: chrome.port, logLevel: "error" }, config);
    seen[address] = {
      scores: Object.fromEntries(CATEGORIES.map((name) => [name, lhr.categories[name].score])),
      // A page that was not loaded has no scores, but a reason.
      failing: lhr.runtimeError ? [lhr.runtimeError.message] : CATEGORIES.flatMap((name) => failing(lhr, name)),
    };
  }
} finally {
  chrome.kill();
}
console.log(JSON.stringify(seen));
