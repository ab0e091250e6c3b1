/** The ConfigMap of an attempt, as its Job names it: nobody knows the name before the Job is there, and the content is as told. */
import { filesText } from "@orchestrator/domain/AttemptFiles"
import { filesDigestVariable } from "@orchestrator/domain/PodEnvironment"
import { hash } from "node:crypto"
import { literal, type Variable } from "../kinds/Literal.ts"

export const filesDigest = (files: Readonly<Record<string, string>>): string => hash("sha256", filesText(files), "hex")

export const digestVariable = (digest: string): Variable => literal(filesDigestVariable, digest)
