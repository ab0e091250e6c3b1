/** Parameters that the endpoints of runs share. */
import { ObjectName } from "@orchestrator/domain/SpecText"
import { Schema, SchemaGetter } from "effect"

export const runName = {
  name: ObjectName.annotate({ description: "Name of the run", examples: ["payments-task-7-4f9c2"] })
}

/** `?follow`, `?follow=true`, `?follow=false`. */
export const Flag = Schema.Literals(["", "true", "false"]).pipe(
  Schema.decodeTo(Schema.Boolean, {
    decode: SchemaGetter.transform((text) => text !== "false"),
    encode: SchemaGetter.transform((flag) => flag ? "true" as const : "false" as const)
  })
)

export const pageFields = {
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 }))
      .annotate({ description: "Maximum number of runs per page, 1 to 500. Default 100" })
  ),
  continue: Schema.optionalKey(
    Schema.String.check(Schema.isBetweenLength(1, 2048)).annotate({
      description:
        "`continue` of the page before, with the same filters and the same `sort`. Of a list by name it expires after a few minutes"
    })
  )
}

export const idempotency = {
  "idempotency-key": Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^[\x21-\x7e]{1,255}$/u, { expected: "1 to 255 visible ASCII characters" })
    ).annotate({
      description:
        "Makes the request safe to retry: the same key with the same body returns the same run, with a different body 409. "
        + "It is valid for as long as the run exists"
    })
  )
}
