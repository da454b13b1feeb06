"""Applies blueprints in the given order, and asks authentik whether they took. Runs inside authentik's own image.

Usage: apply.py SECONDS BLUEPRINT...; blueprints are named relative to /blueprints, and follow those that remove what is
declared no longer. Exit code 0 when all took, else 1 and authentik's own words.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile
import traceback

from existing import Refused, allowed, only_ways_in, other_certificates, take_over

FOLDER = os.path.dirname(os.path.abspath(__file__))

sys.path.insert(0, os.getcwd())

# One process for all that is applied: each start of authentik takes seconds.
import manage  # noqa: E402, F401 it sets authentik up
import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402


def refusal(blueprints):
    """What authentik says against these blueprints, or None when it took them all."""
    took, said = quietly(lambda: call_command("apply_blueprint", *blueprints))
    # authentik only warns of a secret whose file is missing, and goes on with an empty value.
    unread = [line for line in said.splitlines() if "Failed to read file" in line]
    return "\n".join(unread) or None if took else told(said)


def quietly(run):
    """Whether something ran to its end, and what it printed, also past Python's own streams."""
    with tempfile.TemporaryFile() as output:
        streams = [(stream, os.dup(stream)) for stream in (1, 2)]
        try:
            for stream, _ in streams:
                os.dup2(output.fileno(), stream)
            try:
                run()
                took = True
            except SystemExit as error:
                took = not error.code
            except Exception:
                traceback.print_exc()
                took = False
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            for stream, copy in streams:
                os.dup2(copy, stream)
                os.close(copy)
        output.seek(0)
        return took, output.read().decode(errors="replace")


def told(output):
    """What authentik printed, without what it logs however it goes: JSON, and the tasks that a blueprint sets off."""
    lines = output.strip().splitlines()
    return "\n".join(line for line in lines if not line.startswith("{") and ": Task enqueued: " not in line)


def refused(blueprints):
    """The first one that authentik does not take, which it does not say, and its words; None when it takes them now, as
    happens on a first boot, when its own tasks write the same objects."""
    tried = ((blueprint, refusal([blueprint])) for blueprint in blueprints)
    return next((found for found in tried if found[1] is not None), None)


def declared_before():
    """Names of the certificates that an earlier run declared: they are this stack's."""
    try:
        with open(f"{FOLDER}/names.json", encoding="utf-8") as file:
            return [name.removeprefix("certificate ") for name in json.load(file)]
    except FileNotFoundError:
        return []


def stopped(change, *given):
    """Whether something stands in the way of what existing.py does, which is told then."""
    try:
        problems = change(*given)
    except Refused as error:
        problems = [f"authentik {error}"]
    for problem in problems:
        print(problem, flush=True)
    return len(problems) > 0


def main(seconds, *declared):
    with open(f"{FOLDER}/existing.json", encoding="utf-8") as file:
        existing = json.load(file)
    if existing["applications"] or existing["certificates"]:
        known = allowed(existing)
        if not known:
            # The first one gives it the token.
            refusal(declared[:1])
            known = allowed(existing)
        if known and (stopped(other_certificates, existing, declared_before()) or stopped(take_over, existing)):
            return 1
    removing = sorted(glob.glob("authentik-stack/removed/*.yaml", root_dir="/blueprints"))
    blueprints = [*removing, *declared]
    probe = [sys.executable, f"{FOLDER}/probe.py", f"{FOLDER}/checks.json"]
    if refusal(blueprints) is not None and (found := refused(blueprints)) is not None:
        print("{1}\nauthentik refused {0}".format(*found), flush=True)
        # It names what it cannot find only by the place in the blueprint.
        subprocess.run([*probe, "0", "causes"], check=False)
        return 1
    if stopped(only_ways_in, existing):
        return 1
    os.execv(sys.executable, [*probe, seconds])


sys.exit(main(*sys.argv[1:]))
