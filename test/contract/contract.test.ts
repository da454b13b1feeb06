// These use the same names in Docker: one process runs them, one after the other.
import "./blueprints";
import "./data-services";
import "./failures";
import "./forward-auth";
import "./outposts";
import "./process";
import "./replay";
import "./tls";
import "./websocket";
