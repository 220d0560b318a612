"""Write a register as one HTML file: no script, and nothing that is fetched."""

from sightline.reporting import showing
from sightline.reporting.register import GAP_KINDS, Register
from sightline.reporting.register_rdf import title


def html(register: Register) -> str:
    """Write what is missing first, then each record, then what they rest on."""
    from sightline.reporting.pages import environment

    template = environment().get_template("register.html")
    return template.render(register=register, title=title(register), kinds=GAP_KINDS, show=showing)
