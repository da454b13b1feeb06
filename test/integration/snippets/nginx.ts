import { forwardAuthSnippets, type ProtectedApplication } from "../../../authentik/snippets";

/** An nginx with one host for each mode, and one as Nginx Proxy Manager writes it around its tab "Advanced". */
export function nginxConfiguration(outpost: string, app: string): string {
    const snippets = (slug: string, type: ProtectedApplication["type"], host: string) =>
        forwardAuthSnippets(
            { slug, name: slug, type, externalHost: `http://${host}:18080`, upstream: app },
            { outpost: "ak-outpost", internalUrl: outpost },
            "http://auth.snip.test:19000",
        );
    const { hostname, port } = new URL(app);
    const servers = [
        // The first one also gets what is for no host.
        server("single.snip.test", snippets("single", "forward_single", "single.snip.test").nginx),
        server(
            "npm.snip.test",
            `set $forward_scheme http; set $server "${hostname}"; set $port ${port}; resolver 127.0.0.11;
             ${snippets("npm", "forward_single", "npm.snip.test").npm}`,
        ),
        server("*.d.snip.test", snippets("domain", "forward_domain", "login.d.snip.test").nginx),
        server("proxied.snip.test", snippets("proxied", "proxy", "proxied.snip.test").nginx),
    ];
    return `include /etc/nginx/modules-enabled/*.conf;
events {}
http {
${servers.join("\n")}
}
`;
}

function server(name: string, content: string): string {
    return `server {\nlisten 80;\nserver_name ${name};\n${content}}`;
}
