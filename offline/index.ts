/**
 * Everything in this folder that the command line calls. The command line loads it if `offline/package.json` exists, and works
 * without it as long as container registries and Pulumi's downloads can be reached.
 *
 * @example
 * const { buildStandInImages } = await import("./offline/index.ts");
 * const images = await buildStandInImages(console.log);
 */
export {
    buildLaterPostgresImage,
    buildResticImage,
    buildStandInImages,
    standInImages,
    type StandInImages,
} from "./images/build";
export { buildGatewayImage } from "./gateway/build";
export { buildToolchain, findToolchain, type Place, type Toolchain } from "./toolchain/build";
