"""Write a register as one HTML file: no script, and nothing that is fetched."""

from functools import cache
from typing import TYPE_CHECKING

from sightline.reporting import showing
from sightline.reporting.register import GAP_KINDS, Register
from sightline.reporting.register_rdf import title

if TYPE_CHECKING:
    from jinja2 import Template


def html(register: Register) -> str:
    """Write what is missing first, then each record, then what they rest on."""
    return _template().render(
        register=register, title=title(register), kinds=GAP_KINDS, show=showing
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sightline.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web"] = _web
    return environment.get_template("register.html")


def _web(address: str) -> str:
    """Give an address only if it is one of the web: no other is made a link."""
    return address if address.startswith(("https://", "http://")) else ""
