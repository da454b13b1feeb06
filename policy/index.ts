import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

/** `pulumi preview --policy-pack policy`; docs/policies.md says what each policy asks for. */
new PolicyPack("authentik-stack", { policies, enforcementLevel: "mandatory" });
