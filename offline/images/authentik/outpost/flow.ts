import { display } from "../log";
import type { Fields } from "../store";
import type { Credentials } from "./connection";

/** A user who passed a flow, as the server knows them by the session. */
export interface SignedIn {
    cookie: string;
}

/** Runs a flow with a name and a password, as outposts do that have no browser; nothing where it does not let the user in. */
export async function passFlow(
    { host, token }: Credentials,
    slug: string,
    name: string,
    password: string,
): Promise<SignedIn | undefined> {
    let cookie = "";
    const ask = async (answer?: object): Promise<Fields> => {
        const response = await fetch(`${host}/api/v3/flows/executor/${slug}/?query=`, {
            method: answer === undefined ? "GET" : "POST",
            redirect: "manual",
            headers: { accept: "application/json", cookie, "x-authentik-outpost-token": token },
            ...(answer && { body: JSON.stringify(answer) }),
            signal: AbortSignal.timeout(10_000),
        });
        const session = response.headers.getSetCookie().find((one) => one.startsWith("authentik_session="));
        cookie = session?.split(";")[0] ?? cookie;
        if (response.status === 302) return ask();
        return response.status === 200 ? ((await response.json()) as Fields) : {};
    };
    const answers: Record<string, object> = {
        "ak-stage-identification": { uid_field: name },
        "ak-stage-password": { password },
    };
    let challenge = await ask();
    for (;;) {
        const component = display(challenge["component"]);
        if (component === "xak-flow-redirect") return { cookie };
        const answer = answers[component];
        if (answer === undefined || challenge["response_errors"] !== undefined) return undefined;
        challenge = await ask(answer);
    }
}

/** What the server says of a user's access to an application behind an outpost. */
export async function accessOf(
    { host }: Credentials,
    { cookie }: SignedIn,
    kind: "ldap" | "radius",
    provider: { pk: number; application_slug: string },
): Promise<{ access: { passing: boolean }; has_search_permission?: boolean }> {
    const path = `outposts/${kind}/${provider.pk}/check_access/?app_slug=${provider.application_slug}`;
    const response = await fetch(`${host}/api/v3/${path}`, {
        headers: { cookie },
        signal: AbortSignal.timeout(10_000),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${response.statusText}`);
    return (await response.json()) as { access: { passing: boolean }; has_search_permission?: boolean };
}
