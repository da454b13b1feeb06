"""Makes a link that signs a user in without a password and without a second factor, as authentik's own `ak create_recovery_key` does,
whose links are valid for years. Where MENDS is true, the user may sign in and has all rights afterwards. Tells it as one line of JSON
behind MARK. Runs in authentik's own shell (`ak shell -c`).
"""

import json
from datetime import timedelta

from django.utils.timezone import now

from authentik.core.models import User
from authentik.recovery.lib import create_admin_group, create_recovery_token

told = {"mended": []}
user = User.objects.filter(username=USERNAME).first()
if user is None and MENDS and USERNAME == "akadmin":
    user = User.objects.create(username=USERNAME, name="authentik Default Admin")
    told["mended"].append("there was no such user any more")
if user is None:
    everyone = User.objects.filter(is_active=True, type="internal").order_by("username")
    told["admins"] = [one.username for one in everyone if one.is_superuser]
else:
    if MENDS and not user.is_active:
        user.is_active = True
        user.save()
        told["mended"].append("it was not active")
    if MENDS and not user.is_superuser:
        create_admin_group(user)
        told["mended"].append("it was no administrator")
    told["active"] = user.is_active
    if user.is_active:
        told["path"] = create_recovery_token(user, now() + timedelta(minutes=MINUTES), "authentik-stack")[1]
print(MARK + json.dumps(told))
