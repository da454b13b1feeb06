"""Asks authentik until every check holds, or the time is over. Runs inside authentik's own image.

Usage: probe.py CHECKS.json SECONDS [causes]; the checks are those of checks.ts, with `causes` only those that explain why
authentik refuses a blueprint. Exit code 0 when all hold, else 1 and a line for each that does not. Lines that begin with
`warning: ` are of those that are only advice.
"""

import http.client
import json
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request

import devices

# How many seconds an application gets, that may come later than the outpost in front of it.
patience = 5
late = f"there was no answer within {patience} seconds"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Https(urllib.request.HTTPSHandler):
    """Asks what a check says, and checks certificates unless it says otherwise."""

    def __init__(self, check):
        super().__init__(context=ssl._create_unverified_context() if check.get("isInsecure") else None)
        self.at = check.get("at")

    def https_open(self, request):
        def connection(host, **options):
            made = http.client.HTTPSConnection(host, **options)
            if self.at is not None:
                made._create_connection = lambda address, *rest: socket.create_connection((self.at, address[1]), *rest)
            return made

        return self.do_open(connection, request, context=self._context)


def answered(check, url, headers, timeout):
    """Status and body of the answer; of an application, whose first page may never end, no body."""
    handlers = [urllib.request.HTTPCookieProcessor()] if check.get("follows") else [NoRedirect]
    handlers.append(Https(check))
    request = urllib.request.Request(url, headers={"Accept": "application/json, text/html", **headers})
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as response:
            return response.status, b"" if check.get("isAdvice") else response.read()
    except urllib.error.HTTPError as error:
        return error.code, b"" if check.get("isAdvice") or error.fp is None else error.fp.read(1000)


def advice(check, found):
    """Adds what a person should look at."""
    try:
        answered(check, check["url"], {}, patience)
        return
    except (OSError, http.client.HTTPException) as error:
        cause = getattr(error, "reason", error)
    reasons = {
        socket.gaierror: "nothing has that name on the networks of the stack",
        ConnectionRefusedError: "nothing listens on that port",
        ssl.SSLCertVerificationError: f"its certificate is not accepted: {getattr(cause, 'verify_message', '')}",
        TimeoutError: late,
    }
    reason = next((text for kind, text in reasons.items() if isinstance(cause, kind)), str(cause))
    found.append(reason)


def advices(checks):
    """Asks all of them at once, and none for longer than the others."""
    asked = [(check, found := [], threading.Thread(target=advice, args=(check, found), daemon=True)) for check in checks]
    for _, _, thread in asked:
        thread.start()
    deadline = time.monotonic() + patience + 1
    for check, found, thread in asked:
        thread.join(max(0, deadline - time.monotonic()))
        for reason in [late] if thread.is_alive() else found:
            print(f"warning: {check['name']} at {check['url']}: {reason}", flush=True)


def contains(actual, wanted):
    """True when every part of wanted is found in actual; lists are compared in any order."""
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(contains(actual.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(actual, list) and len(actual) == len(wanted) and all(
            any(contains(item, value) for item in actual) for value in wanted
        )
    return actual == wanted


def holds(result, check):
    """True when an object is the one that the check asks for."""
    return contains(result, check["result"]) and all(result.get(field) for field in check.get("filled", []))


def ask(check, url):
    """Status and body of what is answered, or a text that says why there is nothing."""
    headers = {"Host": check["host"]} if "host" in check else {}
    if "token" in check:
        with open(check["token"], encoding="utf-8") as file:
            headers["Authorization"] = "Bearer " + file.read().strip()
    try:
        return answered(check, url, headers, 15)
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({error})"


def problem(check, answers, page=1):
    """What keeps a check from holding, or None. Of a list, that is asked of one page after the other. What several checks
    ask is asked once: with many applications the lists are long."""
    if "asks" in check:
        return getattr(devices, check["asks"])(check)
    url = check["url"] if page == 1 else f"{check['url']}{'&' if '?' in check['url'] else '?'}page={page}"
    key = (url, check.get("host"), check.get("token"))
    if key not in answers:
        answers[key] = ask(check, url)
    if isinstance(answers[key], str):
        return answers[key]
    status, body = answers[key]
    if status != check["status"]:
        return f"answered {status} instead of {check['status']}: {body[:200].decode(errors='replace').strip()}"
    if "result" in check:
        try:
            answer = json.loads(body)
            if any(holds(result, check) for result in answer["results"]):
                return None
            following = answer.get("pagination", {}).get("next", 0)
        except (ValueError, LookupError, TypeError, AttributeError):
            return f"answered no list: {body[:200].decode(errors='replace').strip()}"
        if following > page:
            return problem(check, answers, following)
        filled = "".join(f" with {field}" for field in check.get("filled", []))
        return f"does not say {json.dumps(check['result'])}{filled}"
    return None


def main(path, seconds, causes=""):
    deadline = time.monotonic() + float(seconds)
    with open(path, encoding="utf-8") as file:
        checks = [check for check in json.load(file) if causes == "" or check.get("isCause")]
    pending = [check for check in checks if not check.get("isAdvice")]
    while True:
        answers = {}
        problems = [(check, found) for check in pending if (found := problem(check, answers)) is not None]
        if not problems:
            break
        if time.monotonic() > deadline:
            for check, found in problems:
                print(f"{check['name']}: {found} ({check['url']})")
            return 1
        pending = [check for check, _ in problems]
        # What a device asks is an event of authentik each time.
        time.sleep(5 if any("asks" in check for check in pending) else 1)
    advices([check for check in checks if check.get("isAdvice")])
    return 0


sys.exit(main(*sys.argv[1:]))
