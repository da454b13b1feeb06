"""As much of Django as the scripts call that run in authentik's image."""


def setup():
    pass
