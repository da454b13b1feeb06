import type * as pulumi from "@pulumi/pulumi";

/** A PostgreSQL database and the role that owns it. */
export interface PostgresConnection {
    host: pulumi.Input<string>;
    port: pulumi.Input<number>;
    database: pulumi.Input<string>;
    user: pulumi.Input<string>;
    /** Secret. */
    password: pulumi.Output<string>;
    /** TLS mode, as PostgreSQL's libpq names it. */
    sslMode: pulumi.Input<string>;
    /** CA that must have signed the server's certificate, as PEM. Default: that is not checked. */
    caCertificate?: pulumi.Input<string>;
    /** Certificate to log in with, as PEM. Default: none. */
    clientCertificate?: pulumi.Input<string>;
    /** Private key of the client certificate, as PEM. Secret. */
    clientKey?: pulumi.Output<string>;
    /** Changes when the server behind it is another: what was written to the old one is then written again. */
    revision: pulumi.Input<string>;
    /** Resources to wait for. */
    dependsOn: pulumi.Resource[];
}

/** A Redis server. */
export interface RedisConnection {
    host: pulumi.Input<string>;
    port: pulumi.Input<number>;
    /** Redis user. Default: Redis's own default user. */
    user?: pulumi.Input<string>;
    /** Number of the Redis database, 0 to 15. */
    index: pulumi.Input<number>;
    /** Secret. */
    password: pulumi.Output<string>;
    tls: boolean;
    /** CA that must have signed the server's certificate, as PEM. Default: that is not checked. */
    caCertificate?: pulumi.Input<string>;
    /** Resources to wait for. */
    dependsOn: pulumi.Resource[];
}
