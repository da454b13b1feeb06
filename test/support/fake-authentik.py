"""Runs a script of ours against as much of authentik as it uses, with objects in memory. Usage: fake-authentik.py SCRIPT CASE.json EXISTING.json

The case has `objects` by model, each with a name, its fields and, of users, a password and permissions; and `blueprints` by
path, each a list of entries. authentik's own words are kept: an entry that looks for `MISSING` is refused.
"""

import contextlib
import json
import os
import runpy
import sys
import types

with open(sys.argv[2], encoding="utf-8") as file:
    case = json.load(file)


class FieldDoesNotExist(Exception):
    pass


class EntryInvalidError(Exception):
    def __init__(self, serializer=None):
        self.serializer = serializer


class Field:
    def __init__(self, name, many):
        self.name, self.many_to_many, self.one_to_many = name, many, False

    def value_from_object(self, instance):
        return instance.fields[self.name]


class Keys(list):
    def values_list(self, *_, flat):
        return list(self)


class Meta:
    def __init__(self, model, instance):
        self.verbose_name, self.instance = model, instance

    def get_field(self, name):
        if name not in self.instance.fields:
            raise FieldDoesNotExist()
        return Field(name, isinstance(self.instance.fields[name], list))


class Found(list):
    def get(self, pk):
        return next(one for one in self if one.pk == pk)

    def first(self):
        return self[0] if self else None

    def update(self, **fields):
        for one in self:
            one.fields.update(fields)

    def filter(self, **query):
        return Found(one for one in self if all(one.fields.get(key) == value for key, value in query.items()))


class Instance:
    _base_manager = objects = Found()

    def __init__(self, model, fields, adding):
        self.model, self.fields, self._meta = model, fields, Meta(model, self)
        self._state = types.SimpleNamespace(adding=adding)
        self.pk = f"{model} {fields.get('name')}"

    def __getattr__(self, name):
        fields = self.__dict__.get("fields", {})
        if name not in fields:
            raise AttributeError(name)
        return Keys(fields[name]) if isinstance(fields[name], list) else fields[name]

    def check_password(self, value):
        return self.fields["password"] == f"hash of {value}"

    def has_perm(self, permission, instance):
        return [permission, instance.name] in self.fields.get("may", [])


class Importer:
    def __init__(self, blueprint):
        self._import = blueprint

    @staticmethod
    def from_string(text):
        entries = [types.SimpleNamespace(raw=raw) for raw in json.loads(text)]
        for entry in entries:
            raw = entry.raw
            entry.get_model = lambda _, raw=raw: raw["model"]
            entry.get_state = lambda _, raw=raw: types.SimpleNamespace(value=raw.get("state", "present"))
            entry.get_attrs = lambda _, raw=raw: raw.get("attrs", {})
            entry.get_permissions = lambda _, raw=raw: [types.SimpleNamespace(**one) for one in raw.get("permissions", [])]
        return types.SimpleNamespace(blueprint=types.SimpleNamespace(entries=entries))

    def _validate_single(self, entry):
        raw = entry.raw
        assert raw["model"] != "authentik_blueprints.metaapplyblueprint", "it would be applied"
        query = {"model": raw["model"], **raw["identifiers"]}
        instance = next((one for one in Instance.objects if {"model": one.model, **one.fields}.items() >= query.items()), None)
        made = instance or Instance(raw["model"], dict(raw["identifiers"]), True)
        fields = {name: types.SimpleNamespace(source=name) for name in raw.get("attrs", {})}
        serializer = types.SimpleNamespace(instance=made, fields=fields)
        if "MISSING" in raw.get("attrs", {}).values() or raw.get("state") == "absent":
            raise EntryInvalidError(serializer)

        def save():
            for name, value in raw.get("attrs", {}).items():
                # A password has another hash each time, and what is written in capitals is stored in small letters.
                made.fields[name] = f"hash of {value}" if name == "password" else normal(value)
            if made._state.adding:
                made._state.adding = False
                Instance.objects.append(made)
            return made

        serializer.save = save
        return serializer

    def _apply_models(self):
        for entry in self._import.entries:
            try:
                serializer = self._validate_single(entry)
            except EntryInvalidError:
                if entry.get_state(None).value == "absent":
                    continue
                return False
            if serializer is None:
                continue
            keeps = entry.get_state(None).value == "created" and not serializer.instance._state.adding
            self._apply_permissions(serializer.instance if keeps else serializer.save(), entry)
        return True

    def _apply_permissions(self, instance, entry):
        pass


def normal(value):
    return value.lower() if isinstance(value, str) else value


def module(name, **content):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)


Instance.objects.extend(Instance(model, fields, False) for model, all in case["objects"].items() for fields in all)
of = lambda model: types.SimpleNamespace(objects=Found(one for one in Instance.objects if one.model == model))
for name in ["manage", "authentik", "authentik.blueprints", "authentik.blueprints.v1", "authentik.core", "authentik.tenants"]:
    module(name)
module("django", setup=lambda: None)
module("django.core")
module("django.core.exceptions", FieldDoesNotExist=FieldDoesNotExist)
module(
    "authentik.blueprints.models",
    BlueprintInstance=lambda path: types.SimpleNamespace(retrieve=lambda: json.dumps(case["blueprints"][path])),
)
module(
    "authentik.blueprints.v1.importer",
    EntryInvalidError=EntryInvalidError,
    Importer=Importer,
    transaction_rollback=contextlib.nullcontext,
)
module("authentik.core.models", **{name: of(name) for name in ["Application", "Group", "Provider", "User"]})
tenant = types.SimpleNamespace(filter=lambda ready: [contextlib.nullcontext()])
module("authentik.tenants.models", Tenant=types.SimpleNamespace(objects=tenant))
sys.argv = [sys.argv[1], sys.argv[3], *case["blueprints"]]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
