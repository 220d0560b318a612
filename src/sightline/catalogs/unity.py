"""Read the tags of Unity Catalog as its information schema lists them, in CSV."""

from collections.abc import Mapping, Sequence

from sightline.catalogs.collecting import Collected
from sightline.catalogs.keys import key

_NEEDED = frozenset({"catalog_name", "schema_name", "table_name", "tag_name"})


def is_unity(header: Sequence[str]) -> bool:
    """Tell TABLE_TAGS and COLUMN_TAGS by their header."""
    return {name.strip().lower() for name in header} >= _NEEDED


def read_unity(rows: Sequence[tuple[int, Mapping[str, str]]], into: Collected) -> None:
    """Read rows with the numbers of their lines; those of one table make one dataset."""
    for line, row in rows:
        values = {name.strip().lower(): value for name, value in row.items()}
        source = {
            part: values.get(part, "") for part in ("catalog_name", "schema_name", "table_name")
        }
        if not all(source.values()):
            into.skip("row without a table")
            continue
        catalog, schema, table = source.values()
        made = key(source, "unity-catalog", database=catalog, schema=schema, table=table)
        draft = into.dataset(into.iri(catalog, schema, table), made, table, f"line {line}")
        draft.say(kind="table")
        name, value = values.get("tag_name", ""), values.get("tag_value", "")
        column = values.get("column_name", "")
        if name:
            at = draft.field(column) if column else draft
            at.assign(into.terms.add("tag", f"{name}={value}" if value else name))
