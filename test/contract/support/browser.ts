import { ask, Jar, type Answered } from "./http";

const executor = "/api/v3/flows/executor/default-authentication-flow/?query=";

/** A browser that follows nothing by itself, with one set of cookies. */
export class Browser {
    private readonly jar = new Jar();

    constructor(
        private readonly port: number,
        private readonly host: string,
        private readonly isSecure = false,
    ) {}

    /** A request with this browser's cookies, and the cookies of its answer kept. */
    async ask(
        path: string,
        options: { method?: string; headers?: Record<string, string>; body?: string | object | undefined } = {},
    ): Promise<Answered> {
        const headers = { host: this.host, ...options.headers, ...this.jar.header() };
        const answered = await ask(this.port, { path, ...options, headers, isSecure: this.isSecure });
        this.jar.keep(answered);
        return answered;
    }

    /** Signs in by user name and password; the last answer of the flow. */
    async signIn(username: string, password: string): Promise<Answered> {
        const headers = { accept: "application/json" };
        await this.ask(executor, { headers });
        await this.ask(executor, {
            method: "POST",
            headers,
            body: { component: "ak-stage-identification", uid_field: username },
        });
        const answered = await this.ask(executor, {
            method: "POST",
            headers,
            body: { component: "ak-stage-password", password },
        });
        if (answered.status !== 302) return answered;
        await this.ask(executor, { headers });
        return this.ask(executor, { headers });
    }
}
