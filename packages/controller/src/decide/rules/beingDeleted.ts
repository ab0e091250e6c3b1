import { release } from "../ReleaseJob.ts"
import type { Rule } from "../Rule.ts"
import type { Gone } from "../Stage.ts"

/** Nothing is started for a run that goes; its Jobs are let go once Kubernetes has marked them for deletion. */
export const beingDeleted: Rule<Gone> = ({ marked }) => marked.map((job) => release(job, undefined))
