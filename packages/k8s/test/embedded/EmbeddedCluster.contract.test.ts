import { layerMemory } from "../../src/embedded/EmbeddedCluster.ts"
import { kubernetesClientContract } from "../KubernetesClientContract.ts"

kubernetesClientContract("EmbeddedCluster.layerMemory", layerMemory)
