import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { kubernetesClientContract } from "./KubernetesClientContract.ts"

kubernetesClientContract("EmbeddedCluster.layerMemory", layerMemory)
