import { assert, describe, it } from "@effect/vitest"
import { houseProblems, median, medians } from "../check/HouseRules.ts"

const sha512 = `sha512-${"A".repeat(86)}==`
const lines = (count: number) => "export {}\n".repeat(count)

describe("house rules", () => {
  it.each<{ name: string; path: string; text: string; problems: number }>([
    { name: "500 lines are enough", path: "packages/k8s/test/A.test.ts", text: lines(500), problems: 0 },
    { name: "501 are not", path: "packages/k8s/test/A.test.ts", text: lines(501), problems: 1 },
    { name: "other files may be longer", path: "docs/Reference.md", text: lines(501), problems: 0 },
    { name: "no index.ts", path: "packages/k8s/src/live/index.ts", text: "", problems: 1 },
    { name: "a word that ends in index", path: "packages/k8s/src/Reindex.ts", text: "", problems: 0 },
    { name: "no cast to any", path: "tools/A.ts", text: `const a = b ${"as"} any`, problems: 1 },
    { name: "no cast to never", path: "tools/A.ts", text: `const a = b ${"as"} never`, problems: 1 },
    { name: "no double cast", path: "tools/A.ts", text: `const a = b ${"as"} unknown as string`, problems: 1 },
    { name: "widening is honest", path: "tools/A.ts", text: "const a = b as unknown", problems: 0 },
    { name: "no silenced compiler", path: "tools/A.ts", text: `// @ts-${"ignore"}`, problems: 1 },
    { name: "no home folder", path: "README.md", text: `see /${"home"}/ada/orchestrator`, problems: 1 },
    { name: "no root's folder", path: ".ci/run", text: `cp /${"root"}/.npmrc .`, problems: 1 },
    { name: "no machine's folder", path: "docs/A.md", text: `in \`/${"work"}/main\``, problems: 1 },
    { name: "a pod's folders are no machine's", path: "docs/A.md", text: "/workspace/target-repo", problems: 0 },
    { name: "the image's user has a home", path: "docs/A.md", text: "/home/node/.claude", problems: 0 },
    { name: "a URL's path is not a folder", path: "docs/A.md", text: "https://host.example/work/x", problems: 0 },
    {
      name: "no registry in the lockfile",
      path: "package-lock.json",
      text: `{ "packages": { "node_modules/a": { "resolved": "https://r.example/a.tgz", "integrity": "${sha512}" } } }`,
      problems: 1
    },
    {
      name: "a workspace in the lockfile",
      path: "package-lock.json",
      text: `{ "packages": { "node_modules/a": { "resolved": "packages/a", "link": true } } }`,
      problems: 0
    },
    {
      name: "an optional package that the lockfile lacks",
      path: "package-lock.json",
      text:
        `{ "packages": { "x": { "optionalDependencies": { "b": "1", "c": "1" } }, "node_modules/c": { "integrity": "${sha512}" } } }`,
      problems: 1
    },
    {
      name: "an optional package below the one that names it",
      path: "package-lock.json",
      text:
        `{ "packages": { "x": { "optionalDependencies": { "b": "1" } }, "x/node_modules/b": { "integrity": "${sha512}" } } }`,
      problems: 0
    },
    { name: "a lockfile that is none", path: "package-lock.json", text: "<<<<<<<", problems: 1 }
  ])("$name", ({ path, problems, text }) => {
    assert.lengthOf(houseProblems([{ path, text }]), problems)
  })

  it("a package whose median file is long is named", () => {
    const sources = [10, 121, 300].map((count) => ({ path: `packages/k8s/src/A${count}.ts`, text: lines(count) }))
    assert.strictEqual(medians(sources).get("k8s"), 121)
    assert.lengthOf(houseProblems(sources), 1)
    assert.lengthOf(houseProblems(sources.slice(0, 2)), 0)
  })

  it.each([
    { sizes: [], middle: 0 },
    { sizes: [3], middle: 3 },
    { sizes: [9, 1, 5], middle: 5 },
    { sizes: [4, 1, 3, 2], middle: 2 },
    { sizes: [10, 9, 100], middle: 10 }
  ])("the median of $sizes is $middle", ({ middle, sizes }) => assert.strictEqual(median(sizes), middle))
})
