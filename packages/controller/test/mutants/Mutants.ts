/** Every mutant. */
import { act } from "./lists/Act.ts"
import { agent } from "./lists/Agent.ts"
import { decide } from "./lists/Decide.ts"
import { follow } from "./lists/Follow.ts"
import { lead } from "./lists/Lead.ts"
import { line } from "./lists/Line.ts"
import { shards } from "./lists/Shards.ts"
import type { Mutant } from "./Mutant.ts"

export const mutants: ReadonlyArray<Mutant> = [...decide, ...act, ...line, ...follow, ...lead, ...shards, ...agent]
