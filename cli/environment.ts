export * from "./workplace";
