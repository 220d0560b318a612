"""The guide to the API shows what a server answers; as a script, write what it answers now."""

import importlib.util
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "guides" / "api.md"


def guide() -> ModuleType:
    spec = importlib.util.spec_from_file_location("guide_api", HERE.parent / "protocol/guide.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refreshed() -> str:
    made = guide()
    with made.started() as (_, address):
        found: str = made.refreshed(PAGE.read_text(encoding="utf-8"), address)
    return found


def test_the_guide_shows_what_a_server_answers():
    assert refreshed() == PAGE.read_text(encoding="utf-8")


if __name__ == "__main__":
    PAGE.write_text(refreshed(), encoding="utf-8")
