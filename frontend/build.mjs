// Builds what pages load: one style sheet (Sass, then Lightning CSS for older browsers) and a bundle for each script.
// node build.mjs OUT, beside node_modules.
import {copyFileSync, mkdirSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {build} from "esbuild";
import {transform} from "lightningcss";
import {compile, Logger} from "sass";

const out = process.argv[2];
const version = major => major << 16;
const targets = {chrome: version(88), firefox: version(85), safari: version(15)};

mkdirSync(out, {recursive: true});
const sheet = compile("styles/site.scss", {loadPaths: ["node_modules"], logger: Logger.silent, style: "expanded"});
const made = transform({filename: "site.css", code: Buffer.from(sheet.css), minify: true, targets});
writeFileSync(join(out, "site.css"), made.code);
await build({
  entryPoints: readdirSync("scripts").filter(name => name.endsWith(".js")).map(name => join("scripts", name)),
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome88", "firefox85", "safari15"],
  legalComments: "none",
  logLevel: "warning",
});
copyFileSync("node_modules/htmx.org/dist/htmx.min.js", join(out, "htmx.min.js"));
