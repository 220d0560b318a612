"""Tell the format of an estate file by its content."""

from collections.abc import Mapping
from typing import Any

from sightline.estate.azure_ml import is_machine_learning, specified
from sightline.estate.values import member


def detect(document: Any) -> str | None:
    """Tell the format of a file by its content; None if it is no estate file.

    >>> detect({"count": 0, "data": [], "total_records": 0})
    'resource-graph'
    """
    if isinstance(document, list):
        return _detect_list(document)
    if not isinstance(document, Mapping):
        return None
    keys = {str(key).lower() for key in document}
    schema = str(member(document, "$schema") or "").lower().partition("#")[0]
    if schema.endswith("deploymenttemplate.json"):
        return "arm-template"
    if schema.endswith(("deploymentparameters.json", "deploymentparameters")):
        return "arm-parameters"
    if is_machine_learning(document):
        return "azure-ml-spec" if specified(document) else "azure-objects"
    if "format_version" in keys and keys & {"resource_changes", "planned_values"}:
        return "terraform-plan"
    if ("format_version" in keys and "values" in keys) or "terraform_version" in keys:
        return "terraform-state"
    if isinstance(member(member(document, "deployment"), "resources"), list):
        return "pulumi-export"
    if "steps" in keys and isinstance(member(document, "steps"), list):
        return "pulumi-preview"
    if "predictedresources" in keys:
        return "bicep-snapshot"
    if "changes" in keys or "changes" in _keys(member(document, "properties")):
        return "what-if"
    if "data" in keys and keys & {"count", "totalrecords", "total_records", "skip_token"}:
        return "resource-graph"
    if "responses" in keys:
        return "rest-example"
    return _detect_plain(document, keys)


def _detect_plain(document: Mapping[str, Any], keys: set[str]) -> str | None:
    if keys >= {"contentversion", "resources"}:
        return "arm-template"
    if "contentversion" in keys and "parameters" in keys:
        return "arm-parameters"
    if "resourceid" in keys and "resourcetype" in keys:
        return "powershell"
    if "value" in keys and isinstance(member(document, "value"), list):
        return "azure-objects"
    if "id" in keys and ("type" in keys or "properties" in keys):
        return "azure-objects"
    return None


def _detect_list(document: list[Any]) -> str | None:
    if not document:
        return "azure-objects"
    for each in document[:50]:
        form = detect(each) if isinstance(each, (Mapping, list)) else None
        if form in ("powershell", "azure-objects", "azure-ml-spec"):
            return form
    return None


def _keys(value: Any) -> set[str]:
    return {str(key).lower() for key in value} if isinstance(value, Mapping) else set()
