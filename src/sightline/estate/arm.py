"""Read ARM templates, and what Bicep compiles to, into resources."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sightline.estate.azure import AZURE
from sightline.estate.bicep_expressions import SPECIALS as BICEP
from sightline.estate.evaluator import Evaluator, Linked, plain
from sightline.estate.expressions import is_expression
from sightline.estate.finding import ordered
from sightline.estate.instances import DEPLOYMENTS, Instance, expand
from sightline.estate.jsonc import Located, Text
from sightline.estate.resources import ENVELOPE, Resource, resource
from sightline.estate.scopes import (
    NO_GROUP,
    NO_LOCATION,
    NO_NAME,
    NO_SUBSCRIPTION,
    ROOT_LOCATION,
    Env,
    Place,
    Scope,
)
from sightline.estate.secrets import scrub, secret
from sightline.estate.settings import Meter, Settings
from sightline.estate.specials import SPECIAL
from sightline.estate.values import Value, look, member, unknown

PLACEHOLDER = re.compile(r"\$\{\s*[A-Za-z_]\w*\s*(?:=[^{}]*)?\}")


@dataclass(slots=True)
class Reading:
    """What a file gives: resources, and parts of it that could not be followed."""

    resources: list[Resource] = field(default_factory=list)
    gaps: list["Gap"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a file that is not known: where, its expression, why, and what settles it."""

    path: str
    expression: str
    reason: str
    settle: str = ""
    line: int = 0


def read_template(
    template: Located,
    source: Text,
    settings: Settings,
    meter: Meter,
    file: str = "",
    linked: Linked | None = None,
) -> Reading:
    """Evaluate a template as far as the file and the settings determine it.

    ``linked`` gives the templates of other files that it leads to.

    Raises InputError (``input.too-large``) beyond the budget.
    """
    evaluator = Evaluator(settings, meter, {**SPECIAL, **AZURE, **BICEP})
    if linked is not None:
        evaluator.linked = linked
    supplied = {
        name.lower(): (lambda value=value: value) for name, value in settings.parameters.items()
    }
    scope = Scope(template, _root(template, settings), supplied, file=file)
    env = Env(scope)
    expand(evaluator, template, env, "")
    reading = Reading()
    _collect(evaluator, scope, 0, scope.instances, reading, source, True)
    return reading


def _root(template: Mapping[str, Any], settings: Settings) -> Place:
    subscription: Value = NO_SUBSCRIPTION
    if settings.subscription:
        subscription = settings.subscription.strip("/").rpartition("/")[2]
    schema = str(member(template, "$schema") or "").lower()
    own = not any(
        word in schema for word in ("subscriptiondeployment", "managementgroup", "tenantdeployment")
    )
    location: Value = ROOT_LOCATION if own else NO_LOCATION
    if own and settings.resource_group_location:
        location = settings.resource_group_location
    return Place(subscription, NO_GROUP, lambda: location, NO_NAME)


def _collect(
    evaluator: Evaluator,
    scope: Scope,
    level: int,
    instances: list[Instance],
    reading: Reading,
    source: Text,
    above: Value,
) -> None:
    if level > evaluator.settings.budget.nesting:
        reading.gaps.append(Gap("resources", "", "too-deep"))
        return
    for instance in ordered(evaluator, Env(scope), list(instances)):
        evaluator.meter.step()
        if instance.existing:
            continue
        condition = instance.condition(evaluator)
        if condition is False:
            if instance.type(evaluator).lower() == DEPLOYMENTS:
                instance.follow(evaluator)  # what is not deployed is not read by itself either
            continue
        condition = above if condition is True else condition
        if instance.type(evaluator).lower() == DEPLOYMENTS:
            _nested(evaluator, scope, level, instance, reading, source, condition)
        else:
            reading.resources.append(_resource(evaluator, instance, source, condition))


def _nested(
    evaluator: Evaluator,
    scope: Scope,
    level: int,
    instance: Instance,
    reading: Reading,
    source: Text,
    condition: Value,
) -> None:
    before = len(scope.instances)
    inner = instance.inner(evaluator)
    if inner is None:
        path = f"{instance.path}.properties.templateLink"
        link = look(instance.raw, "properties", "templateLink")
        for key in ("relativePath", "uri", "id"):
            if isinstance(member(link, key), str):
                link = member(link, key)
        expression = scrub(link) if isinstance(link, str) else ""
        raw = scope.link or instance.raw
        line = source.line(raw.start) if isinstance(raw, Located) else 1
        reading.gaps.append(Gap(path, expression.partition("?")[0], "linked-template", "", line))
    elif inner.scope is scope:
        added = scope.instances[before:]
        if not added:
            prefix = f"{instance.path}.properties.template."
            added = [each for each in scope.instances if each.path.startswith(prefix)]
        _collect(evaluator, scope, level + 1, added, reading, source, condition)
    else:
        found = inner.scope.instances
        _collect(evaluator, inner.scope, level + 1, found, reading, source, condition)


def _resource(evaluator: Evaluator, instance: Instance, source: Text, condition: Value) -> Resource:
    body: dict[str, Value] = {}
    for key, raw in instance.raw.items():
        if key.lower() not in ENVELOPE:
            body[key] = plain(evaluator.tree(raw, instance.env))
    place = instance.env.scope.place
    kind = instance.type(evaluator)
    if not kind:
        kind = str(member(instance.raw, "type") or "")
    version = member(instance.raw, "apiVersion")
    if instance.symbol and "@" in kind:
        kind, _, version = kind.partition("@")
    if isinstance(version, str) and is_expression(version):
        version = plain(evaluator.tree(version, instance.env))
    raw = instance.env.scope.link or instance.raw
    return resource(
        kind,
        instance.name(evaluator),
        body,
        instance.path,
        (source, raw) if isinstance(raw, Located) else None,
        api_version=version,
        condition=condition,
        group=place.group,
    )


def read_parameters(document: Any) -> dict[str, Value]:
    """Read the values of a parameter file; placeholders and secrets are unknown.

    >>> read_parameters({"parameters": {"sku": {"value": "${SKU=S0}"}}})["sku"].reason
    'placeholder'
    """
    section = member(document, "parameters")
    found: dict[str, Value] = {}
    for name, entry in (section if isinstance(section, Mapping) else document).items():
        if isinstance(entry, Mapping) and member(entry, "reference") is not None:
            found[name] = secret(name)
        elif isinstance(entry, Mapping) and "value" in {str(key).lower() for key in entry}:
            found[name] = _filled(member(entry, "value"), name)
    return found


def _filled(value: Any, name: str) -> Value:
    if isinstance(value, str) and PLACEHOLDER.search(value):
        settle = f"--set-parameter {name}"
        return unknown(scrub(value), "placeholder", settle, ("placeholder", name, value))
    if isinstance(value, list):
        return [_filled(each, name) for each in value]
    if isinstance(value, Mapping):
        return {key: _filled(each, name) for key, each in value.items()}
    return value
