import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Browser } from "./support/browser";
import { eventually, start } from "./support/containers";
import { statusOf } from "./support/http";
import { Stack } from "./support/stack";

// The way that was proven on the real outpost: what goes into the advanced tab of a reverse proxy.
const site = `server {
  listen 8080;
  resolver 127.0.0.11;
  absolute_redirect off;
  proxy_buffers 8 16k; proxy_buffer_size 32k;
  location / {
    auth_request     /outpost.goauthentik.io/auth/nginx;
    error_page       401 = @authentik_start;
    auth_request_set $ak_cookie $upstream_http_set_cookie;
    add_header       Set-Cookie $ak_cookie;
    auth_request_set $ak_user   $upstream_http_x_authentik_username;
    proxy_set_header X-authentik-username $ak_user;
    proxy_set_header Host $http_host;
    proxy_pass http://app:8000;
  }
  location /outpost.goauthentik.io {
    proxy_pass http://outpost-b:9000/outpost.goauthentik.io;
    proxy_set_header Host $http_host;
    proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
    proxy_pass_request_body off; proxy_set_header Content-Length "";
  }
  location @authentik_start {
    internal;
    add_header Set-Cookie $ak_cookie;
    set_escape_uri $rd $scheme://$http_host$request_uri;
    return 302 /outpost.goauthentik.io/start?rd=$rd;
  }
}
`;

describe("forward auth through a real nginx", function () {
    this.timeout(120_000);
    const stack = new Stack();
    let port: number;

    before(async () => {
        await stack.open();
        writeFileSync(join(stack.bed.folder, "site.conf"), site);
        const nginx = await start("nginx", {
            image: stack.bed.images.nginx,
            mounts: [`${join(stack.bed.folder, "site.conf")}:/etc/nginx/conf.d/site.conf`],
            capabilities: ["CHOWN", "SETGID", "SETUID"],
            tmpfs: ["/run", "/var/lib/nginx", "/tmp"],
            ports: [8080],
        });
        port = await nginx.port(8080);
        await eventually("nginx", 20, async () => (await statusOf(port, "/")) === 302);
    });

    after(() => stack.bed.close());

    it("leads a stranger to the sign-in and back to exactly what was asked for", async () => {
        const alice = new Browser(stack.ports["server"] ?? 0, "auth.test:19000");
        await alice.signIn("alice", stack.bed.secrets.alice_password);
        const visitor = new Browser(port, "app-b.test:18080");
        const path = ({ headers }: { headers: { location?: string | undefined } }) =>
            (headers.location ?? "").replace(/^http:\/\/[^/]+/, "");

        const refused = await visitor.ask("/deep?x=1&y=2", { headers: { "x-authentik-username": "forged" } });
        expect(refused.status).to.equal(302);
        const started = await visitor.ask(path(refused));
        expect(started.headers.location).to.match(/^http:\/\/auth\.test:19000\/application\/o\/authorize\//);
        const authorized = await alice.ask(path(started));
        const returned = await visitor.ask(path(authorized));
        expect(path(returned)).to.equal("/deep?x=1&y=2");
        const { status, body } = await visitor.ask(path(returned), { headers: { "x-authentik-username": "forged" } });
        expect(status).to.equal(200);
        expect(JSON.parse(body)).to.have.nested.property("headers.x-authentik-username", "alice");
    });
});
