"""``sightline serve``: SPARQL endpoint, HTTP API and web pages in one process."""
