"""``sightline export``: the same as ``sightline catalog export``, under the name that tools call."""

from sightline.cli.catalog_export import command

__all__ = ["command"]
