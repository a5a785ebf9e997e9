// Bundles the editor into one file of the package, with the licences of what it holds beside it.
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { build } from "esbuild"

const OUT = "../../technic_scanner/ui/scan/editor"
const SOURCES = ["build.mjs", "package-lock.json", "package.json", "src/editor.js", "src/language.js"]

const digest = createHash("sha256")
for (const name of SOURCES) digest.update(readFileSync(name))

const result = await build({
  entryPoints: ["src/editor.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
  metafile: true,
  write: false,
})
const banner = `// sources: ${digest.digest("hex")}\n// licences: criteria_editor.LICENCES.txt\n`
writeFileSync(`${OUT}/criteria_editor.js`, banner + result.outputFiles[0].text)

const packages = new Set(
  Object.keys(result.metafile.inputs)
    .map((path) => path.match(/^node_modules\/((@[^/]+\/)?[^/]+)\//)?.[1])
    .filter(Boolean),
)
const texts = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}`
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`
})
writeFileSync(`${OUT}/criteria_editor.LICENCES.txt`, texts.join(`\n${"-".repeat(72)}\n\n`))
