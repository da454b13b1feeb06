import { version } from "../version";

/** What admin/version/ says. */
export const versions = {
    version_current: version,
    version_latest: version,
    version_latest_valid: true,
    build_hash: "",
    outdated: false,
    outpost_outdated: false,
};

/** What root/config/ says, to anybody. */
export const rootConfig = {
    error_reporting: {
        enabled: false,
        sentry_dsn: "",
        environment: "customer",
        send_pii: false,
        traces_sample_rate: 0.1,
    },
    capabilities: ["can_save_media", "can_impersonate", "is_enterprise"],
    cache_timeout: 300,
    cache_timeout_flows: 300,
    cache_timeout_policies: 300,
    cache_timeout_reputation: 0,
};
