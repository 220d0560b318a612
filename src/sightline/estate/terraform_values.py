"""Lay what a plan marks as unknown or sensitive over the values that it holds."""

from collections.abc import Mapping
from typing import Any

from sightline.estate.secrets import secret
from sightline.estate.settings import Meter
from sightline.estate.values import Value, member, unknown


def overlaid(
    value: Any, unsettled: Any, hidden: Any, path: str, address: str, expression: Any, meter: Meter
) -> Value:
    """Lay what is unknown and what is sensitive over the values."""
    meter.step()
    if hidden is True:
        return secret(f"{address}.{path}")
    if unsettled is True:
        return unknown(
            expression(path), "runtime", identity=("terraform", address, path), filled=True
        )
    if isinstance(value, Mapping) or (value is None and isinstance(unsettled, Mapping)):
        names = dict.fromkeys((*(value or {}), *(unsettled if _is_map(unsettled) else ())))
        return {
            key: overlaid(
                (value or {}).get(key),
                unsettled.get(key) if _is_map(unsettled) else None,
                hidden.get(key) if _is_map(hidden) else None,
                f"{path}.{key}" if path else str(key),
                address,
                expression,
                meter,
            )
            for key in names
            if not (_is_map(unsettled) and unsettled.get(key) is False and key not in (value or {}))
        }
    if isinstance(value, list) or (value is None and isinstance(unsettled, list) and unsettled):
        held = value or []
        size = max(len(held), len(unsettled) if isinstance(unsettled, list) else 0)
        return [
            overlaid(
                held[i] if i < len(held) else None,
                unsettled[i] if isinstance(unsettled, list) and i < len(unsettled) else None,
                hidden[i] if isinstance(hidden, list) and i < len(hidden) else None,
                path,
                address,
                expression,
                meter,
            )
            for i in range(size)
        ]
    return value


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


def marks(paths: Any) -> Any:
    """Turn the list of sensitive paths of a stored state into a tree of marks."""
    made: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else []:
        steps = [member(step, "value") for step in (path if isinstance(path, list) else [])]
        node = made
        for index, step in enumerate(steps):
            # An index hides the whole list: what stands beside a secret may go with it.
            if index + 1 == len(steps) or not isinstance(steps[index + 1], str):
                node[str(step)] = True
                break
            below = node.setdefault(str(step), {})
            if below is True:
                break
            node = below
    return made
