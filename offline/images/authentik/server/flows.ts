import { randomUUID } from "node:crypto";
import { passwordMatches } from "../passwords";
import { textOf } from "../store";
import { since } from "../version";
import { callerOf, type Context } from "./context";
import { cookie, json, page, redirect, type Reply } from "./replies";
import { openSession, saveSession, sessionCookie, stageOf } from "./sessions";

const allow = "GET, POST, HEAD, OPTIONS";
const login = "default-authentication-flow";

/** The page in which a flow would run: there as soon as the flow is. */
export async function flowPage({ store }: Context, slug: string): Promise<Reply> {
    const flow = await store.first("authentik_flows.flow", { slug });
    if (flow === undefined) return page(404, "Not Found", "There is no such flow.");
    return page(200, textOf(flow, "title"), "The sign-in page of authentik would be here.");
}

/** Where a browser is sent to sign in, and from there back to `next`. */
export function loginRedirect(next: string, headers: Record<string, string | string[]> = {}): Reply {
    // Since 2025.12 without a detour over the flow that is the default. Source: authentik/policies/views.py, as recorded.
    const [, query = ""] = next.split("?");
    const to = since("2025.12")
        ? `/if/flow/${login}/?${query === "" ? "" : `${query}&`}${new URLSearchParams({ next }).toString()}`
        : `/flows/-/default/authentication/?next=${encodeURIComponent(next).replaceAll("%2F", "/")}`;
    return redirect(to, headers);
}

/** The API behind the page: identification, password, done. Enough to tell whether a password is accepted. */
export async function flowExecutor(context: Context, slug: string): Promise<Reply> {
    const { store, request } = context;
    const flow = await store.first("authentik_flows.flow", { slug });
    if (flow === undefined) return json(404, { detail: "No Flow matches the given query." }, allow);
    if (slug === "initial-setup") return initialSetup(context);
    const isOutposts = textOf(flow, "authentication") === "require_outpost" && (await asksOutpost(context));
    if (slug !== login && !isOutposts) return challenge(context, "ak-stage-access-denied", {});

    const session = await openSession(context);
    const itself = redirect(request.url, { allow, "set-cookie": [sessionCookie(context, session)] });
    if (request.method === "POST") {
        const { uid_field: name, password } = JSON.parse(request.body === "" ? "{}" : request.body) as {
            uid_field?: string;
            password?: string;
        };
        if (name !== undefined) {
            await saveSession(context, session, { stage: "password", pending: name });
            return itself;
        }
        const pending = textOf(session, "pending");
        const user =
            (await store.first("authentik_core.user", { username: pending })) ??
            (await store.first("authentik_core.user", { email: pending }));
        if (
            user === undefined ||
            user.data["is_active"] === false ||
            !passwordMatches(password ?? "", textOf(user, "password"))
        ) {
            const errors = { password: [{ string: "Invalid password", code: "invalid" }] };
            return challenge(context, "ak-stage-password", { pending_user: pending, response_errors: errors }, [
                sessionCookie(context, session),
            ]);
        }
        await saveSession(context, session, { stage: "login", signing: user.pk });
        return itself;
    }
    switch (stageOf(session)) {
        case "password":
            return challenge(context, "ak-stage-password", { pending_user: textOf(session, "pending") }, [
                sessionCookie(context, session),
            ]);
        case "login":
            await saveSession(context, session, { stage: "done", user: session.data["signing"] ?? null });
            return itself;
        case "done":
            return redirectChallenge(context, [
                cookie("authentik_device", randomUUID(), "Max-Age=2592000; Path=/; SameSite=Lax"),
                cookie("authentik_csrf", randomUUID(), "Max-Age=31449600; Path=/; SameSite=Lax"),
                sessionCookie(context, session),
            ]);
        default:
            return challenge(
                context,
                "ak-stage-identification",
                {
                    primary_action: "Log in",
                    user_fields: ["email", "username"],
                    password_fields: false,
                },
                [sessionCookie(context, session)],
            );
    }
}

/** An outpost says who it is beside the session of the user it asks for. */
async function asksOutpost({ store, request }: Context): Promise<boolean> {
    const token = request.headers["x-authentik-outpost-token"];
    return (await callerOf(store, String(token)))?.outpost !== undefined;
}

// Not recorded: as on the real server, setting the first password is open while akadmin has none.
async function initialSetup(context: Context): Promise<Reply> {
    const admin = await context.store.first("authentik_core.user", { username: "akadmin" });
    const open = admin !== undefined && textOf(admin, "password") === "!";
    return challenge(
        context,
        open ? "ak-stage-prompt" : "ak-stage-access-denied",
        open ? {} : { error_message: "Flow does not apply to current user." },
    );
}

function redirectChallenge({ request }: Context, cookies: string[]): Reply {
    const next = new URLSearchParams(request.query.get("query") ?? "").get("next") ?? "/";
    return flowReply({ component: "xak-flow-redirect", to: next }, cookies);
}

function challenge({ request }: Context, component: string, fields: object, cookies: string[] = []): Reply {
    const next = new URLSearchParams(request.query.get("query") ?? "").get("next");
    const leads = since("2025.12") && next !== null;
    const info = {
        title: "Welcome to authentik!",
        background: "/static/dist/assets/images/flow_background.jpg",
        cancel_url: `/flows/-/cancel/${leads ? `?${new URLSearchParams({ next }).toString()}` : ""}`,
        layout: "stacked",
    };
    return flowReply({ component, flow_info: info, ...fields }, cookies);
}

function flowReply(body: object, cookies: string[]): Reply {
    return {
        status: 200,
        headers: {
            "content-type": "application/json",
            allow,
            ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
        },
        body,
    };
}
