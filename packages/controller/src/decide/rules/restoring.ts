import type { Rule } from "../Rule.ts"
import type { NotStarted, Unreadable } from "../Stage.ts"

/** A run that is restored from a backup is left alone until its status is there, which says what it had come to. */
export const restoring: Rule<NotStarted | Unreadable> = ({ run }) => run.restoring ? [] : undefined
