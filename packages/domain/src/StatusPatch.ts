/**
 * A change of a status: fields that are named get the value, or go where it is undefined; the others stay. DocsRun's status is a part of
 * CodeRun's, so one type serves both.
 */
import type { CodeRunStatus } from "./CodeRun.ts"

export type StatusPatch = { readonly [Field in keyof CodeRunStatus]?: CodeRunStatus[Field] | undefined }

type NoOther<Fields> = { readonly [Field in Exclude<keyof Fields, keyof StatusPatch>]: never }

/** The fields, checked: a name that no status has does not compile, also where it comes out of a spread. */
export const statusPatch = <Fields extends StatusPatch>(fields: Fields & NoOther<Fields>): StatusPatch => fields
