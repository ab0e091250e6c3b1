/** What is kept of an attempt after its pod is gone, and where: one function makes every path. */
import { Schema } from "effect"
import { type AttemptKey, attemptText } from "./Retry.ts"
import { rule } from "./SpecText.ts"

export const evidenceFiles = ["log.txt", "transcript.jsonl", "result.json", "diff.patch"] as const
export type EvidenceFile = typeof evidenceFiles[number]

export interface EvidenceOf {
  readonly namespace: string
  /** UID of the run: one that is made again under the same name has another. */
  readonly uid: string
  readonly attempt: AttemptKey
}

/** Names in a path: nothing that leads elsewhere. */
const segment = (text: string): string => text.replace(/[^A-Za-z0-9-]/g, "_") || "_"

/** `<namespace>/<uid>/<attempt>`, below whatever prefix. */
export const evidenceFolder = ({ attempt, namespace, uid }: EvidenceOf, prefix = ""): string =>
  [...prefix.split("/").filter((part) => part !== ""), segment(namespace), segment(uid), attemptText(attempt)].join("/")

const httpUrl = Schema.String.check(
  rule(
    "an http or https URL without credentials and query",
    (text) => /^https?:\/\/[^/\s@?#]+(?:\/[^\s?#]*)?$/.test(text)
  )
)

/** An S3-compatible bucket, as requests find it. */
export const BucketPlace = Schema.Struct({
  endpoint: httpUrl,
  name: Schema.String.check(
    rule("the name of a bucket", (text) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text))
  ),
  region: Schema.String.check(rule("the name of a region", (text) => /^[a-z0-9-]{1,64}$/.test(text))),
  /** Whether the bucket is the first part of the path; else of the host's name. */
  pathStyle: Schema.Boolean
})
export type BucketPlace = typeof BucketPlace.Type

/** Names of the files of a bucket's key, and the keys of its Secret that are mounted under them. */
export const bucketKeyFiles = {
  "evidence-access-key-id": "AWS_ACCESS_KEY_ID",
  "evidence-secret-access-key": "AWS_SECRET_ACCESS_KEY"
} as const

/** What the message of a run says of an attempt whose broker could not put its evidence where it stays; before the cause. */
export const evidenceNotKept = "Its evidence was not kept"

/** Where a broker has the folder of its attempt, where a volume is configured. */
export const evidenceMount = "/var/lib/orchestrator/evidence"
