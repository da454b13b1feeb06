import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

/** `pulumi preview --policy-pack policy`; docs/policies.md describes each policy. */
new PolicyPack("authentik-stack", { policies, enforcementLevel: "mandatory" });
