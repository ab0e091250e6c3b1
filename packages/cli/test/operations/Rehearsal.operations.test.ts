/**
 * Ten troubles in a running installation, each found by five commands at most, by somebody who may look and change nothing. docs/on-call.md is
 * what they printed: `npm run test:operations -- Rehearsal -u` writes it anew.
 */
import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { stringify } from "yaml"
import { testAlerts } from "../../../../tools/operations/Promtool.ts"
import { stretched } from "../../../../tools/operations/Recording.ts"
import { eventually } from "../cluster/Eventually.ts"
import { admin } from "../cluster/World.ts"
import { makeInstallation, onCall } from "./rehearsal/Installation.ts"
import { bucketServer, modelApi } from "./rehearsal/Outside.ts"
import { pageOf, type Shown, type Told, withoutOutputs } from "./rehearsal/Transcript.ts"
import { doctor, type Trouble, troubles, type World } from "./rehearsal/Troubles.ts"

const root = join(import.meta.dirname, "../../../..")
const page = join(root, "docs/on-call.md")

/** As `npm run format` leaves it. */
const formatted = (text: string): string =>
  execFileSync(join(root, "node_modules/.bin/dprint"), ["fmt", "--stdin", page], {
    cwd: root,
    input: text,
    encoding: "utf8"
  })

const mostCommands = 5

const before =
  `<!-- Written by \`npm run test:operations -- Rehearsal -u\`: commands and outputs are those of a rehearsal. -->

# On call

Something woke you. Each section is a trouble that was made in a running installation, on a real control plane, and found by somebody who had
nothing but the alert and these commands. First always the same one: \`${doctor}\` shows what is amiss, with what to do next; the page
System of the web page has the same findings.
`

const after =
  `Words that differ each time are in capitals (TIME, AGE, ID), and blanks between columns are fewer. The findings \`leader\`, \`webhooks\`, \`server clock\`
and \`requests\` are those of the replica that answers.

## What you need

The command line, \`kubectl\`, and the address of the server (\`ORCHESTRATOR_SERVER\`) with a token (\`ORCHESTRATOR_TOKEN\`), or the right to use the
Service's proxy. Nothing here changes anything, and none of it needs a Secret: what you may not look at, \`doctor\` says. In the
rehearsal the person on call had Kubernetes' own role \`view\` in the namespace, and these:

\`\`\`yaml
${stringify(onCall.flatMap((object) => "rules" in object ? [{ kind: object.kind, rules: object.rules }] : [])).trim()}
\`\`\`

An installation in which all is well, as that person sees it:`

const meet = Effect.fnUntraced(
  function*(
    world: World,
    { alerts, begin, cause, commands, lastsMinutes = 20, mayFire = [], mend, symptom, title }: Trouble
  ) {
    assert.isAtMost(commands.length, mostCommands)
    const calm = yield* world.metrics
    yield* begin(world)
    const troubled = yield* world.metrics
    const shown: Array<Shown> = []
    for (const { command, says } of commands) {
      shown.push(
        yield* eventually(
          `${title}: ${command} to say ${says.map(String).join(", ")}`,
          world.type(command),
          ({ output }) => says.every((pattern) => pattern.test(output)),
          20
        )
      )
    }
    const recording = stretched(calm, troubled, lastsMinutes)
    const { ok, words } = testAlerts(recording, alerts)
    assert.isTrue(ok || testAlerts(recording, [...alerts, ...mayFire]).ok, `${title}: ${words}`)
    return { title, symptom, alerts, shown, cause, mend } satisfies Told
  }
)

layer(admin, { excludeTestServices: true, timeout: "8 minutes" })("a night on call", (it) => {
  it.effect(
    "each of ten troubles is found from alerts, doctor and Events within five commands, and the page says how",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const model = yield* Effect.acquireRelease(Effect.promise(modelApi), ({ close }) => Effect.sync(close))
        const bucket = yield* Effect.acquireRelease(Effect.promise(bucketServer), ({ close }) => Effect.sync(close))
        const installed = yield* makeInstallation({ model, bucket: bucket.url })
        const world: World = { ...installed, model, bucket }
        yield* world.create("first", "first")
        yield* world.until("first", "Succeeded")
        // What a young API server refuses is no part of the page.
        yield* world.restart
        const calm = yield* world.metrics
        const healthy = [yield* world.type("orchestrator doctor --context production")]
        assert.notMatch(healthy[0]?.output ?? "", /^fail/m)
        const { ok, words } = testAlerts(stretched(calm, yield* world.metrics, 60), [])
        assert.isTrue(ok, words)

        const told: Array<Told> = []
        const problems: Array<string> = []
        for (const trouble of troubles) {
          const began = performance.now()
          const met = yield* Effect.exit(Effect.scoped(meet(world, trouble)))
          if (Exit.isSuccess(met)) told.push(met.value)
          else problems.push(`${trouble.title}: ${Cause.pretty(met.cause)}`)
          const mended = yield* Effect.exit(trouble.end(world))
          if (Exit.isFailure(mended)) problems.push(`the end of ${trouble.title}: ${Cause.pretty(mended.cause)}`)
          const seconds = Math.round((performance.now() - began) / 1000)
          yield* Effect.logInfo(
            `${trouble.title}: ${seconds} s${problems.length === 0 ? "" : `\n${problems.join("\n")}`}`
          )
        }
        assert.deepStrictEqual(problems, [], world.log().slice(-4000))
        const text = formatted(pageOf({ before, after, healthy, told }))
        if (expect.getState().snapshotState["_updateSnapshot"] === "all") writeFileSync(page, text)
        // Each output has said what it must; its other words may come in another order.
        assert.strictEqual(withoutOutputs(readFileSync(page, "utf8")), withoutOutputs(text))
      })),
    900_000
  )
})
