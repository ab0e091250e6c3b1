import { assert, describe, it } from "@effect/vitest"
import { negotiate } from "../../src/wire/Negotiation.ts"

describe("negotiate", () => {
  it.each([
    { name: "no header", accept: undefined, want: {} },
    { name: "anything", accept: "*/*", want: {} },
    { name: "JSON", accept: "application/json", want: {} },
    { name: "protobuf, else JSON", accept: "application/vnd.kubernetes.protobuf,application/json", want: {} },
    { name: "protobuf only", accept: "application/vnd.kubernetes.protobuf", want: undefined },
    {
      name: "a table, as kubectl asks",
      accept:
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
      want: { as: "Table", version: "v1" }
    },
    {
      name: "an unknown version of a table, else metadata",
      accept:
        "application/json;as=Table;v=v9;g=meta.k8s.io,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
      want: { as: "PartialObjectMetadata", version: "v1" }
    },
    {
      name: "aggregated discovery",
      accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
      want: { as: "APIGroupDiscoveryList", version: "v2" }
    }
  ])("$name", ({ accept, want }) => {
    assert.deepStrictEqual(negotiate(accept), want)
  })
})
