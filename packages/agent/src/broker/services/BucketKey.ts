/** The key of an S3-compatible bucket. */
import type { Redacted } from "effect"

export interface BucketKey {
  readonly accessKeyId: string
  readonly secretAccessKey: Redacted.Redacted
}
