/** Loaded first by every npm script: an old Node would fail on the first .ts file, in words that help nobody. */
const major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  process.stderr.write(
    `This needs Node 24; found ${process.version} (${process.execPath}).\n` +
      "`npm ci` installs it for the scripts of this repository. After `npm ci --ignore-scripts`, run\n" +
      "`npm rebuild node dprint && npm run prepare`.\n"
  )
  process.exit(1)
}
