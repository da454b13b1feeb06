import subprocess
import sys


def call_command(*words):
    """Runs a command of authentik's; its failure is an exit, as in authentik's own command."""
    code = subprocess.run(["ak", *words], check=False).returncode
    if code != 0:
        sys.exit(code)
