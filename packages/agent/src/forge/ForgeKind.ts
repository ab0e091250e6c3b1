/** What is known of a forge before it is asked anything: its hosts, how its addresses are read, and what it can. Its adapter is loaded on demand. */
import type { ForgeHost } from "@orchestrator/domain/ForgeHosts"
import type { RemoteAddress } from "../pod/RemoteAddress.ts"
import type { RequestAppToken } from "./AppTokens.ts"
import type { ForgeAdapter, RepositoryName } from "./ForgeAdapter.ts"

/** An answer to somebody who has no token. */
export interface AnonymousAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** For people, one phrase each; absent: it has no such thing, or none that is used. */
export interface Abilities {
  /** Tokens that it takes, and what they need. */
  readonly tokens: string
  readonly draft?: string
  readonly labels?: string
  readonly reviewers?: string
  readonly teamReviewers?: string
  /** What is read of builds. */
  readonly checks?: string
  readonly issues?: string
  /** When the API's list of a Task Master project's tasks is read there: it takes files, and to be told who may push. */
  readonly projectTasks?: string
  /** When a repository has another name or place. */
  readonly renamed?: string
}

export interface ForgeKind {
  readonly id: Exclude<ForgeHost["kind"], "none">
  /** As people know it. */
  readonly name: string
  /** Public hosts of its own. */
  readonly hosts: ReadonlyArray<string>
  /** A domain of its own, below which each customer has a host. */
  readonly domain?: string
  /** Base URL of the API where nothing else is configured. */
  readonly apiOf: (host: string) => string
  /** Undefined where the path names no repository of such a forge. */
  readonly repositoryOf: (address: RemoteAddress, api: string) => RepositoryName | undefined
  /** What git gives as a user name beside a token; `user`: the Secret's. */
  readonly gitUser: (user: string | undefined) => string
  /** A page that it shows to everybody, and how its answer is recognized; absent: it has no hosts but its own. */
  readonly sign?: { readonly path: string; readonly fits: (answer: AnonymousAnswer) => boolean }
  /** Whether the user's token is first looked for in the Secret with the older name, which is this forge's. */
  readonly usesOldSecret?: boolean
  /** How an app gets tokens; absent: there are no apps. */
  readonly requestAppToken?: () => Promise<RequestAppToken>
  readonly abilities: Abilities
  readonly load: () => Promise<ForgeAdapter>
}

/** A forge, and where its API is. */
export interface KnownForge {
  readonly kind: ForgeKind
  readonly api: string
}
