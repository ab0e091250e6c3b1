import { assert, describe, it } from "@effect/vitest"
import { taskPromptFile } from "@orchestrator/domain/PodEnvironment"
import { Result } from "effect"
import { CodeInputs } from "../src/kinds/CodeTemplates.ts"
import { DocsInputs } from "../src/kinds/DocsTemplates.ts"
import type { RunInputs } from "../src/kinds/RunTemplates.ts"
import { compileTemplates } from "../src/Renderer.ts"
import { runBash } from "./fixtures/Bash.ts"
import { defaultTemplates } from "./fixtures/DefaultTemplates.ts"
import { inEach, textPaths, withText } from "./fixtures/Leaves.ts"
import { payloads, withNul } from "./fixtures/Payloads.ts"
import { someCodeInputs, someDocsInputs } from "./fixtures/Runs.ts"

const kinds: ReadonlyArray<
  { readonly kind: string; readonly inputs: RunInputs; readonly paths: ReturnType<typeof textPaths> }
> = [
  {
    kind: "code",
    inputs: {
      ...someCodeInputs(),
      agent_tools_override: true,
      permissions: { allow: ["Bash"], deny: ["x"] },
      repositories: [{
        name: "library",
        url: "https://github.com/example/library",
        branch: "main",
        path: "/workspace/repositories/library"
      }]
    },
    paths: textPaths(CodeInputs)
  },
  {
    kind: "docs",
    inputs: { ...someDocsInputs(), agent_tools_override: true, permissions: { allow: ["Bash"], deny: ["x"] } },
    paths: textPaths(DocsInputs)
  }
]

const hostile = Object.entries(payloads)

/** The inputs with one text in every place. */
const everywhere = (inputs: RunInputs, paths: ReturnType<typeof textPaths>, text: string): RunInputs =>
  paths.reduce((now, path) => withText(now, path, text), inputs)

const rendererOf = (files: Readonly<Record<string, string>>) => Result.getOrThrow(compileTemplates("test", files))

describe.each(kinds)("the default files of a $kind run", ({ inputs, kind, paths }) => {
  const { render } = rendererOf(defaultTemplates)
  const benign = Result.getOrThrow(render(inputs))
  const cases = paths.flatMap((path) =>
    hostile.map(([name, text]) => ({ name: `${path.join(".")}: ${name}`, path, text }))
  )
  const rendered = cases.map(({ name, path, text }) => ({
    name,
    text,
    files: Result.getOrThrow(render(withText(inputs, path, text)))
  }))

  it("are tried with every payload in every text", () => {
    assert.isAbove(paths.length, kind === "code" ? 20 : 12)
    assert.strictEqual(rendered.length, paths.length * hostile.length)
  })

  it("have scripts without any value of the run", () => {
    const scripts = Object.keys(benign).filter((name) => name.endsWith(".sh"))
    assert.includeMembers(scripts, ["container.sh", "hooks-stop.sh"])
    for (const { files, name } of rendered) {
      for (const script of scripts) assert.strictEqual(files[script], benign[script], name)
    }
    const nul = Result.getOrThrow(render(everywhere(inputs, paths, withNul)))
    for (const script of scripts) assert.strictEqual(nul[script], benign[script])
  })

  it("have JSON with the same structure whatever the values", () => {
    const shapes = (files: Readonly<Record<string, string>>) =>
      Object.entries(files).filter(([name]) => name.endsWith(".json")).map((
        [name, text]
      ) => [name, keysIn(JSON.parse(text))])
    const want = shapes(benign)
    // An empty address, or a list of no tools, means that there is no server.
    const filled = rendered.filter(({ text }) => text.trim() !== "")
    assert.isAbove(filled.length, 300)
    for (const { files, name } of filled) assert.deepStrictEqual(shapes(files), want, name)
  })

  it("begin their prompt with a text of the template", () => {
    for (const { files, name } of rendered) assert.match(files["prompt.md"] ?? "", /^# [AIW]/, name)
  })

  it("refer to no file by @ and hold no control characters", () => {
    for (const { files, name } of rendered) {
      for (const [file, text] of Object.entries(files)) {
        // The requester's words are read as data, like any file of a repository.
        if (!file.endsWith(".md") || file === taskPromptFile) continue
        assert.notMatch(text, /(?:^|\s)@/, `${name} in ${file}`)
        // oxlint-disable-next-line no-control-regex
        assert.notMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e]/, `${name} in ${file}`)
      }
    }
  })
})

const keysIn = (value: unknown): unknown =>
  typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, field]) => [key, keysIn(field)])
    : typeof value

/** Commands that show a value in the places where bash itself expands it. */
const named = (place: string) => [
  `# {{${place}}} and {{{${place}}}}`,
  `show {{${place}}}`,
  `show "{{${place}}}"`,
  `show "a{{{${place}}}}z"`,
  `show '{{${place}}}'`,
  `show pre{{${place}}}post`,
  `if [[ "{{${place}}}" == {{${place}}} ]]; then show same; fi`,
  `case {{${place}}} in "{{${place}}}") show matched ;; esac`
]

/** The same where it starts a process for it; these take their time. */
const forking = (place: string) => [
  `v=$(printf '%s' {{${place}}}; printf x); show "\${v%x}"`,
  `v="$(printf '%s' "{{${place}}}"; printf x)"; show "\${v%x}"`,
  "cat <<EOF; printf '\\0'",
  `{{${place}}}`,
  "EOF"
]

const shown = (text: string, forked: boolean) => [
  ...[text, text, `a${text}z`, text, `pre${text}post`, "same", "matched"],
  ...(forked ? [text, text, `${text}\n`] : [])
]

describe.each(kinds)("scripts of users that name the inputs of a $kind run", ({ inputs, kind, paths }) => {
  const script = [
    "#!/usr/bin/env bash",
    "set -euo pipefail",
    "show() { printf '%s\\0' \"$1\"; }",
    ...paths.flatMap((path, index) => inEach(path, (place) => [...named(place), ...(index < 2 ? forking(place) : [])]))
  ].join("\n")
  const { render } = rendererOf({ ...defaultTemplates, [`${kind}/hooks/user.sh.hbs`]: script })

  it.each(hostile)("print exactly the value: %s", (_, text) => {
    const used = text.length > 10_000 ? paths.slice(0, 2) : paths
    const rendered = Result.getOrThrow(render(everywhere(inputs, used, text)))["hooks-user.sh"] ?? ""
    const { left, stderr, stdout } = runBash(rendered)
    const want = used.flatMap((_, index) => shown(text.toWellFormed(), index < 2))
    assert.isTrue(rendered.isWellFormed())
    assert.strictEqual(stderr, "")
    assert.deepStrictEqual(left, [])
    assert.deepStrictEqual(stdout.split("\0").slice(0, want.length), want)
  })

  it("keep their text the same for every value", () => {
    const body = (text: string) => {
      const rendered = Result.getOrThrow(render(everywhere(inputs, paths, text)))["hooks-user.sh"] ?? ""
      return rendered.slice(rendered.indexOf("\nset -euo pipefail\n"))
    }
    const want = body("benign")
    assert.isAbove(want.length, 1000)
    for (const [name, text] of hostile) assert.strictEqual(body(text.slice(0, 1000)), want, name)
  })

  it("are not written at all for a value with NUL, which is named", () => {
    const refused = render(withText(inputs, ["model"], withNul))
    assert.isTrue(Result.isFailure(refused))
    if (Result.isFailure(refused)) {
      assert.deepStrictEqual(refused.failure.problems.map(({ reason }) => reason), ["Unrepresentable"])
      assert.include(refused.failure.message, "model")
    }
  })
})
