/** The forges whose webhooks are answered: where, what proves who has sent one, and how it is read. */
import { bitbucketEvent } from "./BitbucketPayload.ts"
import type { ForgeEvent } from "./ForgeEvent.ts"
import { forgeEvent } from "./ForgePayload.ts"
import { gitLabEvent } from "./GitLabPayload.ts"
import { isSecret, isSigned } from "./Signature.ts"

type Headers = Readonly<Record<string, string | undefined>>

/** By which a sender shows that it knows the secret. */
export interface Proof {
  /** For people. */
  readonly expected: string
  readonly of: (headers: Headers) => string | undefined
  readonly holds: (secrets: ReadonlyArray<string>, body: Uint8Array, proof: string) => boolean
}

const signature = (header: string, of: Proof["of"]): Proof => ({
  expected: `the header ${header} with the HMAC SHA-256 of the body, by the secret of this webhook`,
  of,
  holds: isSigned
})

/** As GitHub signs, and whoever does so after it. */
export const usualProof = signature(
  "X-Hub-Signature-256",
  (headers) => headers["x-hub-signature-256"] ?? headers["x-gitea-signature"]
)

export interface WebhookForge {
  /** Its kind; of the file with its secrets what follows `webhook.`. */
  readonly name: string
  readonly path: `/webhook/${string}`
  readonly proof: Proof
  readonly read: (event: string, payload: unknown) => ForgeEvent | undefined
}

export const webhookForges: ReadonlyArray<WebhookForge> = [
  { name: "github", path: "/webhook/github", proof: usualProof, read: forgeEvent },
  { name: "gitea", path: "/webhook/gitea", proof: usualProof, read: forgeEvent },
  {
    name: "gitlab",
    path: "/webhook/gitlab",
    proof: {
      expected: "the header X-Gitlab-Token with the secret of this webhook",
      of: (headers) => headers["x-gitlab-token"],
      holds: (secrets, _body, proof) => isSecret(secrets, proof)
    },
    read: gitLabEvent
  },
  {
    name: "bitbucket-cloud",
    path: "/webhook/bitbucket-cloud",
    proof: signature("X-Hub-Signature", (headers) => headers["x-hub-signature"]),
    read: bitbucketEvent
  }
]

/** What a delivery is called by whoever sends it. */
export const deliveryOf = (headers: Headers) => ({
  event: headers["x-github-event"] ?? headers["x-gitea-event"] ?? headers["x-gitlab-event"] ?? headers["x-event-key"],
  id: headers["x-github-delivery"] ?? headers["x-gitea-delivery"] ?? headers["x-gitlab-event-uuid"] ??
    headers["x-request-uuid"]
})
