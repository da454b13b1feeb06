"""What exists in authentik already and was not made by this stack: what it takes over, what it must not, and the bindings
that it removes.
Runs inside authentik's own image; its input is that of existing.ts.

Blueprints can do neither: they find an object by what they write of it, and delete only what they name. Each line that
begins with `warning: ` says what was changed.
"""

import hashlib
import http.client
import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """An answer of authentik that is no success."""


class Api:
    """authentik's API, asked again for a while when it does not answer."""

    def __init__(self, server, token):
        self.base = f"{server}/api/v3/"
        self.token = token

    def __call__(self, method, path, body=None, seconds=60):
        deadline = time.monotonic() + seconds
        with open(self.token, encoding="utf-8") as file:
            headers = {"Authorization": "Bearer " + file.read().strip(), "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        while True:
            request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=15) as response:
                    answer = response.read()
                    return json.loads(answer) if answer else None
            except urllib.error.HTTPError as error:
                said = f"answered {error.code} to {method} {path}: {error.read(500).decode(errors='replace').strip()}"
                if error.code < 500 or time.monotonic() > deadline:
                    raise Refused(said) from error
            # Where the server restarts, an answer may be cut short.
            except (OSError, http.client.HTTPException, ValueError) as error:
                if time.monotonic() > deadline:
                    raise Refused(f"gave no answer to {method} {path} ({error})") from error
            time.sleep(1)

    def all(self, path, **query):
        """Every object of a list, which is read to its end."""
        found, page = [], 1
        while page > 0:
            query.update(page=page, page_size=100)
            answer = self("GET", f"{path}/?{urllib.parse.urlencode(query)}")
            found += answer["results"]
            following = answer["pagination"]["next"]
            page = following if following > page else 0
        return found


def allowed(existing):
    """Whether the token is one that authentik knows: on a first installation, or with a new one, not yet."""
    try:
        Api(existing["server"], existing["token"])("GET", "core/users/me/")
        return True
    except Refused:
        return False


def other_certificates(existing, own):
    """The certificates that would lose their keys to those of the same name that are declared: they are others, and their
    names are not among those of certificates that this stack made."""
    api = Api(existing["server"], existing["token"])
    problems = []
    for one in existing["certificates"]:
        name = one["name"]
        found = [] if name in own else api.all("crypto/certificatekeypairs", name=name, include_details="true")
        if any(fingerprint(one["certificate"]) != (held["fingerprint_sha256"] or "").replace(":", "") for held in found):
            problems.append(
                f"authentik has another certificate {name}, which no finished update of this stack made, and its key would be lost: "
                "rename or delete it in authentik, or choose another name in certificates"
            )
    return problems


def fingerprint(pem):
    """Of the first certificate in a file, in authentik's own notation without colons."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    first = begin + pem.split(begin, 1)[1].split(end, 1)[0] + end
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()


def take_over(existing, api=None):
    """Gives the providers and applications that exist under another name the one under which blueprints find them, and
    returns what stands in the way."""
    api = api or Api(existing["server"], existing["token"])
    wanted = existing["applications"]
    applications = api.all("core/applications", superuser_full_list="true")
    lists = {one["list"]: api.all(one["list"]) for one in wanted}
    own = {(one["list"], one["slug"]) for one in wanted}
    problems = []
    for one in wanted:
        slug, providers = one["slug"], lists[one["list"]]
        taken = next((provider for provider in providers if provider["name"] == slug), None)
        client = next((found for found in providers if found.get("client_id", "") == one.get("clientId")), None)
        provider = client or next((found for found in providers if found["pk"] in attached(applications, slug)), None)
        if provider is None or (one["list"], provider["name"]) in own:
            continue
        called = f"the provider {provider['name']} (number {provider['pk']})"
        holder = next((found for found in applications if provider["pk"] in providers_of(found)), None)
        if taken is not None or not may_hold(holder, slug, applications, wanted):
            if client is not None:
                holding = "" if holder is None else f" of the application {holder['slug']}"
                other = f"a provider {slug}" if taken is not None else f"an application {slug}"
                problems.append(
                    f"{called}{holding} has the client id {one['clientId']}, and there is {other} as well: "
                    "delete the one of them that nobody needs in authentik"
                )
            continue
        before = provider.get("client_id")
        client_changes = "clientId" in one and before != one["clientId"]
        api("PATCH", f"{one['list']}/{provider['pk']}/", {"name": slug})
        more = ""
        if client_changes:
            more = f"; its client id {before} becomes {one['clientId']}, unless provider.clientId names it"
        print(f"warning: {called} is taken over for the application {slug}{more}", flush=True)
        provider["name"] = slug
        if holder is not None and holder["slug"] != slug:
            api("PATCH", f"core/applications/{holder['slug']}/", {"slug": slug})
            moved = f"the application {holder['slug']} is taken over as {slug}, with the address of its issuer"
            print(f"warning: {moved}", flush=True)
            holder["slug"] = slug
    return problems


def providers_of(application):
    return [application.get("provider"), *application.get("backchannel_providers", [])]


def attached(applications, slug):
    """Numbers of the providers of an application."""
    return [pk for found in applications if found["slug"] == slug for pk in providers_of(found) if pk is not None]


def may_hold(holder, slug, applications, wanted):
    """Whether the application that has the provider is the one of this slug, or may become it."""
    if holder is None or holder["slug"] == slug:
        return True
    slugs = [found["slug"] for found in applications]
    return slug not in slugs and holder["slug"] not in [one["slug"] for one in wanted]


def only_ways_in(existing):
    """Removes the bindings that are not in the configuration where it says who may enter, and returns which of its own are
    missing."""
    if not existing["applications"]:
        return []
    api = Api(existing["server"], existing["token"])
    problems = []
    for called, others, missing in ways_in(existing, api):
        for binding in others:
            api("DELETE", f"policies/bindings/{binding['pk']}/")
            print(f"warning: removed the {described(binding)} from the {called}", flush=True)
        problems += [f"{' '.join(way)} is not bound to the {called}" for way in missing]
    return problems


def other_ways_in(existing):
    """The bindings that `only_ways_in` would remove."""
    found = ways_in(existing, Api(existing["server"], existing["token"]))
    return [f"{described(binding)} at the {called} (not declared)" for called, others, _ in found for binding in others]


def ways_in(existing, api):
    """For each that the configuration says who may enter: its name, the bindings beside those declared, and the ways that
    are missing."""
    owned = [one for one in existing["applications"] if "access" in one or one["entitlements"]]
    if not owned:
        return
    slugs = {found["slug"]: found["pk"] for found in api.all("core/applications", superuser_full_list="true")}
    bindings = api.all("policies/bindings")
    for one in owned:
        called = f"application {one['slug']}"
        if "access" in one:
            yield called, *compared(bindings, slugs.get(one["slug"]), one["access"])
        if one["entitlements"]:
            found = api.all("core/application_entitlements", app=slugs.get(one["slug"]))
            keys = {entitlement["name"]: entitlement["pbm_uuid"] for entitlement in found}
            for name, ways in one["entitlements"].items():
                yield f"entitlement {name} of {called}", *compared(bindings, keys.get(name), ways)


def compared(bindings, target, ways):
    """The bindings of a target beside one for each of the ways, and the ways without one."""
    missing, others = [tuple(way) for way in ways], []
    for binding in bindings:
        if binding["target"] != target:
            continue
        way = way_of(binding)
        if way in missing and binding["enabled"] and not binding["negate"]:
            missing.remove(way)
        else:
            others.append(binding)
    return others, missing


def described(binding):
    extra = [word for word, holds in (("negated", binding["negate"]), ("disabled", not binding["enabled"])) if holds]
    more = "".join(f", {word}" for word in extra)
    return f"binding of {' '.join(way_of(binding))} (order {binding['order']}{more})"


def way_of(binding):
    """Kind and name of whom or what a binding lets in."""
    for kind, field in (("policy", "name"), ("group", "name"), ("user", "username")):
        if binding.get(f"{kind}_obj"):
            return (kind, binding[f"{kind}_obj"][field])
    return ("nobody", "")


def tell(found, mark, existing):
    """Prints the verdict of a comparison, with the bindings that blueprints do not see."""
    if existing["applications"] and allowed(existing):
        found = [*found, *other_ways_in(existing)]
    print(f"differs {'; '.join(dict.fromkeys(found))}" if found else f"same {mark}")
