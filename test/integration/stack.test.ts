// These share one running stack: one process runs them, in this order.
import "./stack/01-up";
import "./stack/02-unchanged";
import "./stack/02-commands";
import "./stack/03-change";
import "./stack/04-heal";
import "./stack/05-data";
import "./stack/06-blueprint";
import "./stack/07-images";
import "./stack/08-ports";
import "./stack/09-hardening";
import "./stack/10-secrets";
import "./stack/11-environments";
import "./stack/12-shared-databases";
import "./stack/13-moving";
