/** Webhooks that come all at once: of a trigger, each twice as forges do that got no answer; of a forge, about nobody's work; and forged ones. */
import { signatureOf } from "@orchestrator/http/events/Signature"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Create } from "../chaos/Load.ts"
import type { Callers } from "./Callers.ts"

const secret = "not-a-real-secret-of-the-soak-0123456789"
const triggerCount = 10
/** Of each trigger in a storm. */
const each = 4
const aboutOthers = 60
const forged = 60

const nameOf = (index: number) => `storm-${index}`

/** Writes the signing secrets, and answers with the configuration of what is to come. */
export const stormConfig = (folder: string) => {
  mkdirSync(folder, { recursive: true })
  const names = Array.from({ length: triggerCount }, (_, index) => nameOf(index))
  for (const name of ["github", ...names]) writeFileSync(join(folder, `webhook.${name}`), `${secret}\n`)
  return {
    events: { folder },
    triggers: names.map((name) => ({
      name,
      webhook: true,
      key: "{{alert.id}}",
      run: {
        service: name,
        githubUser: "ada",
        repositoryUrl: "https://github.com/acme/api.git",
        prompt: "Look into this alert: {{alert.title}}",
        env: { SCRIPT: "deliver 400" }
      }
    }))
  }
}

const delivery = (path: string, payload: object, key = secret, event = "alert") => {
  const body = JSON.stringify(payload)
  return {
    path,
    body,
    headers: { "x-hub-signature-256": signatureOf(key, body), "x-github-event": event }
  }
}

/** A comment on a pull request that is of no run. */
const comment = (number: number) => ({
  action: "created",
  comment: { id: number, body: "Looks good to me.", user: { login: "octocat", type: "User" } },
  issue: {
    number,
    html_url: `https://github.com/acme/other/pull/${number}`,
    pull_request: { html_url: `https://github.com/acme/other/pull/${number}` },
    user: { login: "octocat", type: "User" }
  },
  repository: { full_name: "acme/other", html_url: "https://github.com/acme/other" },
  sender: { login: "octocat", type: "User" }
})

export const makeStorms = (callers: Callers) => {
  const runs = new Map<string, Create>()
  const problems: Array<string> = []

  const trigger = Effect.fnUntraced(function*(storm: number, index: number, number: number) {
    const id = `${storm}-${index}-${number}`
    const call = delivery(`/webhook/run/${nameOf(index)}`, { alert: { id, title: `Alert ${id}` } })
    const answers = yield* Effect.all([callers.ask(call), callers.ask(call)], { concurrency: 2 })
    const names = answers.flatMap(({ text }) => /"result":"run ([^"]+)"/.exec(text)?.[1] ?? [])
    if (new Set(names).size !== 1) problems.push(`two deliveries of ${id} made ${names.join(" and ") || "no run"}`)
    for (const name of names) {
      runs.set(name, {
        act: "create",
        name,
        run: "CodeRun",
        service: nameOf(index),
        githubUser: "ada",
        dependsOn: [],
        script: "deliver 400"
      })
    }
  })

  const about = (storm: number, number: number) =>
    callers.ask(delivery("/webhook/github", comment(storm * 1000 + number), secret, "issue_comment"))

  const forgery = Effect.fnUntraced(function*(number: number) {
    const call = delivery(`/webhook/run/${nameOf(0)}`, { alert: { id: `forged-${number}`, title: "x" } }, "not-it")
    const { status, text } = yield* callers.once(call)
    if (status >= 200 && status < 300) problems.push(`a forged delivery was taken: ${status} ${text}`)
  })

  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  const storm = (number: number) =>
    Effect.all([
      ...numbers(triggerCount).flatMap((index) => numbers(each).map((each) => trigger(number, index, each))),
      ...numbers(aboutOthers).map((each) => Effect.asVoid(about(number, each))),
      ...numbers(forged).map(forgery)
    ], { concurrency: 40, discard: true })
  return { storm, runs: runs as ReadonlyMap<string, Create>, problems: problems as ReadonlyArray<string> }
}
