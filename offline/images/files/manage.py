"""Where a script loads authentik to compare blueprints with what it holds, the stand-in does that instead."""

import json
import os
import subprocess
import sys

if os.path.basename(sys.argv[0]) == "compare.py":
    from existing import Api, allowed, take_over, tell

    class Dry(Api):
        def __call__(self, method, *words, **more):
            return super().__call__(method, *words, **more) if method == "GET" else None

    with open(sys.argv[1], encoding="utf-8") as file:
        existing = json.load(file)
    told = subprocess.run(["ak", "compare", *sys.argv[2:]], stdout=subprocess.PIPE, text=True, check=True).stdout
    verdict, _, rest = told.strip().partition(" ")
    blocked = take_over(existing, Dry(existing["server"], existing["token"])) if allowed(existing) else []
    tell([*([rest] if verdict == "differs" else []), *blocked], rest, existing)
    sys.exit()
