"""``sightline export``: what ``sightline catalog export`` does, under the name that tools call."""

from sightline.cli.catalog_export import command

__all__ = ["command"]
