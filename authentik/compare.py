"""Says what authentik holds no longer as blueprints declare it. Runs inside authentik's own image.

Usage: compare.py EXISTING.json BLUEPRINT...; the file is that of existing.ts, and blueprints are named relative to
/blueprints. Prints `differs WHAT` with names and fields of what applying them would change, or `same MARK`, with the mark
that the last application left; never a value. Lines before it that begin with `warning: ` say what they take over, and
`in FILE: WHAT` tells which part of WHAT is about which blueprint.

They are applied in a transaction that is rolled back, as authentik itself does to validate one, and every object is read
before and after: so what authentik only writes in another way than it was declared is no difference.
"""

import json
import os
import sys

from existing import Api, allowed, take_over, tell

sys.path.insert(0, os.getcwd())

import manage  # noqa: E402, F401 it sets authentik up
import django  # noqa: E402

django.setup()

from authentik.blueprints.models import BlueprintInstance  # noqa: E402
from authentik.blueprints.v1.importer import EntryInvalidError, Importer, transaction_rollback  # noqa: E402
from authentik.core.models import Application, Group, Provider, User  # noqa: E402
from authentik.tenants.models import Tenant  # noqa: E402
from django.core.exceptions import FieldDoesNotExist  # noqa: E402


def held(instance, name):
    """What the database holds in a field of an object; None where it is no field."""
    try:
        field = instance._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if field.many_to_many or field.one_to_many:
        return sorted(str(key) for key in getattr(instance, name).values_list("pk", flat=True))
    return str(field.value_from_object(instance))


class Comparison(Importer):
    """An import that notes what it changes."""

    def __init__(self, blueprint):
        super().__init__(blueprint)
        self.found = []

    def note(self, instance, what):
        name = getattr(instance, "username", None) or getattr(instance, "name", None) or instance
        self.found.append(f"{instance._meta.verbose_name} {name} ({what})")

    def _validate_single(self, entry):
        # It would apply one of authentik's own blueprints.
        if entry.get_model(self._import) == "authentik_blueprints.metaapplyblueprint":
            return None
        state = entry.get_state(self._import).value
        try:
            serializer = super()._validate_single(entry)
        except EntryInvalidError as error:
            if state == "absent":
                self.note_present(error.serializer)
            raise
        if state == "absent":
            self.note_present(serializer)
        elif serializer is not None:
            self.note_changes(entry, serializer, state)
        return serializer

    def note_present(self, serializer):
        instance = serializer and serializer.instance
        if instance and not instance._state.adding:
            self.note(instance, "there again")

    def note_changes(self, entry, serializer, state):
        save = serializer.save
        if serializer.instance._state.adding:
            before = None
        elif state == "present":
            before = self.read(entry, serializer)
        else:
            return

        def noted_save():
            saved = save()
            if before is None:
                self.note(saved, "missing")
                return saved
            after = self.read(entry, serializer)
            changed = [name for name, value in before.items() if after[name] != value]
            if changed:
                self.note(saved, ", ".join(sorted(changed)))
            return saved

        serializer.save = noted_save

    def read(self, entry, serializer):
        """What the database holds of the attributes that an entry declares."""
        instance = type(serializer.instance)._base_manager.get(pk=serializer.instance.pk)
        declared = entry.get_attrs(self._import)
        values = {name: held(instance, serializer.fields[name].source) for name in declared if name in serializer.fields}
        if "password" in values and hasattr(instance, "check_password"):
            # Its hash is another one each time.
            values["password"] = instance.check_password(declared["password"])
        return values

    def _apply_permissions(self, instance, entry):
        for wanted in entry.get_permissions(self._import):
            user = wanted.user and User.objects.get(pk=wanted.user)
            if user and not user.has_perm(wanted.permission, instance):
                self.note(instance, f"{wanted.permission} of {user}")
        super()._apply_permissions(instance, entry)


class Within(Api):
    """authentik's API, except that changes are made in the transaction, and undone with it."""

    def __call__(self, method, path, body=None, seconds=60):
        if method == "GET":
            return super().__call__(method, path, body, seconds)
        key = path.split("/")[2]
        objects = Application.objects.filter(slug=key) if path.startswith("core/") else Provider.objects.filter(pk=key)
        objects.update(**body)
        return None


def compared(path):
    """What applying a blueprint changes."""
    comparison = Comparison(Importer.from_string(BlueprintInstance(path=path).retrieve()).blueprint)
    taken = comparison._apply_models()
    return comparison.found if taken else [*comparison.found, f"{path} (authentik refuses it)"]


def main(path, *blueprints):
    with open(path, encoding="utf-8") as file:
        existing = json.load(file)
    found = []
    mark = ""
    for tenant in Tenant.objects.filter(ready=True):
        with tenant, transaction_rollback():
            group = Group.objects.filter(name="authentik-stack", is_superuser=True).first()
            mark = group.attributes.get("authentik-stack", "") if group else ""
            if existing["applications"] and allowed(existing):
                found += take_over(existing, Within(existing["server"], existing["token"]))
            # Each finds what those before it make.
            for path in blueprints:
                changes = compared(path)
                found += changes
                if changes:
                    print(f"in /blueprints/{path}: {'; '.join(changes)}")
    tell(found, mark, existing)


main(*sys.argv[1:])
