/** Loaded first by every npm script: an old Node would fail on the first .ts file, in words that help nobody. */
const major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  process.stderr.write(
    `This needs Node 24; found ${process.version} (${process.execPath}).\n` +
      "`npm ci` installs it for the scripts of this repository on Linux (x64, arm64) and Windows (x64); elsewhere install it yourself.\n" +
      "After `npm ci --ignore-scripts`, run `npm rebuild dprint && npm run prepare`.\n"
  )
  process.exit(1)
}
