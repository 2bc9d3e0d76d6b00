// node look.mjs PAGE FOLDER: axe-core over a page in Chromium as it is seen at each width, light, dark and in print.
// Writes a picture of each view and findings.json into FOLDER. CHROMIUM names the browser; run it where node_modules is.
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { launch } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const axe = require.resolve("axe-core");
const [page, folder] = process.argv.slice(2);

const views = [];
for (const width of [1280, 375, 320])
  for (const scheme of ["light", "dark"]) views.push({ width, scheme, media: "screen" });
// What is printed is laid out by the paper's width: A4 at 96 dots an inch.
for (const scheme of ["light", "dark"]) views.push({ width: 794, scheme, media: "print" });

const browser = await launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const findings = [];
for (const { width, scheme, media } of views) {
  const view = `${media}-${width}-${scheme}`;
  const tab = await browser.newPage();
  await tab.setViewport({ width, height: 900 });
  await tab.emulateMediaType(media);
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await tab.goto(pathToFileURL(page).href);
  await tab.screenshot({ path: join(folder, `${view}.png`) });
  // What is folded is read too: every part of the page is opened before axe looks.
  await tab.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
  await tab.addScriptTag({ path: axe });
  const { violations, incomplete, passes } = await tab.evaluate(() => axe.run());
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  findings.push({
    view,
    passed: passes.length,
    unsure: incomplete.map((rule) => `${rule.id} (${rule.nodes.length})`),
    sideways: Math.max(0, wide),
    violations: violations.map((rule) => ({
      rule: rule.id,
      help: rule.help,
      where: rule.nodes.map((node) => node.target.join(" ")),
    })),
  });
  await tab.close();
}
await browser.close();
writeFileSync(join(folder, "findings.json"), JSON.stringify(findings, null, 2));
