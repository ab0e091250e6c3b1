/** The payloads of Bitbucket Cloud's webhooks. An event that nothing follows from is undefined. */
import { PullRequestUrl } from "@orchestrator/domain/Reported"
import { Schema } from "effect"
import type { ForgeEvent } from "./ForgeEvent.ts"
import { Commit, Id, isCommand, placeAt, read, Ref } from "./PayloadParts.ts"

const Page = <S extends Schema.Constraint>(href: S) => Schema.Struct({ html: Schema.Struct({ href }) })

const readBase = read(Schema.Struct({
  actor: Schema.Struct({
    type: Schema.optionalKey(Schema.String),
    /** Apps have none. */
    nickname: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u)))
  }),
  repository: Schema.Struct({
    full_name: Schema.String.check(Schema.isPattern(/^[\w.-]{1,100}\/[\w.-]{1,100}$/)),
    links: Page(Schema.String)
  })
}))

const End = Schema.Struct({
  branch: Schema.Struct({ name: Ref }),
  repository: Schema.optionalKey(Schema.NullOr(Schema.Struct({ full_name: Schema.String })))
})

const readPullRequest = read(Schema.Struct({
  pullrequest: Schema.Struct({ id: Id, links: Page(PullRequestUrl), source: End, destination: End })
}))

const readComment = read(Schema.Struct({
  comment: Schema.Struct({ id: Id, content: Schema.Struct({ raw: Schema.String }) })
}))

const readStatus = read(Schema.Struct({
  commit_status: Schema.Struct({
    state: Schema.String,
    links: Schema.Struct({ commit: Schema.Struct({ href: Schema.String }) })
  })
}))
const isCommit = Schema.is(Commit)

/** One of a fork's branch is about nothing of ours. */
const ownPullRequest = (payload: unknown) => {
  const pull = readPullRequest(payload)?.pullrequest
  const source = pull?.source.repository?.full_name
  return source === undefined || source !== pull?.destination.repository?.full_name ? undefined : pull
}

export const bitbucketEvent = (event: string, payload: unknown): ForgeEvent | undefined => {
  const base = readBase(payload)
  const place = base === undefined ? undefined : placeAt(base.repository.links.html.href, base.repository.full_name)
  if (base === undefined || place === undefined) return undefined
  if (/^repo:commit_status_(?:created|updated)$/.test(event)) {
    const { links, state } = readStatus(payload)?.commit_status ?? {}
    const commit = links?.commit.href.split("/").at(-1) ?? ""
    return state === "INPROGRESS" || !isCommit(commit) ? undefined : { ...place, tag: "Checks", commit }
  }
  const pull = ownPullRequest(payload)
  if (pull === undefined) return undefined
  const { id: number, links: { html: { href: url } }, source: { branch: { name: branch } } } = pull
  if (/^pullrequest:(?:created|updated|fulfilled|rejected)$/.test(event)) {
    return { ...place, tag: "PullRequest", number, url, branch }
  }
  const { nickname: author, type = "user" } = base.actor
  // Programs write too: whoever obeys them may obey itself.
  if (author === undefined || type !== "user") return undefined
  if (event === "pullrequest:changes_request_created") return { ...place, tag: "Review", number, url, author }
  if (event !== "pullrequest:comment_created") return undefined
  const { content: { raw: text = "" } = {}, id } = readComment(payload)?.comment ?? {}
  return id === undefined || !isCommand(text) ? undefined : { ...place, tag: "Comment", number, url, id, author, text }
}
